import sodium from 'libsodium-wrappers';
import t from 'tap';
import { world } from '../fixture.js';

t.test('register, look, describe anew, delete', async (t) => {
  const w = await world(t);
  const body = { name: 'GITHUB_TOKEN@work', value: 'CANARY', tags: ['code'], description: 'd', rotateEvery: '30d' };
  const made = await w.call('POST', '/v1/secrets', body);
  t.match(made, {
    status: 201,
    json: { name: 'GITHUB_TOKEN@work', env: 'GITHUB_TOKEN', account: 'work', rotateEvery: '30d' },
  });
  t.equal(made.headers.location, `/v1/secrets/${made.json.id}`);
  t.match(await w.call('POST', '/v1/secrets', body), { status: 409, json: { code: 'SECRET_EXISTS' } });
  const { notices: _notices, ...secret } = made.json;
  const alone = { ...secret, rotation: null };
  t.same((await w.call('GET', '/v1/secrets/GITHUB_TOKEN%40work')).json, alone);
  t.same((await w.call('GET', `/v1/secrets/${made.json.id}`)).json, alone);
  const patched = await w.call('PATCH', '/v1/secrets/GITHUB_TOKEN@work', {
    description: null,
    expiresAt: '2099-01-01T00:00:00Z',
  });
  t.match(patched, { status: 200, json: { description: null, expiresAt: '2099-01-01T00:00:00.000Z', tags: ['code'] } });
  t.match(await w.call('DELETE', '/v1/secrets/GITHUB_TOKEN@work'), {
    status: 200,
    json: { sandboxes: [], notices: [] },
  });
  t.match(await w.call('GET', '/v1/secrets/GITHUB_TOKEN@work'), { status: 404, json: { code: 'SECRET_NOT_FOUND' } });
  t.notMatch([made.text, patched.text].join(), /CANARY/);
});

t.test('an active one is deleted by force alone, and that is a change', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'v' });
  const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' }, secrets: ['A_KEY'] });
  t.match(await w.call('DELETE', '/v1/secrets/A_KEY'), { status: 409, json: { code: 'SECRET_ACTIVE' } });
  t.match(await w.call('DELETE', '/v1/secrets/A_KEY?force=true'), {
    status: 200,
    json: { sandboxes: [{ id: json.id }] },
  });
});

t.test('lists are filtered and come in pages', async (t) => {
  const w = await world(t);
  for (const name of ['A_KEY', 'B_KEY', 'C_KEY'])
    await w.call('POST', '/v1/secrets', { name, value: 'v', tags: [name.slice(0, 1)] });
  const names = async (query: string) => {
    const { json } = await w.call('GET', `/v1/secrets${query}`);
    return [json.items.map(({ name }: { name: string }) => name), json.next];
  };
  const [first, next] = await names('?limit=2');
  t.same(first, ['A_KEY', 'B_KEY']);
  t.same(await names(`?limit=2&cursor=${next}`), [['C_KEY'], null]);
  t.same(await names('?tag=B'), [['B_KEY'], null]);
  t.same(await names('?q=c_k'), [['C_KEY'], null]);
  t.same(await names('?due=true'), [[], null]);
  t.equal((await names('?due=false'))[0].length, 3);
  for (const query of [
    '?limit=0',
    '?limit=201',
    '?limit=x',
    '?cursor=x',
    '?colour=red',
    '?tag=a&tag=b',
    '?due=maybe',
  ]) {
    t.match(
      await w.call('GET', `/v1/secrets${query}`),
      { status: 422, json: { errors: [{ pointer: /^[a-z]+$/ }] } },
      query,
    );
  }
});

t.test('reveal gives the value to a person with a reason, and writes it down', async (t) => {
  const w = await world(t);
  const bytes = Buffer.from([0xff, 0xfe, 0x0a]);
  await w.call('POST', '/v1/secrets', { name: 'TEXT_KEY', value: 'line\n"ü"\n' });
  await w.call('POST', '/v1/secrets', { name: 'BYTES_KEY', base64: bytes.toString('base64') });
  const reveal = (name: string, body: object) => w.call('POST', `/v1/secrets/${name}/reveal`, body);
  t.same((await reveal('TEXT_KEY', { reason: 'why' })).json, { name: 'TEXT_KEY', version: 1, value: 'line\n"ü"\n' });
  t.same((await reveal('BYTES_KEY', { reason: 'why' })).json, { name: 'BYTES_KEY', version: 1, base64: '//4K' });
  t.match(await reveal('TEXT_KEY', {}), { status: 422, json: { errors: [{ pointer: '/reason' }] } });
  const { json } = await w.call('GET', '/v1/audit?action=secret.reveal');
  t.equal(json.items.length, 2);
  t.match(json.items[0].detail, { reason: 'why' });
});

t.test('a value that was sealed for the vault never travels in plaintext', async (t) => {
  const w = await world(t);
  await sodium.ready;
  const { publicKey } = (await w.call('GET', '/v1/vault')).json;
  const sealed = sodium.crypto_box_seal('CANARY', Buffer.from(publicKey, 'base64'));
  const sealedValue = Buffer.from(sealed).toString('base64');
  t.equal((await w.call('POST', '/v1/secrets', { name: 'A_KEY', sealedValue })).status, 201);
  t.equal((await w.call('POST', '/v1/secrets/A_KEY/reveal', { reason: 'r' })).json.value, 'CANARY');
  const broken = Buffer.from(sealed);
  broken[40] = (broken[40] ?? 0) ^ 1;
  t.match(await w.call('PUT', '/v1/secrets/A_KEY/value', { sealedValue: broken.toString('base64') }), {
    status: 422,
    json: { code: 'SEALED_VALUE_INVALID' },
  });
});

t.test('bad input names the field and stores nothing', async (t) => {
  const w = await world(t);
  for (const [body, pointer] of [
    [{ value: 'v' }, '/name'],
    [{ name: 'A_KEY' }, '/value'],
    [{ name: 'A_KEY', value: 'v', base64: 'AAAA' }, '/value'],
    [{ name: 'A_KEY', base64: '*' }, '/base64'],
    [{ name: 'A_KEY', sealedValue: 'AAA' }, '/sealedValue'],
    [{ name: '1KEY', value: 'v' }, '/name'],
    [{ name: 'A_KEY', value: 'v', expiresAt: 'tomorrow' }, '/expiresAt'],
    [{ name: 'A_KEY', value: 'v', rotateEvery: '0' }, '/rotateEvery'],
    [{ name: 'A_KEY', value: 'v', colour: 1 }, '/colour'],
    [{ name: 'A_KEY', value: 7 }, '/value'],
    [{ name: 'A_KEY', value: 'v', tags: ['a', 'a'] }, '/tags'],
  ] as const) {
    const { status, json } = await w.call('POST', '/v1/secrets', body);
    t.match({ status, json }, { status: 422, json: { errors: [{ pointer }] } }, JSON.stringify(body));
  }
  t.same((await w.call('GET', '/v1/secrets')).json.items, []);
});

t.test('a description that moves a secret out of a ceiling is looked at by its sandboxes', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'x', tags: ['web'] });
  const launch = { session: { name: 'dev' }, secrets: ['A_KEY'], only: ['tag:web'] };
  const { id } = (await w.call('POST', '/v1/sandboxes', launch)).json;
  w.woken.length = 0;
  t.match(await w.call('PATCH', '/v1/secrets/A_KEY', { tags: [] }), { status: 200, json: { tags: [] } });
  t.same(w.woken, [id]);
});

t.test('how its provider makes a new value, where that is known', async (t) => {
  const w = await world(t);
  for (const provider of ['github', 'acme'])
    await w.call('POST', '/v1/secrets', { name: provider.toUpperCase(), value: 'x', provider });
  t.match((await w.call('GET', '/v1/secrets/GITHUB')).json.rotation, { page: /^https:\/\//, steps: [/./] });
  t.equal((await w.call('GET', '/v1/secrets/ACME')).json.rotation, null);
});
