import t from 'tap';
import { world } from '../fixture.js';

t.test('a token is shown once, works, is listed without it, and is revoked', async (t) => {
  const w = await world(t);
  const allow = { secrets: ['tag:ci'], maxSandboxes: 2 };
  const made = await w.call('POST', '/v1/tokens', { kind: 'launcher', name: 'ci', allow, ttl: '1h' });
  t.match(made, { status: 201, json: { kind: 'launcher', allow, token: /^amp_la_/, expiresAt: /Z$/ } });
  const launcher = w.as(made.json.token);
  t.equal((await launcher('GET', '/v1/sessions')).status, 200);
  const listed = await w.call('GET', '/v1/tokens');
  t.match(listed.json.items, [{ id: made.json.id, lastUsedAt: /Z$/ }, {}]);
  t.notMatch(listed.text, made.json.token);
  const told: string[] = [];
  w.parts.onTokenRevoked((id) => void told.push(id));
  t.match(await w.call('DELETE', `/v1/tokens/${made.json.id}`), { status: 200, json: { revokedAt: /Z$/ } });
  t.same(told, [made.json.id]);
  t.match(await launcher('GET', '/v1/sessions'), { status: 401, json: { code: 'TOKEN_REVOKED' } });
  t.match(await w.call('DELETE', '/v1/tokens/tok_none'), { status: 404, json: { code: 'TOKEN_NOT_FOUND' } });
});

t.test('a launcher mints agents of its own sessions, and nothing else', async (t) => {
  const w = await world(t);
  const launcher = w.as(await w.mint('launcher'));
  await w.call('POST', '/v1/sessions', { name: 'foreign' });
  await launcher('POST', '/v1/sessions', { name: 'own' });
  const agent = await launcher('POST', '/v1/tokens', { kind: 'agent', name: 'a', session: 'own' });
  t.match(agent, { status: 201, json: { session: /^ses_/, token: /^amp_ag_/ } });
  t.match((await w.as(agent.json.token)('GET', '/v1/sessions')).json.items, [{ name: 'own' }]);
  t.equal((await launcher('POST', '/v1/tokens', { kind: 'agent', name: 'a', session: 'foreign' })).status, 404);
  t.equal((await launcher('POST', '/v1/tokens', { kind: 'operator', name: 'a' })).status, 403);
  await launcher('DELETE', '/v1/sessions/own');
  t.match(await w.as(agent.json.token)('GET', '/v1/sessions'), { status: 401 }, 'it dies with its session');
});

t.test('bad input', async (t) => {
  const w = await world(t);
  for (const [body, pointer] of [
    [{ name: 'x' }, '/kind'],
    [{ kind: 'root', name: 'x' }, '/kind'],
    [{ kind: 'launcher', name: 'x', allow: { secret: [] } }, '/allow/secret'],
    [{ kind: 'launcher', name: 'x', allow: { privileges: ['root'] } }, '/allow/privileges/0'],
    [{ kind: 'metrics', name: 'x', ttl: '0' }, '/ttl'],
  ] as const) {
    t.match(
      await w.call('POST', '/v1/tokens', body),
      { status: 422, json: { errors: [{ pointer }] } },
      JSON.stringify(body),
    );
  }
});
