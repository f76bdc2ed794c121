import t from 'tap';
import { explain } from '../../../daemon/doctor/explain.js';
import { settings } from '../../store/domain-fixture.js';
import { operator, testVault } from '../vault-fixture.js';

t.test('which secret it is, why, since when, and what it goes before', async (t) => {
  const { vault, secret } = await testVault(t);
  secret('TOKEN@work', 'value');
  secret('TOKEN@home', 'value');
  vault.sessions.create(operator, { name: 'dev' });
  vault.activations.activate(operator, 'dev', [{ name: 'TOKEN@work', ttl: 60_000 }], { requestId: 'req_1' });
  const make = (name: string, more: object) =>
    vault.sandboxes.create(operator, {
      ...{ name, session: 'dev', requestedDelivery: 'memory', delivery: 'memory', idle: null },
      settings: settings({ env: { TOKEN: 'own' } }),
      ...more,
    }).sandbox.id;
  const box = make('box', {});
  make('other', { as: { 'TOKEN@work': 'MINE' } });
  make('without', { only: ['tag:none'] });
  const row = vault.containers.intend({
    ...{ sandbox: box, role: 'current', nonce: 'aa', epoch: 1, generation: 1, envMac: 'x' },
    holds: [],
  });
  const held = { env: 'TOKEN', secret: vault.secrets.get(operator, 'TOKEN@work').id, version: 1 };
  vault.containers.delivering(row.id, [held]);
  const exposures = vault.containers.exposures({ sandbox: box });
  const images = new Map([[box, ['TOKEN']]]);
  const of = (variable: string) =>
    explain({
      account: vault.diagnosis.explain(operator, 'dev', variable),
      ...{ variable, now: Date.now(), providers: [], images, exposures },
    });

  const said = of('TOKEN');
  t.match(said, { variable: 'TOKEN', has: 'TOKEN@work', why: null, session: { name: 'dev' } });
  t.match(said.secrets, [
    {
      secret: 'TOKEN@home',
      active: false,
      activated: null,
      why: { code: 'NOT_ACTIVE', command: /activate TOKEN@home/ },
    },
    { secret: 'TOKEN@work', version: 1, activated: { by: 'operator:test', request: 'req_1' }, why: null },
  ]);
  t.ok((said.secrets[1]?.activated?.until ?? 0) > Date.now());
  t.same(
    said.sandboxes.map(({ name, secret, variable, beside, since }) => [name, secret, variable, beside, since !== null]),
    [
      ['box', 'TOKEN@work', 'TOKEN', ['image', 'own'], true],
      ['other', null, 'MINE', ['own'], false],
      ['without', null, null, ['own'], false],
    ],
  );
  t.equal(said.sandboxes[0]?.since, exposures[0]?.since);
  t.notMatch(JSON.stringify(said), /"own"\s*:|value|plaintext/, 'no value of anything');

  t.match(of('MINE'), { has: 'TOKEN@work', sandboxes: [{ secret: null }, { secret: 'TOKEN@work' }, { secret: null }] });
  t.match(of('TOKN'), { has: null, secrets: [], why: { code: 'NOT_REGISTERED', what: /Did you mean TOKEN/ } });
});
