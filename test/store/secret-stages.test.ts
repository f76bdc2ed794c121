import t from 'tap';
import { soonBefore } from '../../store/secret-stages.js';
import { domain, HOUR, operator, plain } from './domain-fixture.js';

const DAY = 24 * HOUR;

t.test('a tenth of the interval before, and a week at most', async (t) => {
  t.equal(soonBefore(10 * HOUR), HOUR);
  t.equal(soonBefore(365 * DAY), 7 * DAY);
});

t.test('each stage is reached once, when its time comes', async (t) => {
  const v = await domain(t);
  const { id } = v.add('KEY', { rotateEvery: 30 * DAY });
  const expiring = v.add('TOKEN', { expiresAt: v.clock.now() + 20 * DAY }).id;
  v.add('PLAIN');
  const start = v.clock.now();
  const stages: [number, string][] = [];
  for (let day = 0; day < 40; day += 1)
    for (const one of v.secrets.reached(start + (day - 1) * DAY, start + day * DAY)) stages.push([day, one]);
  t.same(stages, [
    [13, expiring],
    [20, expiring],
    [27, id],
    [30, id],
  ]);
  v.clock.advance(26 * DAY);
  v.secrets.setValue(operator, 'KEY', plain('new'));
  t.same(v.secrets.reached(v.clock.now(), start + 40 * DAY), [], 'a new value begins anew');
  t.same(v.secrets.reached(v.clock.now(), start + 54 * DAY), [id]);
  v.secrets.delete(operator, 'KEY');
  t.same(v.secrets.reached(start, start + 99 * DAY), [expiring]);
});
