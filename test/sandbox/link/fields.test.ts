/** Fields of frames: what is written is read, and what does not fit is refused. */

import fc from 'fast-check';
import t from 'tap';
import { FieldReader, frame, LONGEST_FRAME, Malformed } from '../../../sandbox/link/fields.js';

t.test('what is written is read', async (t) => {
  fc.assert(
    fc.property(
      fc.nat(255),
      fc.nat(65535),
      fc.nat(0xffffffff),
      fc.integer({ min: -1, max: 0x7fffffff }),
      fc.maxSafeNat(),
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.stringMatching(/^[^\0]{0,20}$/), { maxLength: 5 }),
      (a, b, c, d, e, bytes, texts) => {
        const whole = frame(9, (w) => {
          w.u8(a).u16(b).u32(c).i32(d).u64(e).bytes(bytes);
          w.list(texts, (one) => w.text(one)).raw(bytes);
        });
        t.equal(whole.readUInt32LE(), whole.length - 4);
        t.equal(whole[4], 9);
        const r = new FieldReader(whole.subarray(5));
        t.same([r.u8(), r.u16(), r.u32(), r.i32(), r.u64()], [a, b, c, d, e]);
        t.same(Buffer.from(r.bytes(300)), Buffer.from(bytes));
        t.same(
          r.list(5, () => r.text(100)),
          texts.map((one) => Buffer.from(one).toString()),
        );
        t.equal(r.rest().length, bytes.length);
        r.end();
      },
    ),
    { numRuns: 50 },
  );
});

t.test('what does not fit is refused', async (t) => {
  const of = (...bytes: number[]) => new FieldReader(Buffer.from(bytes));
  t.throws(() => of(1).u16(), Malformed);
  t.throws(() => of(5, 0, 0, 0, 1).bytes(10), Malformed, 'shorter than it says');
  t.throws(() => of(5, 0, 0, 0, 1, 2, 3, 4, 5).bytes(4), Malformed, 'longer than allowed');
  t.throws(() => of(1, 0, 0, 0, 0).text(4), Malformed, 'a NUL');
  t.throws(() => of(2, 0).list(1, () => 0), Malformed);
  t.throws(() => of(255, 255, 255, 255, 255, 255, 255, 255).u64(), Malformed);
  t.throws(() => of(0).end(), Malformed, 'left over');
  t.throws(() => frame(1, (w) => w.text('a\0b')), Malformed);
  t.throws(() => frame(1, (w) => w.raw(Buffer.alloc(LONGEST_FRAME))), Malformed);
});
