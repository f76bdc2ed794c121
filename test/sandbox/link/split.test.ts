/** Bytes into frames, in whatever pieces they come. */

import fc from 'fast-check';
import t from 'tap';
import { frame, Malformed } from '../../../sandbox/link/fields.js';
import { FrameSplitter } from '../../../sandbox/link/split.js';

t.test('the same frames, however the bytes are cut', async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 }),
      fc.infiniteStream(fc.nat(9)),
      (all, cuts) => {
        const bytes = Buffer.concat(all.map((payload, type) => frame(type + 1, (w) => w.raw(payload))));
        const splitter = new FrameSplitter();
        const seen: { type: number; payload: string }[] = [];
        for (let at = 0; at < bytes.length; ) {
          const length = cuts.next().value + 1;
          for (const one of splitter.push(bytes.subarray(at, at + length)))
            seen.push({ type: one.type, payload: one.payload.toString('hex') });
          at += length;
        }
        t.same(
          seen,
          all.map((payload, type) => ({ type: type + 1, payload: Buffer.from(payload).toString('hex') })),
        );
      },
    ),
    { numRuns: 100 },
  );
});

t.test('no length that is not allowed; what is left belongs to nobody', async (t) => {
  const push = (splitter: FrameSplitter, ...bytes: number[]) => [...splitter.push(Buffer.from(bytes))];
  t.throws(() => push(new FrameSplitter(), 0, 0, 0, 0), Malformed);
  t.throws(() => push(new FrameSplitter(3), 4, 0, 0, 0), Malformed);
  t.throws(() => push(new FrameSplitter(), 255, 255, 255, 255), Malformed);
  const splitter = new FrameSplitter();
  const next = splitter.push(Buffer.from([1, 0, 0, 0, 9, 1, 2])).next();
  t.match(next.value, { type: 9 });
  t.same(splitter.rest(), Buffer.from([1, 2]));
  t.same(splitter.rest(), Buffer.alloc(0));
});
