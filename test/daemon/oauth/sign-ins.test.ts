import t from 'tap';
import { GOOD_FOR, makeSignIns, type SignIn } from '../../../daemon/oauth/sign-ins.js';
import { formBrowser } from '../../vendors/form-browser.js';
import { startOauthServer } from '../../vendors/oauth-server.js';
import { operator, PUBLIC, signingIn } from './oauth-fixture.js';

function made(secure = false) {
  const clock = { now: 1_000 };
  let n = 0;
  const signIns = makeSignIns(
    () => clock.now,
    () => `secret-${n++}`,
    secure,
  );
  const signIn = (name: string): SignIn => ({
    ...{
      connection: `con_${name}`,
      provider: 'github',
      location: `https://github.com/${name}`,
      state: `github.${name}`,
    },
    ...{ verifier: `verifier-${name}`, redirectUri: `${PUBLIC}/oauth/callback` },
  });
  const cookieOf = (header: string) => header.split(';')[0] ?? '';
  return { signIns, clock, signIn, cookieOf };
}

t.test('tickets, states and cookies are good once', async (t) => {
  const { signIns, signIn, cookieOf, clock } = made();
  const { ticket, until } = signIns.issue(signIn('a'));
  t.equal(until, clock.now + GOOD_FOR);
  t.throws(() => signIns.arrive('github.a', undefined), { code: 'OAUTH_STATE_INVALID' }, 'no browser has started');
  const { location, cookie } = signIns.depart(ticket);
  t.equal(location, 'https://github.com/a');
  t.match(cookie, /^ampoule_oauth_[0-9a-f]{16}=secret-1; Max-Age=600; Path=\/oauth; HttpOnly; SameSite=Lax$/);
  t.throws(() => signIns.depart(ticket), { code: 'OAUTH_STATE_INVALID' });
  for (const [state, cookies] of [
    ['github.a', undefined],
    ['github.a', ''],
    ['github.a', `${cookieOf(cookie)}x`],
    ['github.a', 'ampoule_oauth_0000000000000000=secret-1'],
    ['github.b', cookieOf(cookie)],
    ['', cookieOf(cookie)],
    [null, cookieOf(cookie)],
  ] as const)
    t.throws(() => signIns.arrive(state, cookies), { code: 'OAUTH_STATE_INVALID' }, `${state} ${cookies}`);
  const back = signIns.arrive('github.a', `other=1; ${cookieOf(cookie)}`);
  t.match(back, { connection: 'con_a', verifier: 'verifier-a', cookie: /Max-Age=0/ });
  t.throws(() => signIns.arrive('github.a', cookieOf(cookie)), { code: 'OAUTH_STATE_INVALID' }, 'replayed');
});

t.test('a cookie is of one sign-in alone', async (t) => {
  const { signIns, signIn, cookieOf } = made(true);
  const first = signIns.depart(signIns.issue(signIn('a')).ticket).cookie;
  const second = signIns.depart(signIns.issue(signIn('b')).ticket).cookie;
  t.match(first, /; Secure$/);
  t.throws(() => signIns.arrive('github.a', cookieOf(second)), { code: 'OAUTH_STATE_INVALID' });
  t.equal(signIns.arrive('github.b', `${cookieOf(first)}; ${cookieOf(second)}`).connection, 'con_b');
});

t.test('what nobody used in time is told once', async (t) => {
  const { signIns, signIn, clock, cookieOf } = made();
  const { ticket } = signIns.issue(signIn('a'));
  const { cookie } = signIns.depart(signIns.issue(signIn('b')).ticket);
  signIns.issue(signIn('c'));
  signIns.forget('con_c');
  t.same(signIns.expired(), []);
  clock.now += GOOD_FOR;
  t.throws(() => signIns.depart(ticket), { code: 'OAUTH_STATE_INVALID' });
  t.throws(() => signIns.arrive('github.b', cookieOf(cookie)), { code: 'OAUTH_STATE_INVALID' });
  t.same(signIns.expired().sort(), ['con_a', 'con_b']);
  t.same(signIns.expired(), []);
});

t.test('too many give way, the oldest first', async (t) => {
  const { signIns, signIn } = made();
  const first = signIns.issue(signIn('first'));
  for (let n = 0; n < 200; n += 1) signIns.issue(signIn(`n${n}`));
  t.throws(() => signIns.depart(first.ticket), { code: 'OAUTH_STATE_INVALID' });
  t.same(signIns.expired(), ['con_first']);
});

t.test('attacks on the callback', async (t) => {
  const played = await signingIn(t, 'github');
  const { service, toCallback, vault, server, depart, wish } = played;
  const refused = { code: 'OAUTH_STATE_INVALID' };
  const connected = () => vault.connections.list(operator).items.filter(({ state }) => state === 'connected').length;
  const mine = formBrowser();
  const { url } = await toCallback(mine);
  const cookies = mine.cookies(url.href);
  const changed = (change: (parameters: URLSearchParams) => void) => {
    const other = new URL(url);
    change(other.searchParams);
    return other;
  };

  for (const [name, other, with_] of [
    ['no state', changed((all) => all.delete('state')), cookies],
    ['a forged state', changed((all) => all.set('state', 'github.forged')), cookies],
    ['two states', changed((all) => all.append('state', all.get('state') ?? '')), cookies],
    ['another browser', url, formBrowser().cookies(url.href)],
    ['a forged cookie', url, cookies.replace(/=.*/, '=forged')],
  ] as const)
    await t.rejects(service.callback(other, with_), refused, name);
  t.equal(connected(), 0);

  // An attacker's own code, put into the victim's sign-in: PKCE binds a code to the sign-in it was made for.
  const attacker = formBrowser();
  const theirs = await toCallback(attacker);
  const injected = changed((all) => all.set('code', theirs.url.searchParams.get('code') ?? ''));
  await t.rejects(service.callback(injected, cookies), { code: 'OAUTH_REFUSED' });
  t.equal(connected(), 0);
  await t.rejects(service.callback(url, cookies), refused, 'the state was used');
  t.equal((await service.callback(theirs.url, attacker.cookies(theirs.url.href))).connection.state, 'connected');
  await t.rejects(service.callback(theirs.url, attacker.cookies(theirs.url.href)), refused, 'replayed');

  // A link that an attacker sends: the victim's browser has no cookie of it.
  const { authorize } = await service.begin(operator, wish());
  depart(attacker, authorize?.url ?? '');
  const sent = new URL(`${PUBLIC}/oauth/callback?code=x&state=${server.asked[0]?.get('state')}`);
  await t.rejects(service.callback(sent, mine.cookies(sent.href)), refused);
});

t.test('another issuer, a code of another provider, a challenge that is weakened', async (t) => {
  const { service, toCallback, server, depart, wish, vault } = await signingIn(t, 'github');
  const other = await startOauthServer('github');
  t.teardown(() => other.close());
  for (const [name, change] of [
    ['another issuer', (all: URLSearchParams) => all.set('iss', other.base)],
    ['two issuers', (all: URLSearchParams) => all.append('iss', other.base)],
    ['two codes', (all: URLSearchParams) => all.append('code', 'another')],
  ] as const) {
    const browser = formBrowser();
    const { url, connection } = await toCallback(browser);
    change(url.searchParams);
    await t.rejects(service.callback(url, browser.cookies(url.href)), { code: 'OAUTH_ANSWER_INVALID' }, name);
    t.equal(vault.connections.get(operator, connection.id).state, 'ended');
  }
  const browser = formBrowser();
  const { authorize } = await service.begin(operator, wish());
  const location = new URL(depart(browser, authorize?.url ?? ''));
  t.equal(location.origin, server.base);
  t.equal(location.searchParams.get('redirect_uri'), `${PUBLIC}/oauth/callback`);
  t.match(location.searchParams.get('state'), /^github\.[\w-]{43}$/);
  for (const [name, change] of [
    ['plain', (all: URLSearchParams) => all.set('code_challenge_method', 'plain')],
    ['none', (all: URLSearchParams) => all.delete('code_challenge')],
    ['another redirect', (all: URLSearchParams) => all.set('redirect_uri', 'https://attacker.example/')],
  ] as const) {
    const weakened = new URL(location);
    change(weakened.searchParams);
    const stop = await formBrowser().visit(weakened.href, `${PUBLIC}/oauth/callback`);
    t.notOk(stop.url.searchParams.has('code'), name);
  }
});
