/** Signing in with the built daemon and a real authorization server: the way of a browser, refreshes by themselves, and kill -9 in each step of one. */

import { createServer } from 'node:net';
import t from 'tap';
import { startDaemon, type TestDaemon } from '../engine/daemon.js';
import { until } from '../engine/wait.js';
import { formBrowser } from '../vendors/form-browser.js';
import type { ProfileId } from '../vendors/oauth-profiles.js';
import { type OauthServer, startOauthServer } from '../vendors/oauth-server.js';

/** Docker is not needed for any of it. */
const NO_ENGINE = { dockerHost: 'unix:///nowhere/docker.sock' };

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function world(t: { teardown(act: () => unknown): void }, profile: ProfileId, life: number) {
  const port = await freePort();
  const server = await startOauthServer(profile, { life, callback: `http://127.0.0.1:${port}/oauth/callback` });
  t.teardown(() => server.close());
  const env = {
    AMPOULE_LISTEN: `127.0.0.1:${port}`,
    AMPOULE_OAUTH_BASES: `${profile}=${server.base}`,
  };
  const start = async (failpoints: string, dir?: string) => {
    const daemon = await startDaemon({
      ...{ engine: NO_ENGINE, build: 'dist-test', wait: 'alive' },
      ...(dir === undefined ? {} : { dir }),
      env: { ...env, AMPOULE_FAILPOINTS: failpoints },
    });
    t.teardown(() => daemon.remove());
    return daemon;
  };
  return { server, start };
}

/** Through the daemon's own addresses, as a browser goes. */
async function connect(daemon: TestDaemon, server: OauthServer, provider: string) {
  const { id, secret } = server.client;
  const body = { provider, clientId: id, clientSecret: secret };
  const begun = await daemon.ok('POST', '/v1/connections', body);
  const { page } = await formBrowser().visit(begun.authorize.url, 'none:');
  return { id: String(begun.id), page: page ?? '' };
}

t.test('a browser signs in, and the token is refreshed by itself', async (t) => {
  const { server, start } = await world(t, 'github', 4);
  const daemon = await start('');
  const { id, page } = await connect(daemon, server, 'github');
  t.match(page, /GITHUB_TOKEN@octocat/);
  t.notMatch(page, /ghu_|<script/);
  const get = () => daemon.ok('GET', `/v1/connections/${id}`);
  await until('three refreshes', async () => (await get()).refreshes >= 3, { withinMs: 60_000 });
  const { value } = await daemon.ok('POST', '/v1/secrets/GITHUB_TOKEN@octocat/reveal', { reason: 'a test' });
  t.ok(await server.isGood(value));
  t.match(server.counts, { reuses: 0, families: 0 });
  const refreshed = await daemon.ok('POST', `/v1/connections/${id}/refresh`);
  t.match(refreshed.connection, { state: 'connected' });
  const metrics = (await daemon.api('GET', '/metrics')).bytes.toString();
  t.match(metrics, /ampoule_connection_refreshes_total\{provider="github",outcome="refreshed"\} [4-9]/);
  t.match(metrics, /ampoule_connections\{provider="github",state="connected"\} 1/);
  t.notMatch(daemon.log(), /ghu_|ghr_|a-secret-of-the-application/);
  await daemon.ok('DELETE', '/v1/connections/GITHUB_TOKEN@octocat');
  const token = (await daemon.api('GET', '/v1/connections')).body.items;
  t.ok(Array.isArray(token));
  await until('the provider knows', async () => (await daemon.ok('GET', '/v1/connections')).items.length === 0);
});

t.test('attacks from outside on the two open addresses', async (t) => {
  const { server, start } = await world(t, 'gitlab', 3600);
  const daemon = await start('');
  const open = (path: string, headers = {}) => daemon.api('GET', path, undefined, { token: null, headers });
  for (const path of ['/oauth/start/forged', '/oauth/callback', '/oauth/callback?state=gitlab.forged&code=x']) {
    const answer = await open(path);
    t.equal(answer.status, 400, path);
    t.match(answer.headers['content-security-policy'], /default-src 'none'/);
  }
  const injected = await open(
    '/oauth/callback?error=%3Cscript%3Ealert(1)%3C/script%3E&error_description=words&state=x',
  );
  t.notMatch(injected.bytes.toString(), /<script|words/);
  t.equal((await open('/oauth/callback?state=x', { origin: 'https://attacker.example' })).status, 403);
  const { id } = await connect(daemon, server, 'gitlab');
  t.match(await daemon.ok('GET', `/v1/connections/${id}`), { state: 'connected', secret: 'GITLAB_TOKEN@octocat' });
});

/** What is left of a connection after kill -9 at a step of its refresh. */
const STEPS = [
  ['gitlab', 'begun', 'reauthorize'],
  ['gitlab', 'answered', 'reauthorize'],
  ['gitlab', 'committed', 'connected'],
  ['google', 'begun', 'connected'],
  ['google', 'answered', 'connected'],
  ['google', 'committed', 'connected'],
] as const;

for (const [profile, step, state] of STEPS)
  t.test(`${profile}, kill -9 at ${step}: ${state}, and no token for one use is sent twice`, async (t) => {
    const { server, start } = await world(t, profile, 4);
    const first = await start(`connection.refresh:${step}=kill@1`);
    const { id } = await connect(first, server, profile);
    t.match(await first.ended, { signal: 'SIGKILL' });
    const second = await start('', first.dir);
    const get = () => second.ok('GET', `/v1/connections/${id}`);
    const over = async () => {
      const { state: now, refreshes } = await get();
      return now === 'reauthorize' || refreshes >= 2;
    };
    await until('its end', over, { withinMs: 60_000 });
    const found = await get();
    t.match(found, { state });
    if (state === 'reauthorize') t.match(found.problem, { code: 'REFRESH_UNKNOWN', message: /ampoule connect gitlab/ });
    t.match(server.counts, { reuses: 0, families: 0 });
    t.equal(await second.stop(), 0);
  });
