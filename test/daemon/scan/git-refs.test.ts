/** Refs and logs out of files as git writes them. */

import t from 'tap';
import { readRefFile, refsOf } from '../../../daemon/scan/git-refs.js';

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];
const ZERO = '0'.repeat(40);

function refs(path: string, text: string): string[] {
  const file = readRefFile(`.git/${path}`, Buffer.from(text));
  return file === null ? [] : refsOf('.git/', file).map(({ kind, name, id }) => `${kind} ${name} ${id.slice(0, 2)}`);
}

t.test('each kind', async (t) => {
  t.same(refs('refs/heads/topic/one', `${A}\n`), ['branch topic/one aa']);
  t.same(refs('HEAD', 'ref: refs/heads/main\n'), []);
  t.same(refs('HEAD', `${A}\n`), ['branch HEAD aa']);
  t.same(refs('refs/stash', `${A}\n`), ['stash stash aa']);
  t.same(refs('logs/refs/stash', `${ZERO} ${A} A <a@b> 1 +0000\tWIP\n${A} ${B} A <a@b> 2 +0000\tWIP\n`), [
    ...['stash stash aa', 'stash stash bb'],
  ]);
  t.same(refs('logs/HEAD', `${ZERO} ${A} A <a@b> 1 +0000\tcommit\n`), ['reflog HEAD aa']);
  t.same(refs('packed-refs', `# pack-refs with: peeled\n${A} refs/tags/v1\n^${B}\n${B} refs/remotes/o/main\n`), [
    ...['tag v1 aa', 'ref  bb', 'remote o/main bb'],
  ]);
  t.same(refs('FETCH_HEAD', `${A}\t\tbranch 'main' of host\n`).length, 1);
});

t.test('a file with more than anybody has is cut, and says so', async (t) => {
  const line = (at: number) => `${at.toString(16).padStart(40, '0')} ${A} A <a@b> 1 +0000\tcommit`;
  const log = Array.from({ length: 120_000 }, (_, at) => line(at)).join('\n');
  const file = readRefFile('logs/HEAD', Buffer.from(log));
  t.equal(file?.cut, true);
  t.ok((file?.ids.length ?? 0) > 99_000);
  t.equal(readRefFile('logs/HEAD', Buffer.from(line(1)))?.cut, false);
});

t.test('what is no file of refs', async (t) => {
  t.equal(readRefFile('logs/app.log', Buffer.from('12:00 started\n')), null);
  t.equal(readRefFile('refs/x', Buffer.alloc(1000, 0xff)), null);
  const other = readRefFile('other/.git/HEAD', Buffer.from(`${A}\n`));
  t.same(other === null ? null : refsOf('.git/', other), []);
});
