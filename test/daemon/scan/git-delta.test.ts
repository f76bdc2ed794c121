/** Deltas as git writes them, and those that do not fit. */

import t from 'tap';
import { applyDelta, deltaSizes } from '../../../daemon/scan/git-delta.js';
import { deltaOf } from './packs.js';

const BASE = Buffer.from('0123456789'.repeat(20_000));

t.test('copies and new bytes, in any order', async (t) => {
  const delta = deltaOf(BASE.length, 'new', [199_990, 10], [0, 0x1234], 'end');
  t.same(deltaSizes(delta), { base: 200_000, result: 3 + 10 + 0x1234 + 3, at: delta.indexOf(3) });
  const out = applyDelta(BASE, delta, 1e6)?.toString() ?? '';
  t.equal(out, `new0123456789${BASE.toString('latin1', 0, 0x1234)}end`);
});

t.test('a copy without a size is of 64 KiB', async (t) => {
  const delta = Buffer.from([...deltaOf(BASE.length).subarray(0, 3), 0x80, 0x80, 0x04, 0x80]);
  t.equal(applyDelta(BASE, delta, 1e6)?.length, 0x10000);
});

t.test('what does not fit gives nothing', async (t) => {
  const wrong = {
    'another base': deltaOf(BASE.length - 1, [0, 5]),
    'beyond its base': deltaOf(BASE.length, [199_999, 2]),
    'more than allowed': deltaOf(BASE.length, [0, 100_000]),
    cut: deltaOf(BASE.length, 'some bytes').subarray(0, 8),
    'more than it says': Buffer.concat([deltaOf(BASE.length, 'x'), Buffer.from([1, 65])]),
    'less than it says': Buffer.from([...deltaOf(BASE.length).subarray(0, 3), 9, 1, 65]),
    'the reserved word': Buffer.from([...deltaOf(BASE.length).subarray(0, 3), 1, 0]),
    nothing: Buffer.alloc(0),
    'a length without an end': Buffer.alloc(20, 0xff),
  };
  for (const [what, delta] of Object.entries(wrong)) t.equal(applyDelta(BASE, delta, 50_000), null, what);
});
