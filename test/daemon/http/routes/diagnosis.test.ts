import t from 'tap';
import { world } from '../fixture.js';

async function prepared(t: Parameters<typeof world>[0]) {
  const w = await world(t);
  for (const name of ['KEY', 'OTHER']) await w.call('POST', '/v1/secrets', { name, value: `value of ${name}` });
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  await w.call('PUT', '/v1/sessions/dev/secrets/KEY', {});
  return w;
}

t.test('explain', async (t) => {
  const w = await prepared(t);
  await w.call('POST', '/v1/sandboxes', { session: 'dev', name: 'box', network: 'none' });
  const { status, json, text } = await w.call('GET', '/v1/sessions/dev/explain/KEY');
  t.equal(status, 200);
  t.match(json, {
    ...{ variable: 'KEY', has: 'KEY', why: null, session: { name: 'dev' } },
    secrets: [{ secret: 'KEY', version: 1, active: true, activated: { by: 'operator:test', at: /Z$/, until: null } }],
    sandboxes: [{ name: 'box', secret: 'KEY', version: 1, variable: 'KEY', beside: [] }],
  });
  t.notMatch(text, /value of/);
  t.match((await w.call('GET', '/v1/sessions/dev/explain/OTHER')).json, {
    ...{
      has: null,
      secrets: [{ secret: 'OTHER', activated: null, why: { code: 'NOT_ACTIVE', command: /^ampoule activate/ } }],
    },
  });
  t.match(await w.call('GET', '/v1/sessions/dev/explain/KEY?sandbox=absent'), { status: 404 });
  t.match(await w.call('GET', '/v1/sessions/dev/explain/1KEY'), { status: 422, json: { code: 'INVALID_INPUT' } });
});

t.test('the doctor of a session', async (t) => {
  const w = await prepared(t);
  const { status, json, text } = await w.call('GET', '/v1/sessions/dev/doctor?variable=OTHER');
  t.equal(status, 200);
  t.match(json, {
    variable: 'OTHER',
    live: [],
    findings: [{ code: 'NOT_ACTIVE', heading: 'not-working', severity: 'error' }],
  });
  t.equal(json.looked.length, 4);
  t.notMatch(text, /value of/);
  t.same(w.written, ['holders'], 'what was heard of holders is written before');
  t.match(await w.call('GET', '/v1/sessions/dev/doctor?live=perhaps'), { status: 422 });
  t.match(await w.call('GET', '/v1/sessions/absent/doctor'), { status: 404 });
});

t.test('who may', async (t) => {
  const w = await prepared(t);
  const agent = w.as(await w.mint('agent', { session: 'dev' }));
  t.match(await agent('GET', '/v1/sessions/dev/explain/KEY'), { status: 200 });
  t.match(await agent('GET', '/v1/sessions/dev/doctor'), { status: 200 });
  t.match(await agent('GET', '/v1/doctor'), { status: 403 });
  const launcher = w.as(await w.mint('launcher'));
  t.match(await launcher('GET', '/v1/sessions/dev/doctor'), { status: 404, json: { code: 'SESSION_NOT_FOUND' } });
});

t.test('the installation', async (t) => {
  const w = await prepared(t);
  const { status, json } = await w.call('GET', '/v1/doctor');
  t.equal(status, 200);
  t.match(json.checks[0], { name: 'engine', ok: true, said: /^Docker 20\.10/ });
  t.match(
    json.findings.map(({ code }: { code: string }) => code),
    ['PLACE_MISSING'],
    'nobody listens at the socket of a test',
  );
});
