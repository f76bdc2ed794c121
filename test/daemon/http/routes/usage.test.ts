import t from 'tap';
import { world } from '../fixture.js';

t.test('the history of a secret, as pages and as CSV', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'CANARY' });
  const { json: box } = await w.call('POST', '/v1/sandboxes', {
    ...{ name: 'box', session: { name: 'dev' }, secrets: ['A_KEY'] },
  });
  const { id } = (await w.call('GET', '/v1/secrets/A_KEY')).json;
  const row = w.vault.containers.intend({
    ...{ sandbox: box.id, role: 'current', nonce: 'b'.repeat(32), epoch: 1, generation: 1, envMac: 'm' },
    holds: [{ env: 'A_KEY', secret: id, version: 1 }],
  });
  w.vault.containers.starting(row.id);
  t.match((await w.call('GET', '/v1/secrets/A_KEY/usage')).json, {
    items: [
      { variable: 'A_KEY', version: 1, session: 'dev', sandbox: 'box', confirmedBy: 'operator:test', until: null },
    ],
    next: null,
  });
  const csv = await w.call('GET', '/v1/secrets/A_KEY/usage?format=csv');
  t.match(csv.headers['content-type'], /^text\/csv/);
  const [head, line, end] = csv.text.split('\r\n');
  t.match(
    head,
    /^variable,version,session,sandbox,container,holder,pid,program,confirmedBy,requestId,since,until,host$/,
  );
  t.match(line, /^A_KEY,1,dev,box,,,,,operator:test,,\d{4}-/);
  t.equal(end, '');
  t.match(await w.call('GET', '/v1/secrets/A_KEY/usage?since=x'), { status: 422 });
  t.match(await w.call('GET', '/v1/secrets/NONE/usage'), { status: 404 });
  t.match((await w.call('GET', '/v1/secrets/A_KEY/usage?since=2099-01-01T00:00:00Z')).json.items.length, 1);
});

t.test('rollback and a new data key', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'one' });
  await w.call('PUT', '/v1/secrets/A_KEY/value', { value: 'two' });
  t.match(await w.call('POST', '/v1/secrets/A_KEY/rollback', { version: 1 }), {
    status: 200,
    json: { name: 'A_KEY', version: 3, sandboxes: [] },
  });
  t.match(await w.call('POST', '/v1/secrets/A_KEY/rollback?revoke=true', { version: 1 }), {
    json: { version: 3, notices: [/Version 1 of A_KEY is its current value already\./] },
  });
  t.match((await w.call('POST', '/v1/secrets/A_KEY/reveal', { reason: 'r' })).json, { value: 'one' });
  t.match(await w.call('POST', '/v1/vault/rotate'), { status: 200, json: { keyId: 2 } });
  t.match((await w.call('GET', '/v1/vault')).json, { keyId: 2, reencrypting: 0 });
  t.match(await w.call('POST', '/v1/vault/rotate?wait=0', { reencrypt: true }), {
    ...{ status: 202, json: { keyId: 3, left: 3, unreadable: 0 } },
  });
  t.match((await w.call('GET', '/v1/vault')).json, { keyId: 3, reencrypting: 3 });
  t.match(await w.call('POST', '/v1/vault/rotate', { reencrypt: true }), {
    ...{ status: 200, json: { keyId: 4, left: 0, unreadable: 0 } },
  });
  const { items } = (await w.call('GET', '/v1/secrets/A_KEY/versions')).json;
  t.same(
    items.map(({ keyId }: { keyId: number }) => keyId),
    [4, 4, 4],
  );
  t.match((await w.call('POST', '/v1/secrets/A_KEY/reveal', { reason: 'r' })).json, { value: 'one' });
});
