import t from 'tap';
import { expect, stepper, Unexpected } from '../../../daemon/quickstart/steps.js';

t.test('prints each step with its time, and stops where one fails', async (t) => {
  const lines: string[] = [];
  let now = 0;
  const steps = stepper(
    (line) => lines.push(line),
    () => now,
  );
  await steps.step('first', async () => {
    now += 12.4;
    return 'done';
  });
  const result = await steps.obtain('second', async () => ({ told: 'had', value: 7 }));
  t.equal(result.value, 7);
  await t.rejects(
    steps.step('third', async () => {
      now += 5;
      expect(false, 'the moon is green');
      return 'never';
    }),
    new Unexpected('Not as expected: the moon is green.'),
  );
  t.match(lines, [/^ 1 {2}first +12 ms {3}done$/, /^ 2 {2}second +0 ms {3}had$/, /^ 3 {2}third {2}FAILED after 5 ms$/]);
  t.doesNotThrow(() => expect(true, ''));
});

t.test('goes on after an attempt that failed, and keeps what failed', async (t) => {
  const lines: string[] = [];
  const steps = stepper(
    (line) => lines.push(line),
    () => 0,
  );
  await steps.attempt('first', async () => expect(false, 'the moon is green') ?? 'never');
  await steps.attempt('second', async () => 'done');
  t.match(lines, [/^ 1 {2}first {2}FAILED/, /^ 2 {2}second .* done$/]);
  t.same(steps.failures, ['first: Not as expected: the moon is green.']);
});
