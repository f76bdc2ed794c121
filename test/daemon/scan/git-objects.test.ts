/** Objects as git writes them, and what looks like one. */

import t from 'tap';
import { idOf, looseObject, parseCommit, parseTag, treeEntries } from '../../../daemon/scan/git-objects.js';
import { gitWorld } from './git-world.js';

t.test('ids, commits and trees are what git says they are', async (t) => {
  const { git, write, commit } = gitWorld(t);
  write('dir/file name.txt', 'hello\n');
  const id = commit('subject\n\nbody');
  const [tree, blob] = ['HEAD^{tree}', 'HEAD:dir/file name.txt'].map((name) => git('rev-parse', name));
  t.equal(idOf('blob', Buffer.from('hello\n')), blob);
  const content = Buffer.from(`${git('cat-file', 'commit', id)}\n`);
  t.equal(idOf('commit', content), id);
  const parsed = parseCommit(content);
  t.match(parsed, { tree, parents: [], authoredAt: Date.parse('2030-01-01T12:01:00Z') });
  t.equal(parsed?.subject.toString(), 'subject');
});

t.test('trees: directories, and no submodules; a broken one ends early', async (t) => {
  const id = Buffer.alloc(20, 7);
  const entry = (mode: string, name: string) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), id]);
  const tree = Buffer.concat([entry('100644', 'a b'), entry('40000', 'dir'), entry('160000', 'module')]);
  const seen = [...treeEntries(tree)].map(({ name, id: hex, tree: is }) => `${name} ${hex.slice(0, 4)} ${is}`);
  t.same(seen, ['a b 0707 false', 'dir 0707 true']);
  t.equal([...treeEntries(tree.subarray(0, 40))].length, 1);
  t.same([...treeEntries(Buffer.alloc(100, 0xff))], []);
});

t.test('tags and loose objects', async (t) => {
  t.same(parseTag(Buffer.from(`object ${'a'.repeat(40)}\ntype commit\ntag v1\n\nhello`)), {
    object: 'a'.repeat(40),
    name: 'v1',
  });
  t.equal(parseTag(Buffer.from('nothing')), null);
  t.equal(parseCommit(Buffer.from('tree short\n\n')), null);
  t.match(looseObject(Buffer.from('blob 3\0abc')), { type: 'blob' });
  for (const bytes of ['blob 4\0abc', 'bomb 3\0abc', 'blob x\0abc', 'blob', ''])
    t.equal(looseObject(Buffer.from(bytes)), null);
});
