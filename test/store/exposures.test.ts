import t from 'tap';
import { closeExposures, exposuresOf, keepExposures, missingExposures, openExposures } from '../../store/exposures.js';
import { domain } from './domain-fixture.js';

t.test('each version of each variable has a row of its own, open until it is closed', async (t) => {
  const v = await domain(t);
  const { id: secret } = v.add('KEY');
  const { sandbox } = v.box({ name: 'dev' }, { secrets: [{ name: 'KEY' }] });
  const shape = { sandbox: sandbox.id, role: 'current', nonce: 'aa', epoch: 1, generation: 2, envMac: 'mac' } as const;
  const row = v.containers.intend({ ...shape, holds: [] });
  const one = { env: 'KEY', secret, version: 1 };
  const two = { env: 'KEY', secret, version: 2 };
  const again = { env: 'OTHER', secret, version: 1 };
  t.same(missingExposures(v.context, row.id, [one]), [one]);
  openExposures(v.context, row, [one, two]);
  openExposures(v.context, row, [one, again]);
  t.same(missingExposures(v.context, row.id, [one, two, again]), []);
  t.equal(exposuresOf(v.context, { sandbox: sandbox.id }).length, 3, 'one for each, however often it is said');
  v.clock.advance(5);
  keepExposures(v.context, row.id, [two]);
  const open = () => exposuresOf(v.context, { secret: 'KEY' }).filter(({ until }) => until === null);
  t.match(open(), [{ env: 'KEY', version: 2 }]);
  t.same(missingExposures(v.context, row.id, [one]), [one], 'given again it counts again');
  closeExposures(v.context, row.id);
  t.same(open(), []);
  t.same(
    exposuresOf(v.context, {}).map(({ until }) => until),
    [v.clock.now(), v.clock.now(), v.clock.now()],
  );
});
