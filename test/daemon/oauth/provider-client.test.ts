import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { readOauthFacts } from '../../../daemon/oauth/facts.js';
import { placeOf } from '../../../daemon/oauth/places.js';
import { providerClient } from '../../../daemon/oauth/provider-client.js';

const [github, google] = ['github', 'google'].map((id) => readOauthFacts().get(id));
if (github === undefined || google === undefined) throw new Error('no facts');

/** A server that answers everything with one body, and a client of it. */
async function against(t: { teardown(act: () => void): void }, body: unknown, fact = google) {
  const seen: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => seen.push(new URLSearchParams(text)));
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (fact === undefined) throw new Error('no fact');
  const application = { clientId: 'one', secret: Buffer.from('word') };
  const client = providerClient({ fact, place: placeOf(fact, null, base), application, todo: 'Try again.' });
  return { client, seen, base };
}

t.test("a browser is sent to the vendor's own address, with what it wants", async (t) => {
  const application = { clientId: 'one', secret: null };
  const of = providerClient({ fact: google, place: placeOf(google, null, undefined), application, todo: '' });
  const ask = {
    redirectUri: 'http://127.0.0.1:7433/oauth/callback',
    scopes: ['openid', 'email'],
    state: 's',
    verifier: 'v',
  };
  const url = new URL(await of.authorizeUrl(ask));
  t.equal(`${url.origin}${url.pathname}`, 'https://accounts.google.com/o/oauth2/v2/auth');
  t.match(Object.fromEntries(url.searchParams), {
    ...{ client_id: 'one', response_type: 'code', redirect_uri: ask.redirectUri, scope: 'openid email', state: 's' },
    ...{ access_type: 'offline', prompt: 'consent', code_challenge_method: 'S256' },
    code_challenge: createHash('sha256').update('v').digest('base64url'),
  });
});

t.test('hostile answers of a device endpoint are not shown to a person', async (t) => {
  const good = {
    device_code: 'd',
    user_code: 'ABCD-EFGH',
    verification_uri: 'https://www.google.com/device',
    expires_in: 600,
  };
  const { client } = await against(t, good);
  t.match(await client.beginDevice(['email']), {
    userCode: 'ABCD-EFGH',
    interval: 5_000,
    life: 600_000,
    verificationUriComplete: null,
  });
  for (const wrong of [
    { verification_uri: 'javascript:alert(1)' },
    { verification_uri: 'http://attacker.example/' },
    { verification_uri: 'https://user@google.com/' },
    { verification_uri: 'https://google.com/\u001b[2J' },
    { user_code: '\u001b]0;title\u0007' },
    { user_code: 'x'.repeat(65) },
    { device_code: 'a b' },
    { expires_in: 0 },
    { expires_in: -1 },
    { device_code: undefined },
  ]) {
    const { client: hostile } = await against(t, { ...good, ...wrong });
    await t.rejects(hostile.beginDevice([]), { code: 'OAUTH_ANSWER_INVALID' }, JSON.stringify(wrong));
  }
  const { client: slow } = await against(t, {
    ...good,
    interval: 1e9,
    expires_in: 1e12,
    verification_uri_complete: 'data:x',
  });
  t.match(await slow.beginDevice([]), { interval: 60_000, life: 3_600_000, verificationUriComplete: null });
});

t.test('hostile answers of a token endpoint are no tokens', async (t) => {
  for (const wrong of [
    {},
    [],
    { access_token: 'a' },
    { access_token: 'a', token_type: 'mac' },
    { access_token: 'a\nb', token_type: 'bearer' },
    { access_token: { toString: 'a' }, token_type: 'bearer' },
    { access_token: 'a', token_type: 'bearer', refresh_token: 7 },
    { __proto__: { access_token: 'a' }, token_type: 'bearer' },
  ]) {
    const { client } = await against(t, wrong);
    await t.rejects(
      client.refresh(Buffer.from('r'), []),
      { code: 'OAUTH_ANSWER_INVALID', untouched: false },
      JSON.stringify(wrong),
    );
  }
});

t.test('tokens are asked for as the application, and an error with 200 is one', async (t) => {
  const { client, seen } = await against(t, {
    access_token: 'new',
    token_type: 'Bearer',
    expires_in: 60,
    id_token: 'not.read.here',
  });
  const given = await client.refresh(Buffer.from('old'), ['email']);
  t.match(
    { ...given, access: Buffer.from(given.access).toString() },
    { access: 'new', refresh: null, life: 60_000, granted: ['email'] },
  );
  t.same(Object.fromEntries(seen[0] ?? []), {
    ...{ grant_type: 'refresh_token', refresh_token: 'old', client_id: 'one', client_secret: 'word' },
  });
  const { client: refusing } = await against(t, { error: 'bad_refresh_token', error_description: 'words' }, github);
  await t.rejects(refusing.refresh(Buffer.from('old'), []), {
    code: 'OAUTH_REFUSED',
    said: 'bad_refresh_token',
    final: true,
  });
  const { client: waiting } = await against(t, { error: 'authorization_pending' }, github);
  t.equal(await waiting.askDevice('d', []), 'pending');
  const { client: slower } = await against(t, { error: 'slow_down' }, github);
  t.equal(await slower.askDevice('d', []), 'slower');
});
