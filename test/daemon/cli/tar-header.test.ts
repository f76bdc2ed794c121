/** Archives that tar itself reads: long names, large sizes, directories. */

import { execFileSync } from 'node:child_process';
import t from 'tap';
import { paddingOf, tarEnd, tarHeader } from '../../../daemon/cli/tar-header.js';

const file = { mode: 0o100644, mtime: Date.parse('2030-01-01T00:00:00Z'), directory: false };

t.test('tar lists what was written', async (t) => {
  const names = [
    'a',
    'ü'.repeat(49),
    `${'d'.repeat(99)}/`,
    'x'.repeat(100),
    'y'.repeat(101),
    `${'long/'.repeat(200)}ünï`,
  ];
  const parts = names.flatMap((name) => {
    const directory = name.endsWith('/');
    const content = directory ? Buffer.alloc(0) : Buffer.from(name);
    const head = tarHeader(name, { ...file, size: content.length, directory });
    return [head, content, Buffer.alloc(paddingOf(content.length))];
  });
  const listed = execFileSync('tar', ['--quoting-style=literal', '-tvf', '-'], {
    input: Buffer.concat([...parts, tarEnd()]),
    encoding: 'utf8',
    env: { LC_ALL: 'C.UTF-8', PATH: process.env.PATH, TZ: 'UTC' },
  });
  const lines = listed.trim().split('\n');
  t.same(
    lines.map((line) => line.replace(/^.* \d\d:\d\d /, '')),
    names,
  );
  t.match(lines[0], /^-rw-r--r-- .* 1 2030-01-01/);
  t.match(lines[2], /^d/);
});

t.test('sizes beyond 8 GiB', async (t) => {
  const head = tarHeader('huge', { ...file, size: 20 * 2 ** 30 });
  t.equal(head[124], 0x80);
  t.equal(head.readUIntBE(130, 6), 20 * 2 ** 30);
  t.equal(paddingOf(0), 0);
  t.equal(paddingOf(513), 511);
});
