import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { world } from '../fixture.js';

t.test('what the vault is and how values reach sandboxes', async (t) => {
  const w = await world(t);
  const { status, json } = await w.call('GET', '/v1/vault');
  t.equal(status, 200);
  t.match(json, {
    id: w.vault.id,
    state: 'unsealed',
    unlock: 'keyFile',
    delivery: { configured: 'auto', resolved: 'env', state: 'works' },
    engine: { reachable: true },
    unrecorded: 0,
    reencrypting: 0,
    version: '0.1.0',
  });
  t.equal(Buffer.from(json.publicKey, 'base64').length, 32);
});

t.test('seal and unseal, and what is refused meanwhile', async (t) => {
  const w = await world(t);
  const seen: string[] = [];
  w.parts.events.subscribe((_, { kind }) => void seen.push(kind));
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  t.match(await w.call('POST', '/v1/vault/seal'), { status: 200, json: { state: 'sealed', sandboxes: [] } });
  for (const [method, path, body] of [
    ['POST', '/v1/secrets', { name: 'A', value: 'v' }],
    ['PUT', '/v1/secrets/A/value', { value: 'v' }],
    ['POST', '/v1/sandboxes', { session: 'dev' }],
    ['POST', '/v1/vault/backup', undefined],
  ] as const) {
    t.match(await w.call(method, path, body), { status: 503, json: { code: 'VAULT_SEALED' } }, path);
  }
  t.equal((await w.call('POST', '/v1/sessions/dev/deactivate', { all: true })).status, 200, 'taking away still works');
  t.equal((await w.call('GET', '/v1/sessions')).status, 200);
  w.woken.length = 0;
  t.match(await w.call('POST', '/v1/vault/unseal'), { status: 200, json: { state: 'unsealed' } });
  t.same(w.woken, ['all']);
  t.equal((await w.call('POST', '/v1/secrets', { name: 'A', value: 'v' })).status, 201);
  t.ok(seen.filter((kind) => kind === 'vault').length === 2);
});

t.test('seal with revoke says what could not be ended', async (t) => {
  const w = await world(t);
  const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  w.parts.revokeAll = async () => ({ failed: [json.id] });
  t.match(await w.call('POST', '/v1/vault/seal', { revoke: true }), {
    status: 202,
    json: {
      state: 'sealed',
      sandboxes: [{ id: json.id, name: 'box', session: 'dev', state: 'pending', reason: /Docker/ }],
    },
  });
  w.parts.revokeAll = async () => ({ failed: [] });
  t.match(await w.call('POST', '/v1/vault/seal', { revoke: true }), { status: 200 });
});

t.test('a new unlock key', async (t) => {
  const w = await world(t);
  const keyFile = join(t.testdir(), 'new.key');
  const { status, json } = await w.call('POST', '/v1/vault/rekey', { keyFile });
  t.equal(status, 200, JSON.stringify(json));
  t.match(json, { unlock: 'keyFile' });
  t.ok(existsSync(json.keyFile));
  for (const body of [{}, { keyFile: 'relative' }, { passphrase: '' }, { passphrase: 'a', keyFile: '/k' }]) {
    t.match(await w.call('POST', '/v1/vault/rekey', body), { status: 422, json: { code: 'INVALID_INPUT' } });
  }
});
