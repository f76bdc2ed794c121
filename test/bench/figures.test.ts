/** Medians, percentiles and goals are what they say. */

import t from 'tap';
import { digits, figureOf, median, percentile, told, written } from './figures.js';
import { atMost, contender, fasterBy, shareOf, withinFactor } from './line.js';

t.test('medians and percentiles', async (t) => {
  t.equal(median([3, 1, 2]), 2);
  t.equal(median([4, 1, 2, 3]), 2.5);
  t.equal(percentile([5, 1, 4, 2, 3], 0.95), 5);
  t.equal(
    percentile(
      Array.from({ length: 100 }, (_, at) => at + 1),
      0.95,
    ),
    95,
  );
  t.throws(() => median([]), /no samples/);
  t.throws(() => percentile([], 0.5), /no samples/);
  t.same(figureOf([7]), { unit: 'ms', median: 7, p95: null, samples: 1 });
});

t.test('written with three digits that count', async (t) => {
  t.same([0.9123, 9.123, 91.23, 912.3, 9123.4, 0].map(digits), ['0.912', '9.12', '91.2', '912', '9,123', '0']);
  t.equal(written(9.123, 'ms'), '9.12 ms');
  t.equal(told(figureOf([1, 2, 3])), '2.00 ms (p95 3.00)');
});

t.test('goals are met and missed', async (t) => {
  const fast = contender('a', [5]);
  const slow = contender('b', [100]);
  t.match(atMost(fast, 5), { met: true, text: '≤ 5 ms' });
  t.match(atMost(fast, 4.9), { met: false });
  t.match(fasterBy(fast, slow, 20), { met: true, value: '20.0 ×' });
  t.match(fasterBy(fast, slow, 21), { met: false });
  t.match(withinFactor(slow, fast, 1.2), { met: false, value: '20.0 ×' });
  t.match(withinFactor(fast, slow, 1.2), { met: true });
  t.match(shareOf(contender('a', [60], 'req/s'), contender('b', [100], 'req/s'), 0.6), { met: true });
  t.match(shareOf(contender('a', [59], 'req/s'), contender('b', [100], 'req/s'), 0.6), { met: false });
});
