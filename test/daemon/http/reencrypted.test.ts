import t from 'tap';
import { reencrypted } from '../../../daemon/http/reencrypted.js';

const never = new AbortController().signal;
function played(steps: number) {
  let left = steps;
  return {
    left: () => left,
    step: () => (left === 0 ? null : { done: 1, left: --left, unreadable: 0 }),
  };
}

t.test('to the end, or as long as somebody waits', async (t) => {
  t.same(await reencrypted(played(50), 60_000, never), { left: 0, unreadable: 0 });
  t.same(await reencrypted(played(50), 0, never), { left: 50, unreadable: 0 });
  t.same(await reencrypted(played(50), 60_000, AbortSignal.abort()), { left: 50, unreadable: 0 });
});

t.test('others have their turn in between', async (t) => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  await reencrypted(played(2000), 60_000, never);
  clearInterval(timer);
  t.ok(turns > 0);
});
