import t from 'tap';
import { world } from '../fixture.js';

async function prepared(t: Parameters<typeof world>[0]) {
  const w = await world(t);
  for (const name of ['A_KEY', 'B_KEY', 'TOKEN@one', 'TOKEN@two']) {
    await w.call('POST', '/v1/secrets', {
      name,
      value: `value of ${name}`,
      tags: name.startsWith('TOKEN') ? ['t'] : [],
    });
  }
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  const active = async () => {
    const { json } = await w.call('GET', '/v1/sessions/dev/secrets');
    return json.items
      .filter((row: { active: boolean }) => row.active)
      .map((row: { name: string; as?: string }) => row.as ?? row.name);
  };
  return { w, active };
}

t.test('the toggle table has every secret, and the generation as ETag', async (t) => {
  const { w } = await prepared(t);
  await w.call('PUT', '/v1/sessions/dev/secrets/TOKEN@one', { ttl: '20m' });
  const { headers, json } = await w.call('GET', '/v1/sessions/dev/secrets');
  t.equal(headers.etag, `"g${json.generation}"`);
  t.equal(json.next, null);
  t.match(
    json.items.map(({ name, active, conflictsWith }: Record<string, unknown>) => [name, active, conflictsWith]),
    [
      ['A_KEY', false, undefined],
      ['B_KEY', false, undefined],
      ['TOKEN@one', true, undefined],
      ['TOKEN@two', false, ['TOKEN@one']],
    ],
  );
  t.match(json.items[2], { until: /Z$/, confirmedBy: 'operator:test' });
  t.notMatch(JSON.stringify(json), /value of/);
});

t.test('one by one, under its own or another name, and back', async (t) => {
  const { w, active } = await prepared(t);
  const put = (name: string, body?: object) => w.call('PUT', `/v1/sessions/dev/secrets/${name}`, body);
  const first = await put('TOKEN@one');
  t.match(first, { status: 200, json: { generation: 2, sandboxes: [] }, headers: { etag: '"g2"' } });
  const conflict = await put('TOKEN@two');
  t.match(conflict, { status: 409, json: { code: 'ENV_CONFLICT' } });
  t.match(conflict.json.detail, /TOKEN@one.*TOKEN@two|TOKEN@two.*TOKEN@one/s);
  t.equal((await put('TOKEN@two', { as: 'TOKEN_2' })).status, 200);
  t.same(await active(), ['TOKEN@one', 'TOKEN_2']);
  t.equal((await w.call('DELETE', '/v1/sessions/dev/secrets/TOKEN@one')).status, 200);
  t.equal((await w.call('DELETE', '/v1/sessions/dev/secrets/TOKEN@one')).status, 200, 'again');
  t.same(await active(), ['TOKEN_2']);
  t.match(await put('MISSING'), { status: 404, json: { code: 'SECRET_NOT_FOUND' } });
  t.match(await put('A_KEY', { as: '1' }), { status: 422, json: { errors: [{ pointer: '/as' }] } });
});

t.test('groups, all or nothing', async (t) => {
  const { w, active } = await prepared(t);
  const activate = (body: object) => w.call('POST', '/v1/sessions/dev/activate', body);
  t.match(await activate({ tag: 't' }), { status: 409, json: { code: 'ENV_CONFLICT' } });
  t.same(await active(), []);
  t.equal((await activate({ tag: 't', account: 'one', ttl: '1h' })).status, 200);
  t.equal((await activate({ names: ['A_KEY', 'B_KEY'] })).status, 200);
  t.same(await active(), ['A_KEY', 'B_KEY', 'TOKEN@one']);
  t.match(await activate({}), { status: 422, json: { code: 'EMPTY_SELECTION' } });
  t.match(await activate({ all: false }), { status: 422, json: { code: 'INVALID_INPUT' } });
  t.match(await w.call('POST', '/v1/sessions/dev/deactivate', { ttl: '1h' }), { status: 422 });
  t.equal((await w.call('POST', '/v1/sessions/dev/deactivate', { selectors: ['tag:t', 'A_KEY'] })).status, 200);
  t.same(await active(), ['B_KEY']);
  t.equal((await w.call('POST', '/v1/sessions/dev/deactivate', { all: true })).status, 200);
  t.same(await active(), []);
});

t.test('a deactivation of what is not there is refused, and of what is not active says so', async (t) => {
  const { w, active } = await prepared(t);
  const deactivate = (body: object) => w.call('POST', '/v1/sessions/dev/deactivate', body);
  await w.call('POST', '/v1/sessions/dev/activate', { names: ['A_KEY'] });
  for (const body of [{ names: ['A_KEY', 'A_KEYS'] }, { selectors: ['A_KEY', 'A_KEYS'] }])
    t.match(await deactivate(body), { status: 404, json: { code: 'SECRET_NOT_FOUND' } });
  t.same(await active(), ['A_KEY'], 'nothing was done');
  t.match(await deactivate({ selectors: ['A_KEY', 'B_KEY'] }), {
    status: 200,
    json: { notices: [/^B_KEY was not active in dev, so there was nothing to take away/] },
  });
  t.same(await active(), []);
  t.match(await w.call('DELETE', '/v1/sessions/dev/secrets/A_KEY'), { status: 200, json: { notices: [/^A_KEY was/] } });
});

t.test('the whole set, and only on what was seen', async (t) => {
  const { w, active } = await prepared(t);
  const set = (body: object, headers = {}) => w.call('PUT', '/v1/sessions/dev/secrets', body, { headers });
  t.match(await set({ active: ['A_KEY', { name: 'TOKEN@two', as: 'T2' }] }), {
    status: 200,
    headers: { etag: '"g2"' },
  });
  t.same(await active(), ['A_KEY', 'T2']);
  t.equal((await set({ active: ['TOKEN@two', 'B_KEY'] }, { 'if-match': '"g2"' })).status, 200);
  t.same(await active(), ['B_KEY', 'T2'], 'a bare name keeps what it has');
  t.match(await set({ active: [] }, { 'if-match': '"g2"' }), { status: 412, json: { code: 'GENERATION_MISMATCH' } });
  t.match(await set({ active: [] }, { 'if-match': 'g3' }), {
    status: 422,
    json: { errors: [{ pointer: 'If-Match' }] },
  });
  t.same(await active(), ['B_KEY', 'T2']);
  t.equal((await set({ active: [] }, { 'if-match': '*' })).status, 200);
  t.same(await active(), []);
  t.match(await set({}), { status: 422, json: { errors: [{ pointer: '/active' }] } });
  t.match(await set({ active: [{ nam: 'A_KEY' }] }), {
    status: 422,
    json: { errors: [{ pointer: '/active/0/name' }, { pointer: '/active/0/nam' }] },
  });
});

t.test('files need delivery by memory', async (t) => {
  const { w } = await prepared(t);
  await w.call('POST', '/v1/secrets', { name: 'CONFIG_FILE', value: '{}', as: 'file' });
  t.match(await w.call('PUT', '/v1/sessions/dev/secrets/CONFIG_FILE'), { status: 200 });
  t.match(await w.call('POST', '/v1/sandboxes', { session: 'dev', delivery: 'memory' }), { status: 201 });
  t.match(await w.call('POST', '/v1/sandboxes', { session: 'dev', delivery: 'env' }), {
    status: 409,
    json: { code: 'DELIVERY_UNAVAILABLE' },
  });
  await w.call('DELETE', '/v1/sessions/dev/secrets/CONFIG_FILE');
  t.match(await w.call('POST', '/v1/sandboxes', { session: 'dev', delivery: 'env' }), { status: 201 });
  t.match(await w.call('PUT', '/v1/sessions/dev/secrets/CONFIG_FILE'), {
    status: 409,
    json: { code: 'DELIVERY_UNAVAILABLE' },
  });
});

t.test('what cannot be recorded is revoked all the same, and is a 507', async (t) => {
  const { w } = await prepared(t);
  const { json } = await w.call('POST', '/v1/sandboxes', { session: 'dev', secrets: ['A_KEY'] });
  const { StoreError } = await import('../../../../store/index.js');
  w.vault.activations.deactivate = () => {
    throw new StoreError('REVOKED_NOT_RECORDED', 'In effect, not recorded. Free space and repeat.');
  };
  t.match(await w.call('DELETE', '/v1/sessions/dev/secrets/A_KEY'), {
    status: 507,
    json: { code: 'REVOKED_NOT_RECORDED' },
  });
  t.same(w.revoked, [json.id]);
});
