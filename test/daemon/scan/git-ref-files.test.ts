/** Refs of many repositories: whose they are, how many there may be, and when time is up. */

import t from 'tap';
import { RefFiles } from '../../../daemon/scan/git-ref-files.js';
import { Exhausted } from '../../../daemon/scan/inflate.js';

const ref = (digit: string): Buffer => Buffer.from(`${digit.repeat(40)}\n`);

t.test('each repository gets its own, also one within another', async (t) => {
  const files = new RefFiles({ refIds: 10 });
  for (const path of [
    'HEAD',
    'a/.git/refs/heads/main',
    'a/.git/modules/b/HEAD',
    'a/.git/worktrees/w/logs/HEAD',
    'c/HEAD',
  ])
    t.ok(files.add(path, ref('a')), path);
  files.add('a/.git/modules/b/refs/tags/v1', ref('b'));
  const { refs, missing } = files.of(new Set(['', 'a/.git/', 'a/.git/modules/b/']), () => {});
  t.equal(missing, null);
  const names = [...refs].map(([path, own]) => `${path}: ${own.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`);
  t.same(names.sort(), [': branch HEAD', 'a/.git/: branch main', 'a/.git/modules/b/: branch HEAD, tag v1']);
});

t.test('no repository costs what it has nothing of', async (t) => {
  const files = new RefFiles({ refIds: 10_000 });
  for (let at = 0; at < 1000; at += 1) files.add(`r${at}/.git/HEAD`, ref('a'));
  let ticks = 0;
  const all = new Set(Array.from({ length: 1000 }, (_, at) => `r${at}/.git/`));
  const { refs } = files.of(all, () => {
    ticks += 1;
  });
  t.equal(refs.size, 1000);
  t.equal(ticks, 3000, 'three directories a file, not each with each');
});

t.test('too many, or too late', async (t) => {
  const files = new RefFiles({ refIds: 2 });
  t.ok(files.add('refs/heads/a', ref('a')));
  t.ok(files.add('refs/heads/b', ref('b')));
  t.notOk(files.add('refs/heads/c', ref('c')));
  t.ok(new RefFiles({ refIds: 1 }).add('logs/app.log', Buffer.from('started\n')), 'no refs at all');
  let left = 1;
  const late = files.of(new Set(['']), () => {
    left -= 1;
    if (left < 0) throw new Exhausted('it took too long');
  });
  t.equal(late.missing, 'it took too long');
  t.equal(late.refs.get('')?.length, 1, 'what came before is there');
});
