/** Waiting after failures. */

import t from 'tap';
import { retryDelay, stays } from '../../../sandbox/reconcile/retry.js';

const looked = { retry: true, tried: false };
const refused = { retry: false, tried: false };

t.test('what passes by itself is tried soon, then in the rhythm', async (t) => {
  for (const tried of [true, false]) {
    const failed = { code: 'ENGINE_UNREACHABLE' as const, retry: true, tried };
    const delays = [1, 2, 3, 4, 5, 6, 7, 100].map((count) => retryDelay(failed, count));
    t.same(delays, [100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000]);
    t.notOk(stays(failed));
  }
});

t.test('what others have to mend, and a look shows, is looked at in the rhythm', async (t) => {
  t.equal(retryDelay({ code: 'CONTAINER_NAME_TAKEN', ...refused }, 1), 3_000);
  t.equal(retryDelay({ code: 'IMAGE_NOT_FOUND', ...refused }, 50), 3_000);
  t.equal(retryDelay({ code: 'WISH_SEALED', ...looked }, 1), 3_000);
});

t.test('what runs is not stopped again and again for what others have to mend', async (t) => {
  for (const code of ['NETWORK_NOT_FOUND', 'PORT_TAKEN'] as const) {
    const failed = { code, retry: true, tried: true };
    t.same(
      [1, 2, 3].map((count) => retryDelay(failed, count, true)),
      [3_000, 6_000, 12_000],
    );
  }
  t.equal(retryDelay({ code: 'ENGINE_UNREACHABLE', retry: true, tried: true }, 1, true), 100);
});

t.test('where nothing runs it is tried soon, then ever more rarely', async (t) => {
  const failed = { code: 'NETWORK_NOT_FOUND' as const, retry: true, tried: true };
  t.ok(stays(failed));
  t.same(
    [1, 2, 6, 8, 10, 11, 100].map((count) => retryDelay(failed, count)),
    [100, 200, 3_200, 12_800, 51_200, 60_000, 60_000],
  );
});

t.test('what costs a start or a download is tried ever more rarely', async (t) => {
  for (const code of ['START_FAILED', 'IMAGE_NOT_FOUND', 'ENGINE_REFUSED'] as const) {
    const failed = { code, retry: false, tried: true };
    t.ok(stays(failed));
    t.same(
      [1, 2, 3, 4, 5, 6, 50].map((count) => retryDelay(failed, count)),
      [3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000],
    );
  }
});
