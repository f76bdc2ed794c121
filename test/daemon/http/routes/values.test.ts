import t from 'tap';
import { world } from '../fixture.js';

const bytes = { headers: { 'content-type': 'application/octet-stream' } };

t.test('bytes are kept as they are; the first creates, the next rotates', async (t) => {
  const w = await world(t);
  const value = Buffer.from(`line one\n"quoted" 'and' ü€😀\ttab\n${'x'.repeat(100 * 1024)}\n`);
  const created = await w.call('PUT', '/v1/secrets/A_KEY/value', value, bytes);
  t.match(created, { status: 201, json: { name: 'A_KEY', version: 1, sandboxes: [], notices: [] } });
  const rotated = await w.call('PUT', '/v1/secrets/A_KEY/value', Buffer.from([254, 255, 10]), bytes);
  t.match(rotated, { status: 200, json: { version: 2 } });
  t.same((await w.call('POST', '/v1/secrets/A_KEY/reveal', { reason: 'r' })).json.base64, '/v8K');
  const { json } = await w.call('GET', '/v1/secrets/A_KEY/versions');
  t.match(json.items.map(({ version, size }: { version: number; size: number }) => [version, size]).sort(), [
    [1, value.length],
    [2, 3],
  ]);
  t.equal((await w.call('PUT', '/v1/secrets/B_KEY/value', { value: 'v' })).status, 201, 'JSON too');
  t.match(await w.call('PUT', '/v1/secrets/B_KEY/value', { valu: 'v' }), {
    status: 422,
    json: { errors: [{ pointer: '/valu' }] },
  });
  t.match(await w.call('PUT', '/v1/secrets/B_KEY/value', Buffer.alloc(200 * 1024, 'x'), bytes), {
    status: 422,
    json: { code: 'VALUE_TOO_LARGE' },
  });
});

t.test('a rotation answers as a change does; revoke raises the floor', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'one' });
  const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' }, secrets: ['A_KEY'] });
  w.woken.length = 0;
  const rotated = await w.call('PUT', '/v1/secrets/A_KEY/value', { value: 'two' });
  t.match(rotated, { status: 200, json: { generation: Number, sandboxes: [{ id: json.id, state: 'applied' }] } });
  t.same(w.woken, [json.id]);
  w.outcomes.set(json.id, { state: 'pending', code: 'ENGINE_UNREACHABLE', reason: 'Docker is away.' });
  t.match(await w.call('PUT', '/v1/secrets/A_KEY/value?wait=0', { value: 'three' }), {
    status: 202,
    json: { version: 3, sandboxes: [{ state: 'pending', code: 'ENGINE_UNREACHABLE' }] },
  });
  await w.call('PUT', '/v1/secrets/A_KEY/value?revoke=true', { value: 'four' });
  t.match(w.vault.sandboxes.wanted(json.id)?.values, [{ version: 4, floor: 4 }]);
  t.match(await w.call('PUT', '/v1/secrets/A_KEY/value?wait=2m', { value: 'x' }), {
    status: 422,
    json: { errors: [{ pointer: 'wait' }] },
  });
  t.equal(w.vault.secrets.get({ kind: 'daemon' }, 'A_KEY').currentVersion, 4, 'nothing was stored');
});

t.test('a destroyed version cannot be had again', async (t) => {
  const w = await world(t);
  await w.call('PUT', '/v1/secrets/A_KEY/value', { value: 'one' });
  await w.call('PUT', '/v1/secrets/A_KEY/value', { value: 'two' });
  t.match(await w.call('DELETE', '/v1/secrets/A_KEY/versions/2'), { status: 200, json: { sandboxes: [] } });
  t.match((await w.call('POST', '/v1/secrets/A_KEY/reveal', { reason: 'r' })).json, { version: 1, value: 'one' });
  t.match(await w.call('DELETE', '/v1/secrets/A_KEY/versions/9'), { status: 404, json: { code: 'VERSION_NOT_FOUND' } });
  t.match(await w.call('DELETE', '/v1/secrets/A_KEY/versions/x'), {
    status: 422,
    json: { errors: [{ pointer: 'version' }] },
  });
});
