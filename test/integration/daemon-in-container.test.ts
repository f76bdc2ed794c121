/** Our own Dockerfile and docker-compose.yml: built on a base made here, brought up, and put through the main job and faults. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

import { observe } from '../engine/observer.js';
import { inGroup, nameOf, startOf } from '../engine/processes.js';
import { until } from '../engine/wait.js';
import { type ComposedDaemon, composedDaemon, ROOT } from './composed-daemon.js';
import { blocks, outputs, README, scriptOf } from './readme-blocks.js';

const LONG = { timeout: 600_000 };
const SANDBOX = { session: 'inside', delivery: 'memory', grace: '0s', network: 'none', idle: 'never' };
const SECRET = 'CONTAINED';
/** Of this run alone, for the look at processes goes over the whole machine. */
const VALUE = `contained-${process.pid}-${Date.now()}`;

/** Leaves processes behind that have the value or come of one that had it: in a session of their own, deaf to TERM, without it. */
const ATTACK = `
setsid sh -c 'exec sleep 7001' &
(trap '' TERM HUP; sleep 7002; sleep 7003) &
env -i /bin/sh -c 'setsid sleep 7004 & exec sleep 7005' &
wait
`;

/** Processes of sandboxes that the attack left. */
function attackers({ engine }: ComposedDaemon): number[] {
  return inGroup(engine.group).filter((pid) => nameOf(pid) === 'sleep' && startOf(pid) !== null);
}

t.test('the daemon in a container', { timeout: 880_000 }, async (t) => {
  const daemon = await composedDaemon();
  t.teardown(() => daemon.stop());
  const { engine } = daemon;
  let token = '';

  await t.test('builds with nothing but what lies here, and comes up', LONG, async (t) => {
    const args = ['build', '--build-arg', `BASE=${daemon.base}`, '-t', 'ampoule:local', ROOT];
    const built = await engine.tryDocker(args, { env: { DOCKER_BUILDKIT: '0' }, withinMs: 600_000 });
    t.equal(built.code, 0, built.stderr);
    const files = await engine.docker('run', '--rm', '--entrypoint', 'ls', 'ampoule:local', '-R', '/usr/lib/ampoule');
    t.match(files, /better_sqlite3\.node/);
    t.notMatch(files, /typescript|esbuild|sqlite3\.c/, 'nothing that only a build needs');
    await daemon.compose('up', '-d');
    token = await daemon.ready();
    t.match(token, /^amp_op_/);
  });

  await t.test('is shut as far as it can be', LONG, async (t) => {
    const id = await daemon.container();
    const [{ HostConfig: host, Config: config, ...rest }] = JSON.parse(await engine.docker('inspect', id));
    t.same(host.PortBindings, { '7433/tcp': [{ HostIp: '127.0.0.1', HostPort: '7433' }] });
    t.equal(host.ReadonlyRootfs, true);
    t.same(host.CapDrop, ['ALL']);
    t.equal(host.Privileged, false);
    t.notMatch(JSON.stringify({ host, config, rest }), token, 'no token in what Docker keeps');
    const status = await daemon.compose('exec', '-T', 'ampoule', 'node', 'dist/ampoule.js', 'status');
    t.match(status, /unsealed/);
    const [kind, ...check] = config.Healthcheck.Test;
    t.equal(kind, 'CMD');
    t.equal((await engine.tryDocker(['exec', id, ...check])).code, 0, 'its own check finds it alive');
  });

  await t.test('delivers by memory, and knows inits by their processes', LONG, async (t) => {
    const { delivery } = await daemon.api(token).must('GET', '/v1/vault');
    t.equal(delivery.resolved, 'memory', delivery.reason);
    const log = await daemon.compose('logs');
    t.match(log, /ready/i);
    t.notMatch(log, /rests on its first connection/);
  });

  await t.test('does what the README says', LONG, async (t) => {
    const all = blocks(README);
    const ran = await daemon.client(scriptOf(all), token);
    const said = outputs(ran.stdout);
    t.match(ran.stdout, /@@ end\n$/, `stopped in "${all[said.length - 1]?.title}":\n${said.at(-1)}\n${ran.stderr}`);
  });

  await t.test('a running sandbox gets and loses a value, under attack', LONG, async (t) => {
    const api = daemon.api(token);
    await api.must('PUT', `/v1/secrets/${SECRET}/value`, { value: VALUE });
    await api.must('PUT', '/v1/sessions/inside', { idle: 'never', onResume: 'restore' });
    const sandbox = await api.must('POST', '/v1/sandboxes?wait=60s', { ...SANDBOX, name: 'inside', lease: '5m' });
    const main = JSON.parse(await engine.docker('inspect', sandbox.containerId))[0].State.Pid;
    const started = startOf(main);
    for (let round = 0; round < 5; round++) {
      await api.must('PUT', `/v1/sessions/inside/secrets/${SECRET}`);
      const { stdout } = await api.must('POST', '/v1/sandboxes/inside/exec', { command: ['env'] });
      t.match(stdout, `${SECRET}=`);
      const attack = api.call('POST', '/v1/sandboxes/inside/exec', { command: ATTACK });
      await until('all attackers', () => attackers(daemon).length === 4);
      const gone = await api.must('DELETE', `/v1/sessions/inside/secrets/${SECRET}`);
      t.same(attackers(daemon), [], 'none is alive at the acknowledgement');
      t.match(gone.sandboxes, [{ state: 'applied' }]);
      await attack;
    }
    t.equal(startOf(main), started, 'PID 1 is the same process');
    const places = { paths: [engine.dataRoot, engine.execRoot, engine.log], engine };
    t.same(await observe({ [SECRET]: VALUE }, places), [], 'no byte of it in processes, Docker or on the disk');
    const planted = join(engine.dataRoot, 'planted');
    writeFileSync(planted, VALUE);
    t.match(
      await observe({ [SECRET]: VALUE }, places),
      [{ where: `file ${planted}` }],
      'and one would have been found',
    );
    rmSync(planted);
    api.close();
  });

  await t.test('its restart loses nothing, and its end is the end of what it gave', LONG, async (t) => {
    let api = daemon.api(token);
    await api.must('PUT', `/v1/sessions/inside/secrets/${SECRET}`);
    const command = ['sleep', '7100'];
    const kept = await api.must('POST', '/v1/sandboxes/inside/exec', { command, detach: true });
    await until('the command', () => attackers(daemon).length === 1);
    const [pid = 0] = attackers(daemon);
    await daemon.compose('restart', 'ampoule');
    t.equal(await daemon.ready(), token);
    api.close();
    api = daemon.api(token);
    t.same(attackers(daemon), [pid], 'what ran goes on');
    await until('it being known again', async () => {
      const { status, bytes } = await api.call('GET', `/v1/sandboxes/inside/execs/${kept.execId}`);
      return status === 200 && JSON.parse(bytes.toString()).state === 'running';
    });
    await api.must('POST', '/v1/sandboxes?wait=60s', { ...SANDBOX, name: 'brief', lease: '3s' });
    const ending = api.call('POST', '/v1/sandboxes/brief/exec', { command: ['sleep', '7200'] }).catch(() => null);
    await until('a command there', () => attackers(daemon).length === 2);
    await daemon.compose('kill', 'ampoule');
    await ending;
    const left = await until('the end of what held the value', () => {
      const alive = attackers(daemon);
      return alive.length < 2 ? alive : null;
    });
    t.same(left, [pid], 'at the lease, where it was short');
    api.close();
  });

  await t.test('keeps vault and token when its container is made again', LONG, async (t) => {
    await daemon.compose('up', '-d', '--force-recreate');
    t.equal(await daemon.ready(), token);
    const api = daemon.api(token);
    await api.must('GET', `/v1/secrets/${SECRET}`);
    const seen = await until('the value being given again', async () => {
      const { status, bytes } = await api.call('POST', '/v1/sandboxes/inside/exec', { command: ['env'] });
      return status === 200 && bytes.toString().includes(`${SECRET}=`);
    });
    t.ok(seen);
    api.close();
  });
});
