/** Packs that git would never write: broken, bombs, bases in any order; and all objects of a right one. */

import t from 'tap';
import { idOf } from '../../../daemon/scan/git-objects.js';
import { eachObject } from '../../../daemon/scan/git-pack.js';
import { makeInflater } from '../../../daemon/scan/inflate.js';
import { LIMITS } from '../../../daemon/scan/limits.js';
import { deltaOf, packOf } from './packs.js';

const BLOB = Buffer.from('the quick brown fox jumps over the lazy dog\n');

function read(pack: Buffer, limits: Partial<typeof LIMITS> = {}): { texts: string[]; skipped: string[] } {
  const all = { ...LIMITS, ...limits };
  const texts: string[] = [];
  const skipped: string[] = [];
  const options = { limits: all, inflater: makeInflater(all), skipped: (reason: string) => void skipped.push(reason) };
  eachObject(pack, null, options, ({ id, type, content }) => {
    t.equal(id, idOf(type, content));
    texts.push(content.toString('latin1', 0, 60));
  });
  return { texts: texts.sort(), skipped };
}

t.test('deltas on deltas, by offset and by id, before and after their base', async (t) => {
  const one = deltaOf(BLOB.length, [0, 10], 'RED', [15, BLOB.length - 15]);
  const red = 'the quick RED fox jumps over the lazy dog\n';
  const two = deltaOf(red.length, [0, 4], 'slow', [9, red.length - 9]);
  const { texts, skipped } = read(
    packOf([
      { type: 'ref', base: idOf('blob', BLOB), content: deltaOf(BLOB.length, 'by id ', [0, 9]) },
      { type: 'blob', content: BLOB },
      { type: 'ofs', base: 1, content: one },
      { type: 'ofs', base: 2, content: two },
      { type: 'ref', base: idOf('blob', Buffer.from(red)), content: deltaOf(red.length, 'of red ', [0, 13]) },
    ]),
  );
  t.same(skipped, []);
  t.same(
    texts,
    [
      'by id the quick',
      BLOB.toString(),
      red,
      'of red the quick RED',
      'the slow RED fox jumps over the lazy dog\n',
    ].sort(),
  );
});

t.test('what is broken is left out, and what came before it is not', async (t) => {
  const good = { type: 'blob' as const, content: BLOB };
  const broken = { ...good, raw: Buffer.from('no zlib at all') };
  t.match(read(packOf([good, broken, good])), { texts: [BLOB.toString()], skipped: [/broken/, /could not be found/] });
  t.match(read(packOf([good, { type: 'ofs', base: 0, content: deltaOf(7, [0, 7]) }])).skipped, [/broken or too large/]);
  const dangling = { type: 'ref' as const, base: 'ab'.repeat(20), content: deltaOf(4, 'x') };
  t.match(read(packOf([good, dangling])), { texts: [BLOB.toString()], skipped: [/1 objects build on others/] });
  t.match(read(Buffer.from('PACK')).skipped, [/no pack/]);
  const cut = packOf([good, good, good]);
  t.equal(read(cut.subarray(0, cut.length - 60)).texts.length, 2);
  for (let at = 0; at < 200; at += 1) {
    const bytes = Buffer.from(packOf([good, { type: 'ofs', base: 0, content: deltaOf(BLOB.length, [0, 9]) }]));
    bytes[(at * 37) % bytes.length] = (at * 101) % 256;
    read(bytes);
  }
});

t.test('an index leads on after a broken object', async (t) => {
  const good = { type: 'blob' as const, content: BLOB };
  const pack = packOf([{ ...good, raw: Buffer.from('no zlib at all') }, good]);
  const second = 12 + 2 + 14;
  const index = Buffer.alloc(8 + 1024 + 2 * 28);
  index.writeUInt32BE(0xff744f63, 0);
  index.writeUInt32BE(2, 4);
  index.writeUInt32BE(2, 8 + 1020);
  index.writeUInt32BE(second, 8 + 1024 + 2 * 24);
  index.writeUInt32BE(12, 8 + 1024 + 2 * 24 + 4);
  const found: string[] = [];
  const options = { limits: LIMITS, inflater: makeInflater(LIMITS), skipped: () => {} };
  eachObject(pack, index, options, ({ content }) => void found.push(content.toString()));
  t.same(found, [BLOB.toString()]);
});

t.test('bombs: of zlib, of deltas, of chains', async (t) => {
  const zeros = Buffer.alloc(4_000_000);
  const small = { object: 1_000_000 };
  t.match(read(packOf([{ type: 'blob', content: zeros }]), small).skipped, [/too large/, /could not/]);
  t.match(
    read(packOf([{ type: 'blob', content: zeros, size: 10 }]), small).skipped,
    [/too large/, /could not/],
    'a size that lies',
  );
  const copies = deltaOf(BLOB.length, ...Array.from({ length: 30_000 }, (): [number, number] => [0, BLOB.length]));
  t.match(
    read(
      packOf([
        { type: 'blob', content: BLOB },
        { type: 'ofs', base: 0, content: copies },
      ]),
      small,
    ),
    {
      texts: [BLOB.toString()],
      skipped: [/broken or too large/],
    },
  );
  const chain = Array.from({ length: 40 }, (_, at) => ({
    type: 'ofs' as const,
    base: at,
    content: deltaOf(BLOB.length, [0, BLOB.length]),
  }));
  const { texts, skipped } = read(packOf([{ type: 'blob', content: BLOB }, ...chain]), { chain: 10 });
  t.equal(texts.length, 11);
  t.match(skipped, [/29 objects build on others/, /on top of each other/]);
  const many = Array.from({ length: 50 }, () => ({ type: 'blob' as const, content: Buffer.alloc(100_000) }));
  t.throws(() => read(packOf(many), { inflated: 1_000_000 }), /too large altogether/);
  t.throws(() => read(packOf(many), { objects: 10 }), /too many objects/);
});

t.test('little is held of a long chain', async (t) => {
  const large = Buffer.alloc(100_000, 'x');
  const chain = Array.from({ length: 60 }, (_, at) => ({
    type: 'ofs' as const,
    base: at,
    content: deltaOf(large.length, [0, large.length]),
  }));
  const { texts, skipped } = read(packOf([{ type: 'blob', content: large }, ...chain]), { held: 300_000 });
  t.same(skipped, []);
  t.equal(texts.length, 61);
});

t.test('a pack whose count is not true', async (t) => {
  const good = { type: 'blob' as const, content: BLOB };
  const pack = packOf([good, { ...good, content: Buffer.from('another') }]);
  const saying = (count: number): Buffer => {
    const lying = Buffer.from(pack);
    lying.writeUInt32BE(count, 8);
    return lying;
  };
  t.match(read(saying(1)), { texts: [BLOB.toString()], skipped: [/more after its last object/] });
  t.match(read(saying(3)), { texts: { length: 2 }, skipped: [/fewer objects than it says/] });
  t.same(read(pack).skipped, []);
});
