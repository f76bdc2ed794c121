/** Signing in with a real browser at real authorization servers, the token in running sandboxes, refreshes, and the end of it all. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import t, { type Test } from 'tap';
import { spawnAmpoule } from '../engine/ampoule.js';
import { ensureBuild, startDaemon } from '../engine/daemon.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';
import { startBrowser } from '../vendors/browser.js';
import { type OauthServer, startOauthServer } from '../vendors/oauth-server.js';

t.setTimeout(400_000);
const VENDORS = ['github', 'gitlab', 'google', 'microsoft'] as const;
const VARIABLE = {
  ...{ github: 'GITHUB_TOKEN', gitlab: 'GITLAB_TOKEN' },
  ...{ google: 'GOOGLE_OAUTH_ACCESS_TOKEN', microsoft: 'MICROSOFT_ACCESS_TOKEN' },
};

await ensureBuild('dist');
const engine = await sharedEngine();
t.teardown(() => engine.done());
await engine.importBusybox();
const browser = await startBrowser();
t.teardown(() => browser.close());
const port = await freePort();
const callback = `http://127.0.0.1:${port}/oauth/callback`;
const servers = new Map<string, OauthServer>();
for (const vendor of VENDORS) servers.set(vendor, await startOauthServer(vendor, { callback, life: 3600 }));
t.teardown(() => Promise.all([...servers.values()].map((server) => server.close())));
const bases = VENDORS.map((vendor) => `${vendor}=${serverOf(vendor).base}`).join(',');
const daemon = await startDaemon({
  engine,
  env: { AMPOULE_DELIVERY: 'memory', AMPOULE_LISTEN: `127.0.0.1:${port}`, AMPOULE_OAUTH_BASES: bases },
});
t.teardown(() => daemon.remove());
const box = `oauth-${process.pid}`;
const exec = async (command: string): Promise<string> =>
  (await daemon.ok('POST', `/v1/sandboxes/${box}/exec`, { command, masking: false })).stdout;
await daemon.ok('POST', '/v1/sessions', { name: 'dev' });
await daemon.ok('POST', '/v1/sandboxes?wait=60s', { name: box, session: 'dev', network: 'none' });

function serverOf(vendor: string): OauthServer {
  const server = servers.get(vendor);
  if (server === undefined) throw new Error(vendor);
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}

/** A person opens the address, and says yes or no. Gives what the page of the daemon says. */
async function signIn(url: string, button: 'allow' | 'deny' = 'allow'): Promise<string> {
  const { page, context } = await browser.person();
  await page.goto(url);
  await page.click(`#${button}`);
  await page.waitForURL((now) => now.pathname === '/oauth/callback');
  const said = await page.innerText('body');
  const cookies = await context.cookies();
  await context.close();
  return `${said}\n${cookies.filter(({ name }) => name.startsWith('ampoule')).length} cookies`;
}

async function connected(t: Test, vendor: string): Promise<string> {
  const { client } = serverOf(vendor);
  const wish = { provider: vendor, flow: 'code', clientId: client.id, clientSecret: client.secret };
  const begun = await daemon.ok('POST', '/v1/connections', wish);
  t.match(begun, { state: 'pending', provider: vendor, authorize: { url: /\/oauth\/start\// } });
  const page = await signIn(begun.authorize.url);
  t.match(page, /octocat/i, 'the page says who');
  t.match(page, /0 cookies/);
  const { id } = begun;
  const now = await daemon.ok('GET', `/v1/connections/${id}?wait=30s`);
  t.match(now, { state: 'connected', account: 'octocat', login: 'OctoCat' });
  return id;
}

for (const vendor of VENDORS)
  t.test(`${vendor}: signed in with a browser, in a running sandbox, ended`, async (t) => {
    const id = await connected(t, vendor);
    const variable = VARIABLE[vendor];
    const name = `${variable}@octocat`;
    t.match(await daemon.ok('GET', `/v1/secrets/${name}`), { provider: vendor, account: 'octocat', connection: id });
    await daemon.ok('PUT', `/v1/sessions/dev/secrets/${name}`, {});
    const token = await exec(`printf %s "$${variable}"`);
    t.ok(await serverOf(vendor).isGood(token), 'what the sandbox has is good there');
    const refreshed = await daemon.ok('POST', `/v1/connections/${id}/refresh`);
    t.match(refreshed, { connection: { state: 'connected', refreshes: 1 } });
    const next = await exec(`printf %s "$${variable}"`);
    t.not(next, token, 'refreshed in the running sandbox');
    t.ok(await serverOf(vendor).isGood(next));
    await daemon.ok('DELETE', `/v1/connections/${id}`);
    t.equal(await exec(`printf %s "$${variable}"`), '', 'gone here at once');
    await until('the provider to hear of it', async () => {
      const { status, body } = await daemon.api('GET', `/v1/connections/${id}`);
      return status === 404 || body.state === 'ended';
    });
    // Microsoft has no way to be told.
    if (vendor !== 'microsoft') t.notOk(await serverOf(vendor).isGood(next), 'and gone there');
    t.notMatch(daemon.log(), new RegExp(`${token}|${next}|${serverOf(vendor).client.secret}`));
    t.equal(serverOf(vendor).counts.reuses, 0);
  });

t.test('the first minute at a terminal, and the device flow', async (t) => {
  let heard = '';
  const argv = ['connect', 'github', '--device', '--client-id', serverOf('github').publicClient];
  const running = spawnAmpoule(daemon, argv, {
    hear: (out) => {
      heard = out;
    },
  });
  const code = await until('the code', () => /\b([A-Z]{4}-[A-Z]{4})\b/.exec(heard)?.[1]);
  const { page, context } = await browser.person();
  await page.goto(`${serverOf('github').base}/device`);
  await page.fill('input[name=user_code]', code);
  await page.click('[type=submit]');
  await page.click('[type=submit]');
  await page.click('#allow');
  await context.close();
  const ran = await running.ran;
  t.equal(ran.code, 0, ran.err);
  t.match(ran.out, /GITHUB_TOKEN@octocat/);
});

t.test('who says no, and who opens an address twice', async (t) => {
  const begun = await daemon.ok('POST', '/v1/connections', { provider: 'gitlab', flow: 'code' });
  t.notMatch(await signIn(begun.authorize.url, 'deny'), /octocat/i);
  t.match(await daemon.ok('GET', `/v1/connections/${begun.id}`), { problem: { code: 'OAUTH_DENIED' } });
  const { page, context } = await browser.person();
  const again = await page.goto(begun.authorize.url);
  t.ok((again?.status() ?? 0) >= 400, `${again?.status()}`);
  await context.close();
});
