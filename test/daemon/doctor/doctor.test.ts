import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import type { SessionDiagnosis } from '../../../daemon/doctor/doctor.js';
import { world } from '../http/fixture.js';

const GOOD = `ghp_${'a'.repeat(36)}`;

/** Nothing runs here: that it could not be looked at is a note. */
const grave = ({ findings }: SessionDiagnosis) => findings.filter(({ severity }) => severity !== 'note');

t.test('a session is looked into, audited, and judged; nothing of a value comes out', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'KEY', value: '"quoted"' });
  await w.call('POST', '/v1/secrets', { name: 'AWS_SECRET_ACCESS_KEY', value: 'A'.repeat(40), provider: 'aws' });
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  await w.call('POST', '/v1/sessions/dev/activate', { names: ['KEY', 'AWS_SECRET_ACCESS_KEY'] });
  const { json } = await w.call('POST', '/v1/sandboxes', { session: 'dev', name: 'box', network: 'none' });
  w.views.set(json.id, { generation: 1_000 });
  const operator = { kind: 'operator', token: 'tok_X', name: 'ada' } as const;
  const aheads: number[] = [];
  w.inspection.engine = async () => {
    aheads.push(600_000);
    return {
      ...{ version: '20', apiVersion: '1', runtime: 'runc', liveRestore: true, cgroupVersion: '2' as const },
      ...{ cgroupDriver: 'x', clockAhead: 600_000 },
    };
  };
  const said = await w.parts.doctor.session(operator, 'dev', {});
  t.same(
    grave(said)
      .map(({ code, secret }) => `${code} ${secret ?? ''}`.trim())
      .sort(),
    ['CLOCK_OFF AWS_SECRET_ACCESS_KEY', 'PARTNER_MISSING AWS_SECRET_ACCESS_KEY', 'VALUE_QUOTES KEY'],
  );
  t.equal(aheads.length, 1, 'the clock is asked for where it matters');
  t.notMatch(JSON.stringify(said), /quoted|AAAA/);
  const { items } = w.vault.audit.list(operator, { action: 'session.doctor' });
  t.match(items, [{ caller: 'operator:ada', detail: { compared: ['AWS_SECRET_ACCESS_KEY', 'KEY'] } }]);

  const one = await w.parts.doctor.session(operator, 'dev', { variable: 'KEY', sandbox: 'box' });
  t.same(
    grave(one).map(({ code }) => code),
    ['VALUE_QUOTES'],
  );
  await t.rejects(w.parts.doctor.session(operator, 'absent', {}), { code: 'SESSION_NOT_FOUND' });
  w.vault.seal(operator);
  t.match(await w.parts.doctor.session(operator, 'dev', {}), { findings: [{ code: 'VAULT_SEALED' }] });
});

t.test('each provider and account is asked once, and only when asked for', async (t) => {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    const right = request.headers.authorization === `Bearer ${GOOD}`;
    response.writeHead(right ? 200 : 401, { 'x-oauth-scopes': 'repo' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const w = await world(t, { checkBases: { github: base } });
  await w.call('POST', '/v1/secrets', { name: 'GITHUB_TOKEN', value: GOOD, provider: 'github' });
  await w.call('POST', '/v1/secrets', {
    name: 'GITHUB_TOKEN@home',
    value: `ghp_${'b'.repeat(36)}`,
    provider: 'github',
  });
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  await w.call('PUT', '/v1/sessions/dev/secrets/GITHUB_TOKEN', {});
  await w.call('PUT', '/v1/sessions/dev/secrets/GITHUB_TOKEN@home', { as: 'SECOND' });
  const operator = { kind: 'operator', token: 'tok_X', name: 'ada' } as const;
  await w.parts.doctor.session(operator, 'dev', {});
  t.equal(asked, 0);
  const { live } = await w.parts.doctor.session(operator, 'dev', { live: true });
  t.equal(asked, 2);
  t.match(
    live.map(({ account, outcome }) => [account, outcome]),
    [
      [null, 'works'],
      ['home', 'refused'],
    ],
  );
});

t.test('the installation is an operator’s', async (t) => {
  const w = await world(t);
  const agent = { kind: 'launcher', token: 'tok_L', name: 'ci', allow: {} } as const;
  await t.rejects(w.parts.doctor.installation(agent), { code: 'FORBIDDEN' });
  const said = await w.parts.doctor.installation({ kind: 'operator', token: 'tok_X', name: 'ada' });
  t.match(said.checks.map(({ name }) => name).join(' '), 'engine delivery rights files disk clock vault audit');
});
