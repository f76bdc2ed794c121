/** Single archive entries, as Docker and tar write and read them. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { directoryEntry, firstEntry } from '../../../sandbox/engine/archive.js';

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

t.test('tar understands the directory entry', async (t) => {
  const archive = directoryEntry('workspace', { uid: 1000, gid: 100, mode: 0o750 }, 1_700_000_000_000);
  const listed = spawnSync('tar', ['--numeric-owner', '--utc', '-tvf', '-'], { input: archive, encoding: 'utf8' });
  t.equal(listed.stdout, 'drwxr-x--- 1000/100          0 2023-11-14 22:13 workspace/\n');
  t.throws(() => directoryEntry('x'.repeat(100), { uid: 0, gid: 0, mode: 0o755 }, 0), RangeError);
  t.throws(() => directoryEntry('x', { uid: 2 ** 30, gid: 0, mode: 0o755 }, 0), RangeError);
});

t.test('reads what it wrote, however it is cut', async (t) => {
  const archive = directoryEntry('w', { uid: 70, gid: 71, mode: 0o1777 }, 0);
  for (const size of [1, 100, 512, 4096])
    t.same(await firstEntry(pieces(archive, size), true), {
      seen: { kind: 'directory', uid: 70, gid: 71, mode: 0o1777 },
      content: null,
    });
});

t.test('reads files and links of tar, behind extension headers too', async (t) => {
  const directory = t.testdir({ file: 'content\n', link: t.fixture('symlink', 'file') });
  const tar = (...args: string[]) => spawnSync('tar', ['-C', directory, '-cf', '-', ...args]).stdout;
  const file = await firstEntry(pieces(tar('--format=pax', '--pax-option=comment=x', 'file'), 300), true);
  t.match(file, { seen: { kind: 'file' } });
  t.equal(file?.content?.toString(), 'content\n');
  t.equal((await firstEntry(pieces(tar('file'), 300), false))?.content, null);
  t.match(await firstEntry(pieces(tar('link'), 512), true), { seen: { kind: 'link' }, content: null });
  const long = 'n'.repeat(180);
  mkdirSync(join(directory, long));
  t.match(await firstEntry(pieces(tar('--format=gnu', long), 512), true), { seen: { kind: 'directory' } });
  writeFileSync(join(directory, 'large'), Buffer.alloc(1024 * 1024 + 1));
  t.match(await firstEntry(pieces(tar('large'), 65_536), true), { seen: { kind: 'file' }, content: null });
});

t.test('nothing is null', async (t) => {
  t.equal(await firstEntry(pieces(Buffer.alloc(1024), 512), true), null);
  t.equal(await firstEntry(pieces(Buffer.alloc(0), 512), true), null);
});
