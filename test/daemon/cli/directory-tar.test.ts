/** A directory as tar: what is in it, what is left out, and files that change meanwhile. */

import { execFileSync } from 'node:child_process';
import { symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { tarOf } from '../../../daemon/cli/directory-tar.js';

async function collected(directory: string, meanwhile: () => void = () => {}) {
  const { stream, left } = await tarOf(directory);
  const parts: Uint8Array[] = [];
  for await (const part of stream) {
    if (parts.length === 0) meanwhile();
    parts.push(part);
  }
  return { tar: Buffer.concat(parts), left };
}

t.test('files and directories, and neither links nor pipes', async (t) => {
  const root = t.testdir({ b: 'x'.repeat(700_000), a: { '.env': 'K=1\n', empty: {} }, zero: '' });
  symlinkSync('/etc/passwd', join(root, 'link'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  const { tar, left } = await collected(root);
  t.same(execFileSync('tar', ['-tf', '-'], { input: tar, encoding: 'utf8' }).trim().split('\n'), [
    ...['a/', 'a/.env', 'a/empty/', 'b', 'zero'],
  ]);
  t.equal(execFileSync('tar', ['-xOf', '-', 'b'], { input: tar }).length, 700_000);
  t.same(left, { special: 2, mounts: [], unreadable: [], elsewhere: [] });
});

t.test('git that keeps its objects elsewhere is named', async (t) => {
  const root = t.testdir({
    tree: { '.git': 'gitdir: /else/where\n' },
    bare: { objects: { info: { alternates: '/x\n' } } },
  });
  t.same((await collected(root)).left.elsewhere, ['bare/objects/info/alternates', 'tree/.git']);
});

t.test('a file that shrinks is as long as was said', async (t) => {
  const root = t.testdir({ a: 'x'.repeat(10), b: 'x'.repeat(900_000) });
  let cut = 0;
  const { stream, left } = await tarOf(root);
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    cut += 1;
    if (cut === 5) truncateSync(join(root, 'b'), 300_000);
  }
  t.equal(size, 512 * 2 + 512 + 900_096 + 1024);
  t.same(left.unreadable, ['b']);
});

t.test('no directory', async (t) => {
  const root = t.testdir({ file: 'x' });
  await t.rejects(tarOf(join(root, 'absent')), { code: 'ENOENT' });
  await t.rejects(tarOf(join(root, 'file')), { code: 'ENOTDIR' });
});
