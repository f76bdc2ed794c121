import t, { type Test } from 'tap';
import type { Vault } from '../../../../store/index.js';
import { StoreError } from '../../../../store/index.js';
import { until } from '../../../engine/wait.js';
import { type World, world } from '../fixture.js';
import { type PlayedOauth, playedOauth } from '../played-oauth.js';

async function scene(t: Test): Promise<World & { oauth: PlayedOauth }> {
  const known: { vault?: Vault } = {};
  const oauth = playedOauth(() => known.vault as Vault);
  const w = await world(t, {}, { oauth });
  known.vault = w.vault;
  return { ...w, oauth };
}
const CONNECT = { provider: 'github', clientId: 'Iv1.test', clientSecret: 'HUSH-HUSH' };

t.test('begun with an application, waited for, and connected', async (t) => {
  const w = await scene(t);
  const events: unknown[] = [];
  w.parts.events.subscribe((_, event) => void events.push(event));
  const begun = await w.call('POST', '/v1/connections', { ...CONNECT, account: 'octocat', scopes: ['repo', 'gist'] });
  t.match(begun, {
    status: 201,
    json: {
      ...{ provider: 'github', state: 'pending', account: 'octocat', flow: 'code', scopes: ['repo', 'gist'] },
      ...{ clientId: 'Iv1.test', secret: null, secretId: null, todo: /sign in/, notices: [] },
      authorize: { url: 'http://127.0.0.1:7433/oauth/start/T1', expiresAt: '2030-01-01T00:00:00.000Z' },
    },
  });
  const { id } = begun.json;
  t.equal(begun.headers.location, `/v1/connections/${id}`);
  t.same(w.oauth.secrets, ['HUSH-HUSH']);
  t.notMatch(begun.text, /HUSH/);
  t.match(events, [{ kind: 'connection', id }]);
  const waiting = w.call('GET', `/v1/connections/${id}?wait=30s`);
  await until('somebody waits', async () => w.oauth.waiting() === 1);
  w.oauth.signIn(id);
  t.match(await waiting, {
    status: 200,
    json: {
      ...{ id, state: 'connected', login: 'octocat', secret: 'GITHUB_TOKEN@octocat', granted: ['repo'], problem: null },
      ...{ refreshes: 0, todo: null, expiresAt: /Z$/, refreshAt: /Z$/, connectedAt: /Z$/ },
    },
  });
  t.match((await w.call('GET', '/v1/connections')).json, { items: [{ id }], next: null });
  t.match((await w.call('GET', '/v1/connections/GITHUB_TOKEN@octocat')).json, { id });
  t.match((await w.call('GET', `/v1/connections/${id}?wait=30s`)).json, { id }, 'nobody waits for what has happened');
  t.match((await w.call('GET', '/v1/secrets/GITHUB_TOKEN@octocat')).json, { connection: id });
  const all = await w.call('GET', '/v1/audit');
  t.notMatch(all.text, /HUSH|access-1|refresh-1/);
});

t.test('the device flow gives a code, and a wait that is over says where it stands', async (t) => {
  const w = await scene(t);
  const begun = await w.call('POST', '/v1/connections', { ...CONNECT, flow: 'device' });
  t.match(begun.json, { flow: 'device', device: { userCode: 'ABCD-1234', expiresAt: '2030-01-01T00:00:00.000Z' } });
  t.notOk('authorize' in begun.json);
  t.match(await w.call('GET', `/v1/connections/${begun.json.id}?wait=1ms`), {
    status: 200,
    json: { state: 'pending' },
  });
});

t.test('the same key begins once, and does not show again what was to be opened', async (t) => {
  const w = await scene(t);
  const headers = { 'idempotency-key': 'k1' };
  const first = await w.call('POST', '/v1/connections', CONNECT, { headers });
  const again = await w.call('POST', '/v1/connections', CONNECT, { headers });
  t.match(again, { status: 200, json: { id: first.json.id, notices: [/shown once/] } });
  t.notOk('authorize' in again.json);
  t.match(await w.call('POST', '/v1/connections', { provider: 'github' }, { headers }), {
    json: { code: 'IDEMPOTENCY_MISMATCH' },
  });
  const other = { headers: { 'idempotency-key': 'k2' } };
  await w.call('DELETE', '/v1/oauth/clients/github');
  t.match(await w.call('POST', '/v1/connections', { provider: 'github' }, other), { status: 404 });
  await w.call('PUT', '/v1/oauth/clients/github', { clientId: 'x' });
  t.match(
    await w.call('POST', '/v1/connections', { provider: 'github' }, other),
    { status: 201 },
    'what failed may be sent again',
  );
});

t.test('refreshed now: sandboxes get the new value', async (t) => {
  const w = await scene(t);
  const { id } = (await w.call('POST', '/v1/connections', CONNECT)).json;
  w.oauth.signIn(id);
  const box = (await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } })).json.id;
  await w.call('PUT', '/v1/sessions/dev/secrets/GITHUB_TOKEN@octocat', {});
  w.woken.length = 0;
  t.match(await w.call('POST', '/v1/connections/GITHUB_TOKEN@octocat/refresh'), {
    status: 200,
    json: { connection: { id, refreshes: 1 }, generation: Number, sandboxes: [{ id: box, state: 'applied' }] },
  });
  t.same(w.woken, [box]);
  w.oauth.failure = new StoreError('REFRESH_RUNNING', 'It runs.');
  t.match(await w.call('POST', `/v1/connections/${id}/refresh`), { status: 409, json: { code: 'REFRESH_RUNNING' } });
});

t.test('disconnected: everybody loses it', async (t) => {
  const w = await scene(t);
  const { id } = (await w.call('POST', '/v1/connections', CONNECT)).json;
  w.oauth.signIn(id);
  const box = (await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } })).json.id;
  await w.call('PUT', '/v1/sessions/dev/secrets/GITHUB_TOKEN@octocat', {});
  t.match(await w.call('DELETE', '/v1/secrets/GITHUB_TOKEN@octocat?force=true'), {
    ...{ status: 409, json: { code: 'SECRET_CONNECTED', detail: /`ampoule disconnect GITHUB_TOKEN@octocat`/ } },
  });
  t.match(await w.call('DELETE', '/v1/connections/GITHUB_TOKEN@octocat'), {
    status: 200,
    json: {
      connection: { id, state: 'disconnecting', secret: 'GITHUB_TOKEN@octocat' },
      ...{ sandboxes: [{ id: box, state: 'applied' }], notices: [/The provider is told/] },
    },
  });
  t.match(await w.call('GET', '/v1/secrets/GITHUB_TOKEN@octocat'), { status: 404 });
  w.vault.connections.revoked(id);
  t.match(await w.call('DELETE', `/v1/connections/${id}`), { status: 200, json: { notices: [] } }, 'again is the same');
  t.match(await w.call('DELETE', '/v1/connections/con_NONE'), { status: 404, json: { code: 'CONNECTION_NOT_FOUND' } });
});

t.test('where a disconnect cannot be recorded, what holds the token is ended all the same', async (t) => {
  const w = await scene(t);
  const { id } = (await w.call('POST', '/v1/connections', CONNECT)).json;
  const { secret } = w.oauth.signIn(id);
  const box = (await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } })).json.id;
  const holds = [{ env: 'GITHUB_TOKEN', secret: secret ?? 'sec_', version: 1 }];
  const about = { sandbox: box, role: 'current' as const, epoch: 1, generation: 1, envMac: '', nonce: 'n', holds };
  w.vault.containers.intend(about);
  w.oauth.disconnect = async () => {
    throw new StoreError('REVOKED_NOT_RECORDED', 'It is revoked.');
  };
  t.match(await w.call('DELETE', `/v1/connections/${id}`), { status: 507, json: { code: 'REVOKED_NOT_RECORDED' } });
  t.same(w.revoked, [box]);
});

t.test('a person has to sign in again: what to do stands there', async (t) => {
  const w = await scene(t);
  const { id } = (await w.call('POST', '/v1/connections', { ...CONNECT, flow: 'device' })).json;
  w.oauth.signIn(id);
  w.vault.connections.beginRefresh(id);
  w.vault.connections.refreshFailed(id, { code: 'INIT_REFUSED', message: 'Why.' }, null);
  t.match((await w.call('GET', `/v1/connections/${id}`)).json, {
    ...{ state: 'reauthorize', problem: { code: 'INIT_REFUSED', message: 'Why.', at: /Z$/ }, refreshAt: null },
    todo: 'Authorize GITHUB_TOKEN@octocat again: `ampoule connect github --account octocat --device`.',
  });
});

t.test(
  'what does not fit is refused, others may not, and without a provider there is nothing to sign in to',
  async (t) => {
    const w = await scene(t);
    for (const body of [
      {},
      { provider: 'github', colour: 1 },
      { provider: 'github', flow: 'implicit' },
      { ...CONNECT, scopes: 'repo' },
    ])
      t.match(await w.call('POST', '/v1/connections', body), { status: 422, json: { code: 'INVALID_INPUT' } });
    for (const kind of ['launcher', 'metrics'] as const)
      t.match(await w.as(await w.mint(kind))('GET', '/v1/connections'), { status: 403 });
    const bare = await world(t);
    t.match(await bare.call('POST', '/v1/connections', CONNECT), { status: 404, json: { code: 'PROVIDER_NOT_FOUND' } });
    const pending = bare.vault.connections.begin(
      { kind: 'daemon' },
      { provider: 'x', scopes: [], flow: 'code', clientId: 'x' },
    );
    t.match(await bare.call('GET', `/v1/connections/${pending.id}?wait=10s`), { json: { state: 'pending' } });
    t.match(await bare.call('DELETE', `/v1/connections/${pending.id}`), {
      status: 200,
      json: { connection: { state: 'ended' } },
    });
  },
);
