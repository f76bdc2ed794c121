import t from 'tap';
import { DaemonError } from '../../../daemon/errors.js';
import { launched, planLaunch } from '../../../daemon/http/launch-run.js';
import type { Caller } from '../../../store/index.js';
import { world } from './fixture.js';

const operator: Caller = { kind: 'operator', token: 'tok_1', name: 'me' };

t.test('what was asked for and what it comes to are both kept, and why is said', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/sessions', { name: 'quick', delivery: 'memory' });
  w.resolution = { delivery: 'env', notices: ['Delivered by env, since memory cannot be had here: no room.'] };
  const auto = await planLaunch(w.parts, operator, { session: {} });
  t.match(auto.notices, [/no room/]);
  t.match(w.vault.sandboxes.get(operator, auto.make()), { requestedDelivery: 'auto', delivery: 'env' });
  const quick = await planLaunch(w.parts, operator, { session: 'quick' });
  t.match(w.vault.sandboxes.get(operator, quick.make()), { requestedDelivery: 'memory', delivery: 'memory' });
  t.match(await w.parts.metrics.render(), /ampoule_deliveries_total\{delivery="memory"\} 1/);
});

t.test(
  'what cannot be delivered is refused where it would be made, so that a repeated request finds the first',
  async (t) => {
    const w = await world(t);
    w.parts.deliveries.resolve = async () => {
      throw new DaemonError('DELIVERY_UNAVAILABLE', 'Delivery by memory cannot be had here.');
    };
    const launch = await planLaunch(w.parts, operator, { session: {}, delivery: 'memory' });
    t.throws(launch.make, { code: 'DELIVERY_UNAVAILABLE' });
    t.throws((await planLaunch(w.parts, operator, { session: 'nope' })).make, { code: 'SESSION_NOT_FOUND' });
    t.same((await w.call('GET', '/v1/sessions')).json.items, []);
  },
);

t.test('it is waited for, and the others of its session are woken', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  const first = (await planLaunch(w.parts, operator, { session: 'dev' })).make();
  const second = (await planLaunch(w.parts, operator, { session: 'dev' })).make();
  w.outcomes.set(second, { state: 'pending', reason: 'Docker is away.' });
  const outcome = await launched(w.parts, operator, second, 0, new AbortController().signal);
  t.match(outcome, { state: 'pending', reason: 'Docker is away.' });
  t.same(w.woken.sort(), [first, second].sort());
});
