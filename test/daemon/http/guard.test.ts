import t from 'tap';
import { world } from './fixture.js';

t.test('only names of this daemon are served, exactly', async (t) => {
  const w = await world(t, { allowedHosts: ['ampoule.test:8080'], publicUrl: 'https://vault.example' });
  const ask = (host: string) => w.as(null)('GET', '/healthz', undefined, { headers: { host } });
  for (const host of [
    '127.0.0.1:7433',
    'localhost:7433',
    '[::1]:7433',
    'ampoule.test:8080',
    'vault.example',
    'LOCALHOST:7433',
  ]) {
    t.equal((await ask(host)).status, 200, host);
  }
  for (const host of [
    'evil.example',
    '127.0.0.1',
    '127.0.0.1:80',
    'localhost',
    'ampoule.test',
    'x.ampoule.test:8080',
    '',
  ]) {
    const { status, json } = await ask(host);
    t.match({ status, json }, { status: 421, json: { code: 'HOST_NOT_ALLOWED' } }, host);
    t.notMatch(json.detail, host === '' ? 'evil' : host.slice(0, 4) === 'evil' ? 'evil' : 'never');
  }
});

t.test('web pages of other origins are refused, whatever the method', async (t) => {
  const w = await world(t, { publicUrl: 'https://vault.example' });
  for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
    for (const origin of [
      'https://evil.example',
      'null',
      'http://127.0.0.1:9999',
      'https://127.0.0.1:7433',
      'file://',
    ]) {
      const { status, json } = await w.call(method, '/v1/vault', undefined, {
        headers: { origin, upgrade: 'websocket' },
      });
      t.match({ status, json }, { status: 403, json: { code: 'ORIGIN_REFUSED' } }, `${method} ${origin}`);
    }
  }
  for (const origin of ['https://vault.example', 'http://127.0.0.1:7433', 'http://localhost:7433']) {
    t.equal((await w.call('GET', '/v1/vault', undefined, { headers: { origin } })).status, 200, origin);
  }
});

t.test('no token in a URL, however it is called', async (t) => {
  const w = await world(t);
  for (const path of [
    '/v1/vault?token=x',
    '/v1/vault?ACCESS_TOKEN=x',
    `/v1/vault?q=${w.token}`,
    `/v1/tokens/${w.token}`,
  ]) {
    const { status, json, text } = await w.call('GET', path);
    t.match({ status, json }, { status: 400, json: { code: 'TOKEN_IN_URL' } });
    t.notMatch(text, w.token);
  }
});
