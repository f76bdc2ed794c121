/** Heads of a pack's entries and offsets of an index, right and wrong. */

import t from 'tap';
import { entryAt, indexOffsets, packCount } from '../../../daemon/scan/git-entries.js';
import { packOf } from './packs.js';

t.test('types, sizes and bases', async (t) => {
  const content = Buffer.alloc(5000, 'a');
  const id = 'ab'.repeat(20);
  const pack = packOf([
    { type: 'tree', content },
    { type: 'ofs', base: 0, content },
    { type: 'ref', base: id, content },
  ]);
  t.equal(packCount(pack), 3);
  const first = entryAt(pack, 12);
  t.match(first, { offset: 12, at: 15, size: 5000, is: { type: 'tree' } });
  const starts = [...Array(pack.length - 20).keys()].map((at) => entryAt(pack, at));
  t.ok(starts.some((entry) => entry !== null && 'base' in entry.is && entry.is.base === 12 && entry.size === 5000));
  t.ok(starts.some((entry) => entry !== null && 'base' in entry.is && entry.is.base === id && entry.size === 5000));
});

t.test('what no pack may hold', async (t) => {
  t.equal(entryAt(Buffer.alloc(0), 0), null);
  t.equal(entryAt(Buffer.from([0x50]), 0), null, 'a type that is not in use');
  t.equal(entryAt(Buffer.alloc(40, 0xff), 0), null, 'a size without an end');
  t.equal(entryAt(Buffer.from([...Array(12).fill(0), 0x60, 0x05]), 12), null, 'a base before the first entry');
  t.equal(entryAt(Buffer.from([0x60, 0x00]), 0), null, 'a base that is itself');
  t.equal(entryAt(Buffer.from([0x70, 1, 2]), 0), null, 'half an id');
  for (const bytes of ['', 'PACK', 'PACK\0\0\0\x04\0\0\0\x01', 'KCAP\0\0\0\x02\0\0\0\x01'])
    t.equal(packCount(Buffer.from(bytes)), null);
});

t.test('an index, with offsets beyond 2 GiB', async (t) => {
  const index = Buffer.alloc(8 + 1024 + 2 * 28 + 8);
  t.same(indexOffsets(index), [], 'no index');
  index.writeUInt32BE(0xff744f63, 0);
  index.writeUInt32BE(2, 4);
  index.writeUInt32BE(2, 8 + 1020);
  index.writeUInt32BE(0x80000000, 8 + 1024 + 48);
  index.writeUInt32BE(77, 8 + 1024 + 52);
  index.writeBigUInt64BE(5_000_000_000n, 8 + 1024 + 56);
  t.same(indexOffsets(index), [77, 5_000_000_000]);
  index.writeUInt32BE(1_000_000_000, 8 + 1020);
  t.same(indexOffsets(index), [], 'more entries than bytes');
});
