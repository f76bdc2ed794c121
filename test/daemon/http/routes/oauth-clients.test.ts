import t from 'tap';
import type { Vault } from '../../../../store/index.js';
import { world } from '../fixture.js';
import { playedOauth } from '../played-oauth.js';

t.test('how to register an application, remembered, listed and forgotten', async (t) => {
  const known: { vault?: Vault } = {};
  const w = await world(t, {}, { oauth: playedOauth(() => known.vault as Vault) });
  known.vault = w.vault;
  t.match((await w.call('GET', '/v1/oauth/clients/github')).json, {
    ...{ provider: 'github', name: 'GitHub', variable: 'GITHUB_TOKEN', selfHosted: true, flows: ['code', 'device'] },
    create: { page: /^https:/, steps: [String, String], callback: 'http://127.0.0.1:7433/oauth/callback' },
    ...{ scopes: [{ scope: 'repo', usual: true }, { scope: 'gist' }], needsSecret: { code: true, device: false } },
    client: null,
  });
  const body = { clientId: 'Iv1.test', clientSecret: 'HUSH' };
  const put = await w.call('PUT', '/v1/oauth/clients/github', body);
  t.match(put, { status: 200, json: { provider: 'github', base: null, clientId: 'Iv1.test', hasSecret: true } });
  const own = '?base=https://git.example.com';
  await w.call('PUT', `/v1/oauth/clients/github${own}`, { clientId: 'own' });
  const list = await w.call('GET', '/v1/oauth/clients');
  t.match(list.json.items, [{ clientId: 'Iv1.test' }, { clientId: 'own', base: 'https://git.example.com' }]);
  t.notMatch(`${put.text}${list.text}`, /HUSH/);
  t.match((await w.call('GET', `/v1/oauth/clients/github${own}`)).json, {
    client: { clientId: 'own', hasSecret: false },
  });
  t.match((await w.call('DELETE', `/v1/oauth/clients/github${own}`)).json, { items: [{ clientId: 'Iv1.test' }] });
  t.match(await w.call('DELETE', `/v1/oauth/clients/github${own}`), {
    ...{ status: 404, json: { code: 'OAUTH_CLIENT_NOT_FOUND' } },
  });
  for (const [path, sent] of [
    ['github', {}],
    ['github', { clientId: 'a b' }],
    ['github', { clientId: 'a', clientSecret: 'two\nlines' }],
    ['github?base=nonsense', { clientId: 'a' }],
  ] as const)
    t.match(await w.call('PUT', `/v1/oauth/clients/${path}`, sent), { status: 422, json: { code: 'INVALID_INPUT' } });
  t.match(await w.call('PUT', '/v1/oauth/clients/nobody', { clientId: 'a' }), {
    ...{ status: 404, json: { code: 'PROVIDER_NOT_FOUND', detail: /There are: github/ } },
  });
  t.match(await w.as(await w.mint('launcher'))('GET', '/v1/oauth/clients'), { status: 403 });
});
