/** Streams within a larger buffer, and the bounds of all of them together. */

import { deflateSync } from 'node:zlib';
import t from 'tap';
import { Exhausted, makeInflater } from '../../../daemon/scan/inflate.js';

const LIMITS = { inflated: 10_000, objects: 3, gitTime: 1000 };

t.test('gives what comes out, and where the stream ends', async (t) => {
  const { inflate } = makeInflater(LIMITS);
  const stream = deflateSync(Buffer.alloc(500, 'a'));
  const bytes = Buffer.concat([Buffer.from('before'), stream, Buffer.from('after')]);
  const read = inflate(bytes, 6, 500);
  t.equal(read?.content.length, 500);
  t.equal(read?.end, 6 + stream.length);
  t.equal(inflate(deflateSync(Buffer.alloc(0)), 0, 0)?.content.length, 0);
  t.equal(inflate(stream, 0, 499), null, 'more than allowed');
  t.equal(inflate(Buffer.from('no stream'), 0, 100), null);
  t.equal(inflate(stream.subarray(0, 5), 0, 500), null, 'cut');
});

t.test('bytes, objects and time are bounded', async (t) => {
  let now = 0;
  const { inflate, object, spend } = makeInflater(LIMITS, () => now);
  for (let at = 0; at < 3; at += 1) object();
  t.throws(object, Exhausted);
  const large = deflateSync(Buffer.alloc(6_000));
  t.ok(inflate(large, 0, 6_000));
  t.ok(inflate(large, 0, 6_000));
  t.throws(() => inflate(large, 0, 6_000), Exhausted);
  t.throws(() => spend(1), Exhausted);
  const late = makeInflater(LIMITS, () => now);
  late.spend(0);
  now = 1001;
  t.throws(() => late.inflate(large, 0, 6_000), /too long/);
});
