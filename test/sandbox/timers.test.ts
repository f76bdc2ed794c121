/** The machine's own time. */

import t from 'tap';
import { realTimers } from '../../sandbox/timers.js';

t.test('runs once, or not at all', async (t) => {
  const ran: string[] = [];
  const cancel = realTimers.after(1, () => ran.push('cancelled'));
  cancel();
  await new Promise<void>((resolve) => {
    realTimers.after(5, () => {
      ran.push('ran');
      resolve();
    });
  });
  t.same(ran, ['ran']);
  t.ok(Math.abs(realTimers.now() - Date.now()) < 1_000);
});
