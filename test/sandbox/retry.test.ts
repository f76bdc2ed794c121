/** Waiting after failures. */

import t from 'tap';
import { retryDelay } from '../../sandbox/retry.js';

t.test('what passes by itself is tried soon, then in the rhythm', async (t) => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 100].map((count) => retryDelay('ENGINE_UNREACHABLE', true, count));
  t.same(delays, [100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000]);
});

t.test('what others have to mend is looked at in the rhythm', async (t) => {
  t.same([retryDelay('CONTAINER_NAME_TAKEN', false, 1), retryDelay('IMAGE_NOT_FOUND', false, 50)], [3_000, 3_000]);
  t.equal(retryDelay('WISH_SEALED', true, 1), 3_000);
});

t.test('what runs is not stopped again and again for what others have to mend', async (t) => {
  for (const code of ['NETWORK_NOT_FOUND', 'PORT_TAKEN'] as const) {
    t.same(
      [1, 2, 3].map((count) => retryDelay(code, true, count, true)),
      [3_000, 6_000, 12_000],
    );
    t.equal(retryDelay(code, true, 1, false), 100, 'where nothing runs, it is tried soon');
  }
  t.equal(retryDelay('ENGINE_UNREACHABLE', true, 1, true), 100);
});

t.test('what costs a start or a download is tried ever more rarely', async (t) => {
  t.same(
    [1, 2, 3, 4, 5, 6, 50].map((count) => retryDelay('START_FAILED', false, count)),
    [3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000],
  );
});
