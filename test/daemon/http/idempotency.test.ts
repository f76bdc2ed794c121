import t from 'tap';
import { world } from './fixture.js';

const key = (name: string) => ({ headers: { 'idempotency-key': name } });

t.test('the same key and body make one thing once', async (t) => {
  const w = await world(t);
  for (const [path, body] of [
    ['/v1/secrets', { name: 'A', value: 'v' }],
    ['/v1/sessions', {}],
    ['/v1/sandboxes', { session: {} }],
  ] as const) {
    const first = await w.call('POST', path, body, key('k1'));
    const again = await w.call('POST', path, body, key('k1'));
    t.equal(first.status, 201, path);
    t.match(again, { status: 201, json: { id: first.json.id } });
    t.equal((await w.call('GET', path)).json.items.filter(({ id }: { id: string }) => id === first.json.id).length, 1);
    const other = await w.call('POST', path, { ...body, name: 'Z' }, key('k1'));
    t.match(other, { status: 422, json: { code: 'IDEMPOTENCY_MISMATCH' } });
  }
});

t.test('a token is shown once', async (t) => {
  const w = await world(t);
  const body = { kind: 'metrics', name: 'prometheus' };
  const first = await w.call('POST', '/v1/tokens', body, key('k'));
  t.match(first, { status: 201, json: { token: /^amp_me_/ } });
  const again = await w.call('POST', '/v1/tokens', body, key('k'));
  t.match(again, { status: 409, json: { code: 'TOKEN_ALREADY_SHOWN', detail: new RegExp(first.json.id) } });
  t.notMatch(again.text, first.json.token);
});

t.test('a refused request leaves the key free', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/sessions', { name: 'taken' });
  t.equal((await w.call('POST', '/v1/sessions', { name: 'taken' }, key('k'))).status, 409);
  await w.call('DELETE', '/v1/sessions/taken');
  t.equal((await w.call('POST', '/v1/sessions', { name: 'taken' }, key('k'))).status, 201);
});

t.test('a key that cannot be one is named', async (t) => {
  const w = await world(t);
  for (const bad of ['with space', 'x'.repeat(256), '']) {
    const { status, json } = await w.call('POST', '/v1/sessions', {}, key(bad));
    t.match({ status, json }, { status: 422, json: { errors: [{ pointer: 'Idempotency-Key' }] } });
  }
});
