import t from 'tap';
import type { Vault } from '../../../../store/index.js';
import { world } from '../fixture.js';
import { playedOauth } from '../played-oauth.js';

t.test('a browser goes to the provider and comes back, without a token', async (t) => {
  const known: { vault?: Vault } = {};
  const oauth = playedOauth(() => known.vault as Vault);
  const w = await world(t, {}, { oauth });
  known.vault = w.vault;
  const browser = w.as(null);
  const { id } = (await w.call('POST', '/v1/connections', { provider: 'github', clientId: 'Iv1.test' })).json;
  const gone = await browser('GET', '/oauth/start/T1');
  t.match(gone, {
    status: 302,
    headers: { location: 'https://github.com/login/oauth/authorize?state=S', 'set-cookie': /^amp_f=1/ },
  });
  t.equal(gone.headers['referrer-policy'], 'no-referrer');
  const back = await browser('GET', '/oauth/callback?code=CODE-HUSH&state=S&iss=x&<script>=1', undefined, {
    headers: { cookie: 'amp_f=1' },
  });
  t.match(back, { status: 200, text: /<h1>GitHub is connected<\/h1>.*GITHUB_TOKEN@octocat.*close this window/ });
  t.match(oauth.callbacks, [{ path: /^\/oauth\/callback\?code=CODE-HUSH&state=S&iss=x/, cookie: 'amp_f=1' }]);
  t.equal(w.vault.connections.get({ kind: 'daemon' }, id).state, 'connected');
  t.notMatch(back.text, /HUSH|script|access-/);
  t.match(back.headers, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'; frame-anc/,
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
    'set-cookie': /Max-Age=0/,
  });
  t.notMatch(JSON.stringify(w.logged), /HUSH|state=S/);
});

t.test('what was not begun here is a page that says so, and repeats nothing that came in', async (t) => {
  const known: { vault?: Vault } = {};
  const w = await world(t, {}, { oauth: playedOauth(() => known.vault as Vault) });
  known.vault = w.vault;
  const browser = w.as(null);
  for (const path of [
    '/oauth/start/T2',
    '/oauth/callback?state=%3Cimg%20src=x%3E&error_description=HUSH',
    '/oauth/callback',
  ]) {
    const page = await browser('GET', path);
    t.match(page, { status: 401, text: /<code>TICKET_INVALID<\/code>.*<code>ampoule connect github<\/code>/ }, path);
    t.match(page.headers['content-security-policy'], /^default-src 'none'/);
    t.notMatch(page.text, /HUSH|<img/);
  }
  const ours = await browser('GET', '/oauth/callback?state=S');
  t.match(ours, { status: 500, text: /INTERNAL/ });
  t.notMatch(`${ours.text}${JSON.stringify(w.logged)}`, /HUSH|mistake/, 'nor what a mistake of ours says');
  const bare = await world(t);
  t.match(await bare.as(null)('GET', '/oauth/callback?state=S'), { status: 404, text: /PROVIDER_NOT_FOUND/ });
});
