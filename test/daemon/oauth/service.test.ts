import t from 'tap';
import type { OauthService } from '../../../daemon/oauth/service-types.js';
import { formBrowser } from '../../vendors/form-browser.js';
import type { ProfileId } from '../../vendors/oauth-profiles.js';
import { fastTimers, operator, PUBLIC, signingIn } from './oauth-fixture.js';

const NAMES: Record<ProfileId, { secret: string; login: string; refreshable: boolean }> = {
  github: { secret: 'GITHUB_TOKEN@octocat', login: 'OctoCat', refreshable: true },
  gitlab: { secret: 'GITLAB_TOKEN@octocat', login: 'OctoCat', refreshable: true },
  google: { secret: 'GOOGLE_OAUTH_ACCESS_TOKEN@jane-doe-acme-com', login: 'Jane.Doe@acme.com', refreshable: true },
  microsoft: { secret: 'MICROSOFT_ACCESS_TOKEN@jane-doe-acme-com', login: 'Jane.Doe@acme.com', refreshable: true },
};
const PROFILES = Object.keys(NAMES) as ProfileId[];

/** Settled, with the device flow's answer. */
async function settled(service: OauthService, id: `con_${string}`) {
  return service.wait(operator, id, 20_000);
}

for (const profile of PROFILES) {
  const { secret, login } = NAMES[profile];

  t.test(`${profile}: a browser signs in`, async (t) => {
    const { connect, server, value, vault, heard } = await signingIn(t, profile, { login });
    const connection = await connect();
    t.match(connection, { provider: profile, state: 'connected', login, secretName: secret, base: server.base });
    t.ok(await server.isGood(value(secret)), 'the secret is a token of the provider');
    t.ok((connection.refreshAt ?? 0) > Date.now(), 'it will be refreshed');
    t.match(heard.events.at(-1), { kind: 'connection', id: connection.id });
    const [asked] = server.asked;
    t.equal(asked?.get('code_challenge_method'), 'S256');
    t.match(vault.connections.clients(operator), [{ provider: profile, clientId: server.client.id, hasSecret: true }]);
    if (profile === 'github') t.match(connection.granted, ['repo'], 'scopes are divided by commas');
  });

  t.test(`${profile}: a person signs in on another device`, async (t) => {
    const clock = { ahead: 0 };
    const { service, server, wish, value } = await signingIn(t, profile, { login }, { timers: fastTimers(clock) });
    const { connection, device } = await service.begin(operator, wish({ flow: 'device' }));
    t.match(device, { verificationUri: `${server.base}/device`, userCode: /^[A-Z]{4}-[A-Z]{4}$/ });
    const done = service.wait(operator, connection.id, 20_000_000);
    const { page } = await formBrowser().visit(device?.verificationUri ?? '', 'none:', {
      user_code: device?.userCode ?? '',
    });
    t.ok(page, 'there is a last page');
    t.match(await done, { state: 'connected', secretName: secret, flow: 'device' });
    t.ok(await server.isGood(value(secret)));
  });

  t.test(`${profile}: it is disconnected, and the provider knows`, async (t) => {
    const { connect, service, server, value, vault } = await signingIn(t, profile, { login });
    const { id } = await connect();
    const token = value(secret);
    await service.disconnect(operator, id);
    t.throws(() => value(secret), { code: 'SECRET_NOT_FOUND' });
    await service.stop();
    t.equal(vault.connections.get(operator, id).state, 'ended');
    t.equal(await server.isGood(token), profile === 'microsoft', 'Microsoft alone cannot be told');
  });
}

t.test('the usual scopes are asked for, and no others', async (t) => {
  const { connect, server, world } = await signingIn(t, 'gitlab');
  await connect();
  t.equal(server.asked[0]?.get('scope'), 'read_user read_repository');
  await connect({ scopes: ['read_user'] });
  t.equal(server.asked[0]?.get('scope'), 'read_user');
  t.ok(world.facts.size === 4);
});

t.test('an account has the name that it was given, and several are possible', async (t) => {
  const { connect, server, vault } = await signingIn(t, 'github');
  await connect();
  server.login = 'Other-One';
  t.match(await connect(), { account: 'other-one', secretName: 'GITHUB_TOKEN@other-one' });
  t.match(await connect({ account: 'work', environment: 'staging' }), { secretName: 'GITHUB_TOKEN@work.staging' });
  t.equal(vault.connections.list(operator).items.length, 3);
  await connect({ account: 'work', environment: 'staging' });
  t.equal(vault.connections.list(operator).items.length, 3, 'signing in again is the same connection');
});

t.test('without an application it says how to make one', async (t) => {
  const { service, server } = await signingIn(t, 'github');
  await t.rejects(service.begin(operator, { provider: 'github', flow: 'code' }), {
    code: 'OAUTH_CLIENT_NOT_FOUND',
    message: new RegExp(`${server.base}/settings/apps/new.*${PUBLIC}/oauth/callback.*ampoule connect github`),
  });
  const half = { provider: 'github', flow: 'code' as const, clientId: 'x' };
  await t.rejects(service.begin(operator, half), { code: 'OAUTH_CLIENT_NOT_FOUND', message: /secret/ });
  await t.rejects(service.begin(operator, { provider: 'nowhere', flow: 'code' }), { code: 'PROVIDER_NOT_FOUND' });
});

t.test('without an address for browsers there is the device flow', async (t) => {
  const { service, wish } = await signingIn(t, 'github', {}, { publicUrl: null });
  await t.rejects(service.begin(operator, wish()), {
    code: 'OAUTH_FLOW_UNAVAILABLE',
    message: /ampoule connect github --device`/,
  });
  t.ok((await service.begin(operator, wish({ flow: 'device' }))).device);
  t.match(
    service.providers().find(({ id }) => id === 'github'),
    { flows: ['device'], create: { callback: null } },
  );
});

t.test('the person says no', async (t) => {
  const { service, toCallback, vault, heard } = await signingIn(t, 'github');
  const browser = formBrowser();
  const { connection, url } = await toCallback(browser, { deny: 'yes' });
  t.equal(url.searchParams.get('error'), 'access_denied');
  await t.rejects(service.callback(url, browser.cookies(url.href)), { code: 'OAUTH_DENIED' });
  t.match(vault.connections.get(operator, connection.id), { state: 'ended', problem: { code: 'OAUTH_DENIED' } });
  t.ok(heard.events.some(({ kind, id }) => kind === 'connection' && id === connection.id));
});

t.test('nobody comes in time, or before the daemon starts again', async (t) => {
  const { service, wish, vault, clock, world } = await signingIn(t, 'github');
  const { connection } = await service.begin(operator, wish());
  const act = () => {
    for (const chore of service.chores()) chore.act();
  };
  const { makeOauthService } = await import('../../../daemon/oauth/service.js');
  const state = () => vault.connections.get(operator, connection.id);
  const [, , sweep] = service.chores();
  t.equal(state().state, 'pending');
  sweep?.act();
  t.equal(state().state, 'ended', 'the first look takes what was before it');
  const second = await service.begin(operator, wish());
  act();
  t.equal(vault.connections.get(operator, second.connection.id).state, 'pending', 'not what was begun since');
  clock.ahead = 11 * 60_000;
  act();
  t.match(vault.connections.get(operator, second.connection.id), {
    state: 'ended',
    problem: { code: 'OAUTH_EXPIRED' },
  });
  const third = await makeOauthService(world).begin(operator, wish());
  act();
  t.equal(vault.connections.get(operator, third.connection.id).state, 'pending');
});

t.test('waiting ends with the state, the time, or the listener', async (t) => {
  const { service, wish, toCallback } = await signingIn(t, 'github');
  const { connection } = await service.begin(operator, wish());
  t.equal((await service.wait(operator, connection.id, 0)).state, 'pending');
  t.equal((await service.wait(operator, connection.id, 20)).state, 'pending');
  t.equal((await service.wait(operator, connection.id, 60_000, AbortSignal.abort())).state, 'pending');
  await t.rejects(service.wait(operator, 'con_NONE', 10), { code: 'CONNECTION_NOT_FOUND' });
  const browser = formBrowser();
  const asked = await toCallback(browser);
  const waits = settled(service, asked.connection.id);
  await service.callback(asked.url, browser.cookies(asked.url.href));
  t.equal((await waits).state, 'connected');
});
