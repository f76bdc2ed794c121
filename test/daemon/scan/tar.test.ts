/** Tar as GNU tar writes it, and streams that lie. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { TarBroken, TarReader } from '../../../daemon/scan/tar.js';

function read(bytes: Uint8Array, step = 997): { entries: string[]; whole: boolean } {
  const entries: string[] = [];
  let size = 0;
  const reader = new TarReader({
    begin: ({ path, kind }) => {
      entries.push(`${kind} ${path}`);
      size = 0;
    },
    data: (chunk) => {
      size += chunk.length;
    },
    end: () => entries.push(`${entries.pop()} ${size}`),
  });
  for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
  return { entries, whole: reader.end() };
}

t.test('files, directories, links, long names, in each format', async (t) => {
  const root = t.testdir({ 'a file': 'x'.repeat(1000), empty: '', ünï: 'y' });
  const deep = join(root, 'd'.repeat(90), 'e'.repeat(90), 'f'.repeat(90));
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, 'g'.repeat(90)), 'z'.repeat(600));
  symlinkSync('/etc/passwd', join(root, 'link'));
  const long = `./${deep.slice(root.length + 1)}/${'g'.repeat(90)}`;
  for (const format of ['gnu', 'pax', 'posix']) {
    const tar = execFileSync('tar', [`--format=${format}`, '-C', root, '-cf', '-', '.']);
    for (const step of [1, 511, 512, 100_000]) {
      const { entries, whole } = read(tar, step);
      t.ok(whole);
      for (const entry of [
        'file ./a file 1000',
        'file ./empty 0',
        'file ./ünï 1',
        'other ./link 0',
        `file ${long} 600`,
      ])
        t.ok(entries.includes(entry), `${format} ${step}: ${entry.slice(0, 40)}`);
    }
  }
});

t.test('streams that lie or break off', async (t) => {
  const tar = execFileSync('tar', ['-C', t.testdir({ a: 'x'.repeat(5000) }), '-cf', '-', 'a']);
  t.same(read(tar.subarray(0, 3000)), { entries: ['file a 2488'], whole: false });
  t.equal(read(new Uint8Array(0)).whole, false);
  t.throws(() => read(Buffer.from('this is no tar stream'.repeat(100))), TarBroken);
  const bad = Buffer.from(tar);
  bad[0] = 0x62;
  t.throws(() => read(bad), TarBroken, 'its sum is wrong');
  const block = (text: string, size: string, type: string) => {
    const header = Buffer.alloc(512);
    header.write(text);
    header.write(size, 124);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(
      header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0'),
      148,
    );
    header[154] = 0;
    return header;
  };
  t.throws(() => read(block('x', '99999999999', 'x')), TarBroken, 'a header of gigabytes');
  t.throws(() => read(block('x', 'what', '0')), TarBroken);
  t.same(read(block('huge', '77777777777', '0')).entries, ['file huge 0'], 'its size alone costs nothing');
  t.same(read(Buffer.concat([block('dir', '00000001000', '5'), block('b', '00000000000', '0')])).entries, [
    ...['directory dir 0', 'file b 0'],
  ]);
});
