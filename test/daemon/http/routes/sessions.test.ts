import t from 'tap';
import { world } from '../fixture.js';

t.test('begin, look, change, end', async (t) => {
  const w = await world(t);
  const made = await w.call('POST', '/v1/sessions', { name: 'dev', environment: 'staging', ttl: '8h', idle: 'never' });
  t.match(made, { status: 201, json: { name: 'dev', environment: 'staging', state: 'live', idle: null, until: /Z$/ } });
  t.equal(made.headers.location, `/v1/sessions/${made.json.id}`);
  const got = await w.call('GET', '/v1/sessions/dev');
  t.equal(got.headers.etag, `"g${got.json.generation}"`);
  t.match(await w.call('PATCH', '/v1/sessions/dev', { idle: '2h', onResume: 'restore' }), {
    status: 200,
    json: { idle: '2h', onResume: 'restore', environment: 'staging' },
  });
  t.match(await w.call('POST', '/v1/sessions', { name: 'dev' }), { status: 409, json: { code: 'NAME_TAKEN' } });
  t.match(await w.call('DELETE', '/v1/sessions/dev'), { status: 200, json: { sandboxes: [] } });
  t.same((await w.call('GET', '/v1/sessions')).json.items, [], 'live ones');
  t.match((await w.call('GET', '/v1/sessions?state=ended')).json.items, [{ id: made.json.id, endReason: 'deleted' }]);
  t.match(await w.call('GET', '/v1/sessions/dev'), { status: 404, json: { code: 'SESSION_NOT_FOUND' } });
});

t.test('get or create', async (t) => {
  const w = await world(t);
  t.equal((await w.call('PUT', '/v1/sessions/dev', { ttl: '8h' })).status, 201);
  t.equal((await w.call('PUT', '/v1/sessions/dev', { ttl: '8h' })).status, 200);
  t.match(await w.call('PUT', '/v1/sessions/dev', { ttl: '9h' }), { status: 409, json: { code: 'SESSION_DIFFERS' } });
  const launcher = w.as(await w.mint('launcher'));
  t.match(await launcher('PUT', '/v1/sessions/dev', { ttl: '8h' }), { status: 409, json: { code: 'NAME_TAKEN' } });
  t.match(await w.call('PUT', '/v1/sessions/dev', { name: 'x' }), {
    status: 422,
    json: { errors: [{ pointer: '/name' }] },
  });
});

t.test('the end takes sandboxes with it, and workspaces where asked', async (t) => {
  const w = await world(t);
  for (const [query, reason] of [
    ['', 'deleted'],
    ['?workspace=delete', 'deleted with workspace'],
  ]) {
    await w.call('POST', '/v1/sessions', { name: 'dev' });
    const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: 'dev' });
    t.match(await w.call('DELETE', `/v1/sessions/dev${query}`), {
      status: 200,
      json: { sandboxes: [{ id: json.id, name: 'box' }] },
    });
    const sandbox = w.vault.sandboxes.get({ kind: 'daemon' }, json.id);
    t.equal(w.vault.sessions.get({ kind: 'daemon' }, sandbox.session).endReason, reason);
  }
});

t.test('a session may ask for a delivery; durations are checked', async (t) => {
  const w = await world(t);
  t.match(await w.call('POST', '/v1/sessions', { delivery: 'memory' }), { status: 201, json: { delivery: 'memory' } });
  t.match(await w.call('POST', '/v1/sessions', { ttl: 'soon' }), {
    status: 422,
    json: { errors: [{ pointer: '/ttl' }] },
  });
  t.match(await w.call('POST', '/v1/sessions', { ttl: '9999999d' }), {
    status: 422,
    json: { errors: [{ pointer: '/ttl' }] },
  });
  t.match(await w.call('GET', '/v1/sessions?state=dead'), { status: 422, json: { errors: [{ pointer: 'state' }] } });
});
