import fc from 'fast-check';
import t from 'tap';
import { refreshTime, retryTime } from '../../../daemon/oauth/refresh-time.js';

const MINUTE = 60_000;

t.test('ahead of the end by a tenth of the life, or by five minutes', async (t) => {
  t.equal(refreshTime(0, 8 * 60 * MINUTE, 0.5), 8 * 60 * MINUTE - 48 * MINUTE);
  t.equal(refreshTime(0, 20 * MINUTE, 0.5), 15 * MINUTE);
  t.equal(refreshTime(1_000, 5_000, 0.5), 3_500, 'at most half of a short life');
  t.equal(refreshTime(0, null, 0.5), null);
});

t.test('always within the life, and chance moves it by a tenth', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 1e12 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (life, chance) => {
      const at = refreshTime(0, life, chance) ?? -1;
      const middle = refreshTime(0, life, 0.5) ?? -1;
      return at >= 0 && at < life && Math.abs(at - middle) <= (life - middle) * 0.1 + 1;
    }),
  );
  t.not(refreshTime(0, 60 * MINUTE, 0), refreshTime(0, 60 * MINUTE, 0.9));
});

t.test('again after a second, then ever later, at most five minutes', async (t) => {
  const waits = [0, 1, 2, 3, 8, 9, 50, 5000].map((failures) => retryTime(0, failures, 1));
  t.same(waits, [1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000, 300_000]);
  t.equal(retryTime(7_000, 0, 0), 7_500);
});
