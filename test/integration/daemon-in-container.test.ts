/** Our own Dockerfile and docker-compose.yml: built on a base made here, brought up, and put through the main job. */

import { mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { type Ran, run } from '../engine/command.js';
import { ensureBuild } from '../engine/daemon.js';
import { startEngine } from '../engine/engine.js';
import { importNodeBase } from '../engine/node-base.js';
import { until } from '../engine/wait.js';
import { blocks, outputs, README, scriptOf } from './readme-blocks.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ADDRESS = 'http://127.0.0.1:7433';
const LONG = { timeout: 300_000 };
const TOKEN = '/etc/ampoule/key/operator.token';

t.test('the daemon in a container', { timeout: 600_000 }, async (t) => {
  // Its own, since names and port of our file are not to be chosen.
  const engine = await startEngine();
  t.teardown(() => engine.stop());
  const image = await engine.importBusybox();
  const base = await importNodeBase(engine);
  await ensureBuild('dist');
  const directory = mkdtempSync('/tmp/ac-');
  t.teardown(() => rmSync(directory, { recursive: true }));
  const compose = (...args: string[]): Promise<Ran> =>
    run('docker-compose', ['-p', 'ampoule', '-f', `${ROOT}docker-compose.yml`, ...args], {
      withinMs: 300_000,
      env: {
        DOCKER_HOST: engine.dockerHost,
        AMPOULE_BASE: base,
        AMPOULE_DEFAULT_IMAGE: image,
        AMPOULE_DOCKER_SOCKET: engine.socket,
      },
    });
  const composed = async (...args: string[]): Promise<string> => {
    const ran = await compose(...args);
    if (ran.code !== 0) throw new Error(`docker-compose ${args.join(' ')} ended with ${ran.code}: ${ran.stderr}`);
    return ran.stdout;
  };
  /** As a client on the engine's machine. */
  const outside = (script: string, token: string): Promise<Ran> =>
    run('nsenter', ['-t', String(engine.guard), '-n', 'bash', '-c', script], {
      cwd: directory,
      withinMs: 270_000,
      env: { AMPOULE_ADDR: ADDRESS, AMPOULE_TOKEN: token, DOCKER_HOST: engine.dockerHost },
    });
  const isUp = async (): Promise<boolean> => (await engine.inNetwork('curl', '-fsS', `${ADDRESS}/readyz`)).code === 0;
  const upAgain = (): Promise<true> =>
    until('the daemon being ready', async () => (await isUp()) || null, {
      withinMs: 60_000,
      explain: async () => (await compose('logs')).stdout,
    });

  await t.test('builds with nothing but what lies here, and comes up', LONG, async (t) => {
    const built = await engine.tryDocker(['build', '--build-arg', `BASE=${base}`, '-t', 'ampoule:local', ROOT], {
      env: { DOCKER_BUILDKIT: '0' },
      withinMs: 300_000,
    });
    t.equal(built.code, 0, built.stderr);
    const files = await engine.docker('run', '--rm', '--entrypoint', 'ls', 'ampoule:local', '-R', '/usr/lib/ampoule');
    t.match(files, /better_sqlite3\.node/);
    t.notMatch(files, /typescript|esbuild|sqlite3\.c/, 'nothing that only a build needs');
    await composed('up', '-d');
    await upAgain();
  });

  const token = (await composed('exec', '-T', 'ampoule', 'cat', TOKEN)).trim();
  t.match(token, /^amp_op_/);

  await t.test('is shut as far as it can be', LONG, async (t) => {
    const id = (await composed('ps', '-q', 'ampoule')).trim();
    const [container] = JSON.parse(await engine.docker('inspect', id));
    t.same(container.HostConfig.PortBindings, { '7433/tcp': [{ HostIp: '127.0.0.1', HostPort: '7433' }] });
    t.equal(container.HostConfig.ReadonlyRootfs, true);
    t.same(container.HostConfig.CapDrop, ['ALL']);
    t.equal(container.HostConfig.Privileged, false);
    t.notMatch(JSON.stringify(container), token, 'no token in what Docker keeps');
    const status = await composed('exec', '-T', 'ampoule', 'node', 'dist/ampoule.js', 'status');
    t.match(status, /unsealed/);
    const [kind, ...check] = container.Config.Healthcheck.Test;
    t.equal(kind, 'CMD');
    t.equal((await engine.tryDocker(['exec', id, ...check])).code, 0, 'its own check finds it alive');
  });

  await t.test('does what the README says', LONG, async (t) => {
    const all = blocks(README);
    const ran = await outside(scriptOf(all), token);
    const said = outputs(ran.stdout);
    t.match(ran.stdout, /@@ end\n$/, `stopped in "${all[said.length - 1]?.title}":\n${said.at(-1)}\n${ran.stderr}`);
  });

  await t.test('keeps vault and token when its container is made again', LONG, async (t) => {
    await composed('up', '-d', '--force-recreate');
    await upAgain();
    const again = (await composed('exec', '-T', 'ampoule', 'cat', TOKEN)).trim();
    t.equal(again, token);
    const listed = await outside(
      'curl -fsS -H "Authorization: Bearer $AMPOULE_TOKEN" "$AMPOULE_ADDR/v1/secrets"',
      token,
    );
    t.match(listed.stdout, /"SIGNING_KEY"/);
  });
});
