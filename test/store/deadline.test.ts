import t from 'tap';
import { assertDuration, deadlineIn, NEVER, passed, remaining } from '../../store/deadline.js';
import { codeOf } from './domain-fixture.js';

const clockAt = (now: number, boot: number, bootId = 'a') => ({
  now: () => now,
  boot: () => boot,
  bootId: () => bootId,
});

t.test('the clock that runs out first wins', async (t) => {
  const deadline = deadlineIn(clockAt(1000, 50), 100);
  t.same(deadline, { until: 1100, untilBoot: 150, bootId: 'a' });
  t.equal(remaining(clockAt(1050, 60), deadline), 50);
  t.equal(remaining(clockAt(1000, 140), deadline), 10, 'a wall clock that was set back does not help');
  t.ok(passed(clockAt(900, 150), deadline));
  t.ok(passed(clockAt(1100, 60), deadline));
  t.notOk(passed(clockAt(1099, 149), deadline));
});

t.test('after another boot only the wall clock counts', async (t) => {
  const deadline = deadlineIn(clockAt(1000, 50), 100);
  t.equal(remaining(clockAt(1010, 9999, 'b'), deadline), 90);
});

t.test('never', async (t) => {
  t.equal(remaining(clockAt(1, 1), NEVER), null);
  t.notOk(passed(clockAt(9e15, 9e15), NEVER));
});

t.test('durations', async (t) => {
  for (const bad of [0, -1, 1.5, Number.POSITIVE_INFINITY, 11 * 365 * 24 * 3_600_000])
    t.equal(
      codeOf(() => assertDuration(bad, '/ttl')),
      'INVALID_INPUT',
      String(bad),
    );
  t.doesNotThrow(() => assertDuration(1, '/ttl'));
});
