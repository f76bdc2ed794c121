/** Tokens that live for seconds, refreshed under running sandboxes; and the daemon killed at each step of a refresh. Full counts with AMPOULE_FULL=1. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { ensureBuild, startDaemon, type TestDaemon } from '../engine/daemon.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';
import { formBrowser } from '../vendors/form-browser.js';
import { type OauthServer, startOauthServer } from '../vendors/oauth-server.js';

const FULL = process.env.AMPOULE_FULL === '1';
const SANDBOXES = FULL ? 20 : 3;
const REFRESHES = FULL ? 200 : 9;
/** Seconds. */
const LIFE = 5;

t.setTimeout(1_200_000);
await ensureBuild('dist-test');
const engine = await sharedEngine();
t.teardown(() => engine.done());
await engine.importBusybox();

function start(server: OauthServer, dir?: string, failpoint = ''): Promise<TestDaemon> {
  return startDaemon({
    ...{ engine, build: 'dist-test' },
    ...(dir === undefined ? {} : { dir }),
    env: {
      ...{ AMPOULE_DELIVERY: 'memory', AMPOULE_FAILPOINTS: failpoint, AMPOULE_LISTEN: 'off' },
      AMPOULE_OAUTH_BASES: `github=${server.base}`,
    },
  });
}

/** Signs in by the device flow, as `login`. */
async function connect(daemon: TestDaemon, server: OauthServer, login: string): Promise<string> {
  server.login = login;
  const wish = { provider: 'github', flow: 'device', clientId: server.client.id, clientSecret: server.client.secret };
  const { id, device } = await daemon.ok('POST', '/v1/connections', wish);
  await formBrowser().visit(device.verificationUri, 'none:', { user_code: device.userCode, login });
  const now = await daemon.ok('GET', `/v1/connections/${id}?wait=30s`, undefined, { withinMs: 40_000 });
  if (now.state !== 'connected') throw new Error(`${login}: ${JSON.stringify(now)}`);
  return id;
}

t.test('no gap, and no refresh token twice', async (t) => {
  const server = await startOauthServer('github', { life: LIFE });
  t.teardown(() => server.close());
  const daemon = await start(server);
  t.teardown(() => daemon.remove());
  const boxes: { box: string; session: string; name: string }[] = [];
  for (let n = 0; n < SANDBOXES; n += 1) {
    const [session, box, login] = [`s${n}`, `refresh-${process.pid}-${n}`, `person-${n}`];
    await connect(daemon, server, login);
    const name = `GITHUB_TOKEN@${login}`;
    const wish = { name: box, session: { name: session, idle: 'never' }, secrets: [name], network: 'none' };
    await daemon.ok('POST', '/v1/sandboxes?wait=60s', wish, { withinMs: 90_000 });
    boxes.push({ box, session, name });
  }
  const before = server.counts.refreshes;
  const seen = new Map<string, Set<string>>();
  let [asked, gaps, row] = [0, 0, 0];
  let running = true;
  const watch = async ({ box }: { box: string }): Promise<void> => {
    const tokens = new Set<string>();
    seen.set(box, tokens);
    let bad = 0;
    while (running) {
      const command = { command: ['/.ampoule/credential', 'env', 'GITHUB_TOKEN'], masking: false };
      const { stdout } = await daemon.ok('POST', `/v1/sandboxes/${box}/exec`, command, { withinMs: 60_000 });
      asked += 1;
      const token = String(stdout).trim();
      tokens.add(token);
      bad = (await server.isGood(token)) ? 0 : bad + 1;
      if (bad > 0) gaps += 1;
      row = Math.max(row, bad);
      await new Promise((resolve) => setTimeout(resolve, FULL ? 500 : 200));
    }
  };
  const watching = boxes.map(watch);
  await until('the refreshes', () => server.counts.refreshes - before >= REFRESHES, { withinMs: 900_000 });
  running = false;
  await Promise.all(watching);
  t.comment(
    `${server.counts.refreshes - before} refreshes under ${SANDBOXES} sandboxes, ${asked} tokens asked for, ${gaps} not good, ${server.counts.reuses} used twice`,
  );
  t.ok(row <= 1, `${row} in a row that were not good`);
  t.equal(server.counts.reuses, 0);
  t.equal(server.counts.families, 0, 'no family of tokens was revoked');
  for (const [box, tokens] of seen) t.ok(tokens.size >= 2, `${box} had ${tokens.size} tokens`);
  const { items } = await daemon.ok('GET', '/v1/connections');
  t.ok(items.every(({ state }: { state: string }) => state === 'connected'));
  for (const { session } of boxes) await daemon.ok('DELETE', `/v1/sessions/${session}?wait=30s&workspace=delete`);
});

const STEPS = ['connection.refresh:begun', 'connection.refresh:answered', 'connection.refresh:committed'];
for (const step of STEPS)
  t.test(`killed at ${step}: never a token twice, and it says what is to be done`, async (t) => {
    const server = await startOauthServer('github', { life: LIFE });
    t.teardown(() => server.close());
    const dir = mkdtempSync(join(tmpdir(), 'or-'));
    t.teardown(() => rmSync(dir, { recursive: true, force: true }));
    const first = await start(server, dir, `${step}=kill@1`);
    t.teardown(() => first.remove());
    const id = await connect(first, server, 'octocat');
    t.match(await first.ended, { signal: 'SIGKILL' });
    const second = await start(server, dir);
    t.teardown(() => second.remove());
    const look = () => second.ok('GET', `/v1/connections/${id}`);
    if (step === STEPS[2]) {
      await until('refreshes to go on', async () => (await look()).refreshes >= 2);
      t.match(await look(), { state: 'connected' });
    } else {
      await until('it to be told', async () => (await look()).state === 'reauthorize');
      t.match(await look(), { problem: { code: 'REFRESH_UNKNOWN', message: /`ampoule connect github/ } });
      t.match(
        await second.ok('GET', '/v1/secrets/GITHUB_TOKEN@octocat'),
        { currentVersion: 1 },
        'the last token is kept',
      );
      await connect(second, server, 'octocat');
      const { items } = await second.ok('GET', '/v1/connections');
      t.match(
        items,
        [{ state: 'connected', secret: 'GITHUB_TOKEN@octocat' }],
        'a person signs in again, and it goes on',
      );
    }
    t.equal(server.counts.reuses, 0);
  });
