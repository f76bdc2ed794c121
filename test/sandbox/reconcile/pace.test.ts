/** How many are told at once. */

import t from 'tap';
import { Pace } from '../../../sandbox/reconcile/pace.js';
import { playTimers, turns } from '../played-timers.js';

t.test('as many as there are places, the others in their order', async (t) => {
  const timers = playTimers();
  const pace = new Pace(2, 100, timers);
  const told: number[] = [];
  const leave: (() => void)[] = [];
  for (let number = 0; number < 4; number++)
    void pace.place().then((done) => {
      told.push(number);
      leave.push(done);
    });
  await turns();
  t.same(told, [0, 1]);
  leave[1]?.();
  leave[1]?.();
  await turns();
  t.same(told, [0, 1, 2], 'a place that is given back twice is one place');
  await timers.pass(100);
  await turns();
  t.same(told, [0, 1, 2, 3], 'who does not answer keeps it for a moment only');
  for (const done of leave) done();
  t.equal(timers.waiting(), 0);
  t.type(await pace.place(), 'function', 'all places are free again');
});
