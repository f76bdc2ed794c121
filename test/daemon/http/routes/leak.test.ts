/** Reports of leaks and panic over HTTP. */

import t from 'tap';
import { world } from '../fixture.js';

t.test('a leak: a change, who had it, the proof, what to do; then refused until there is a new value', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'KEY', value: 'CANARY-VALUE', provider: 'github' });
  const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' }, secrets: ['KEY'] });
  w.proof = { processes: 4 };
  const answer = await w.call('POST', '/v1/secrets/KEY/leak', { reason: 'pasted' });
  t.match(answer, {
    status: 200,
    json: {
      ...{ name: 'KEY', leakedAt: String, sandboxes: [{ id: json.id, state: 'applied' }] },
      ...{ exposures: { items: [], total: 0, open: 0 }, proof: { processes: 4, holders: [] } },
      rotation: { revoke: [/at github/], command: 'ampoule secret set KEY' },
    },
  });
  t.notMatch(answer.text, 'CANARY');
  t.match(w.written, ['holders']);
  t.match((await w.call('GET', '/v1/secrets/KEY')).json, { leakedAt: answer.json.leakedAt });
  const again = await w.call('PUT', '/v1/sessions/dev/secrets/KEY', {});
  t.match(again, { status: 409, json: { code: 'SECRET_LEAKED', detail: /ampoule secret set KEY/ } });
  t.match(await w.call('DELETE', '/v1/secrets/KEY/leak'), { status: 200, json: { leakedAt: null } });
  t.match(await w.call('PUT', '/v1/sessions/dev/secrets/KEY', {}), { status: 200 });
});

t.test('pending where something is, or where the proof finds a holder', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'KEY', value: 'CANARY-VALUE' });
  const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' }, secrets: ['KEY'] });
  w.outcomes.set(json.id, { state: 'pending', reason: 'Docker does not answer.' });
  t.match(await w.call('POST', '/v1/secrets/KEY/leak', {}), { status: 202 });
  w.outcomes.clear();
  w.proof = { holders: [{ sandbox: 'box', container: 'c', pid: 7, program: 'sh', in: 'environment' }] };
  t.match(await w.call('POST', '/v1/secrets/KEY/leak', {}), {
    status: 202,
    json: { proof: { holders: [{ pid: 7 }] } },
  });
  t.match(await w.call('POST', '/v1/secrets/ABSENT/leak', {}), { status: 404 });
  t.match(await w.call('POST', '/v1/secrets/KEY/leak', { why: 'x' }), { status: 422 });
});

t.test('pending too where an earlier change has not taken it away yet', async (t) => {
  const w = await world(t);
  const { id: secret } = (await w.call('POST', '/v1/secrets', { name: 'KEY', value: 'CANARY-VALUE' })).json;
  const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' }, secrets: ['KEY'] });
  w.vault.containers.open = () => [{ sandbox: json.id, holds: [{ secret, version: 1 }] }] as never;
  w.outcomes.set(json.id, { state: 'pending', reason: 'Docker does not answer.' });
  t.match(await w.call('DELETE', '/v1/sessions/dev/secrets/KEY?wait=0s'), { status: 202 });
  t.match(await w.call('POST', '/v1/secrets/KEY/leak', {}), { status: 202, json: { sandboxes: [{ id: json.id }] } });
});

t.test('panic: everything ends and the vault is sealed; what is left is told', async (t) => {
  const w = await world(t, {}, {});
  await w.call('POST', '/v1/secrets', { name: 'KEY', value: 'CANARY-VALUE' });
  const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' }, secrets: ['KEY'] });
  w.parts.revokeAll = async () => ({ failed: [json.id] });
  const answer = await w.call('POST', '/v1/panic');
  t.match(answer, {
    status: 202,
    json: {
      ...{ state: 'sealed', sessions: 1, activations: 1, ended: [] },
      sandboxes: [{ id: json.id, name: 'box', session: 'dev', state: 'pending', reason: /Repeat the request/ }],
    },
  });
  w.parts.revokeAll = async () => ({ failed: [] });
  t.match(await w.call('POST', '/v1/panic'), { status: 200, json: { state: 'sealed', activations: 0, sandboxes: [] } });
});

t.test("all of it is an operator's", async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'KEY', value: 'CANARY-VALUE' });
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  for (const kind of ['launcher', 'agent', 'metrics'] as const) {
    const as = w.as(await w.mint(kind, kind === 'agent' ? { session: 'dev' } : {}));
    t.match(await as('POST', '/v1/panic'), { status: 403, json: { code: 'FORBIDDEN' } }, kind);
    t.match(await as('POST', '/v1/secrets/KEY/leak', {}), { status: 403 }, kind);
    t.match(await as('DELETE', '/v1/secrets/KEY/leak'), { status: 403 }, kind);
  }
  t.match(await w.as(null)('POST', '/v1/panic'), { status: 401 });
  t.equal(w.vault.status().state, 'unsealed');
});

t.test('a command outside of sandboxes is told of, and pending as long as it runs', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'KEY', value: 'CANARY-VALUE' });
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  await w.call('PUT', '/v1/sessions/dev/secrets/KEY', {});
  const begun = { host: 'laptop', pid: 7, command: ['npm', 'test'] };
  const { json } = await w.call('POST', '/v1/sessions/dev/environment', begun);
  const outside = [{ session: 'dev', host: 'laptop', pid: 7, command: 'npm test', until: null, unknown: false }];
  t.match(await w.call('POST', '/v1/secrets/KEY/leak', {}), { status: 202, json: { outside } });
  t.match(await w.call('POST', '/v1/panic'), { status: 202, json: { outside, sandboxes: [] } });
  await w.call('DELETE', `/v1/sessions/dev/environment/${json.id}`);
  t.match(await w.call('POST', '/v1/secrets/KEY/leak', {}), { status: 200, json: { outside: [{ until: /Z$/ }] } });
  t.match(await w.call('POST', '/v1/panic'), { status: 200, json: { outside: [] } });
});
