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

/** A header block, its sum right. */
function block(text: string, size: string, type: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(text);
  header.write(size, 124);
  header.write('        ', 148);
  header.write(type, 156);
  const sum = header.reduce((total, byte) => total + byte, 0).toString(8);
  header.write(sum.padStart(6, '0'), 148);
  header[154] = 0;
  return header;
}

function extended(records: string | Buffer): Buffer {
  const content = Buffer.from(records);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([block('pax', content.length.toString(8).padStart(11, '0'), 'x'), content, padding]);
}

t.test('streams that lie or break off', async (t) => {
  const tar = execFileSync('tar', ['-C', t.testdir({ a: 'x'.repeat(5000) }), '-cf', '-', 'a']);
  t.same(read(tar.subarray(0, 3000)), { entries: ['file a 2488'], whole: false });
  t.equal(read(new Uint8Array(0)).whole, false);
  t.throws(() => read(Buffer.from('this is no tar stream'.repeat(100))), TarBroken);
  const bad = Buffer.from(tar);
  bad[0] = 0x62;
  t.throws(() => read(bad), TarBroken, 'its sum is wrong');
  t.throws(() => read(block('x', '99999999999', 'x')), TarBroken, 'a header of gigabytes');
  t.throws(() => read(block('x', 'what', '0')), TarBroken);
  t.same(read(block('huge', '77777777777', '0')).entries, ['file huge 0'], 'its size alone costs nothing');
  t.same(read(Buffer.concat([block('dir', '00000001000', '5'), block('b', '00000000000', '0')])).entries, [
    ...['directory dir 0', 'file b 0'],
  ]);
});

t.test('records of an extended header', async (t) => {
  const named = (records: string | Buffer): string | undefined =>
    read(Buffer.concat([extended(records), block('plain', '00000000000', '0')]), 100_000).entries[0];
  t.equal(named('12 path=a/b\n'), 'file a/b 0');
  t.equal(named('9 mtime=\n12 path=a/b\n'), 'file a/b 0');
  t.equal(named('11 size=1x\n12 path=a/b\n'), 'file a/b 0', 'a size that is no number is none');
  t.equal(named('12 path=c/d\n13 path=a/b\n11 path=e\n'), 'file c/d 0', 'after one that lies the rest is left');
  for (const records of ['', 'path=a\n', '0 path=a\n', '-5 path=a\n', '99 path=a\n', '1 \n', '1e1 path=a\n', '3 =\n'])
    t.equal(named(records), 'file plain 0', JSON.stringify(records));
});

t.test('extended headers cost what they are long, whatever they hold', async (t) => {
  // What was gone through from each byte on took minutes for one of these.
  const records = Buffer.alloc(1024 * 1024, '2x');
  records[records.length - 1] = 0x20;
  const tar = Buffer.concat([
    extended(records),
    extended(Buffer.alloc(1024 * 1024, '1')),
    block('a', '00000000000', '0'),
  ]);
  t.same(read(tar, 100_000).entries, ['file a 0']);
});
