/** Back-off of main processes. */

import t from 'tap';
import { Restarts } from '../../../sandbox/reconcile/restarts.js';

t.test('1 s to 60 s for a main that ends at once, again and again', async (t) => {
  const restarts = new Restarts();
  const delays = [];
  for (let end = 0; end < 8; end += 1)
    delays.push(restarts.delay('s', 'own', { startedAt: end * 100_000, finishedAt: end * 100_000 + 50 }));
  t.same(delays, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  t.equal(
    restarts.delay('s', 'own', { startedAt: 700_000, finishedAt: 700_050 }),
    60_000,
    'looking again counts nothing',
  );
  t.equal(restarts.delay('s', 'own', { startedAt: 800_000, finishedAt: 810_000 }), 1_000, 'one that ran starts anew');
  t.equal(restarts.delay('other', 'own', { startedAt: 0, finishedAt: 1 }), 1_000);
});

t.test('the hold loop ends by other hands only', async (t) => {
  const restarts = new Restarts();
  for (let end = 1; end < 5; end += 1)
    t.equal(restarts.delay('s', 'hold', { startedAt: end * 10_000, finishedAt: end * 10_000 + 1_500 }), 1_000);
});

t.test('what never ran waits for nothing, and what is forgotten is new', async (t) => {
  const restarts = new Restarts();
  t.equal(restarts.delay('s', 'own', { startedAt: null, finishedAt: null }), 0);
  restarts.delay('s', 'own', { startedAt: 0, finishedAt: 1 });
  t.equal(restarts.delay('s', 'own', { startedAt: 2, finishedAt: 3 }), 2_000);
  restarts.forget('s');
  t.equal(restarts.delay('s', 'own', { startedAt: 4, finishedAt: 5 }), 1_000);
});
