import t, { type Test } from 'tap';
import { startDaemon, type TestDaemon } from '../engine/daemon.js';
import { startEngine, type TestEngine } from '../engine/engine.js';
import { startOf } from '../engine/processes.js';
import { until } from '../engine/wait.js';
import { seeded } from './ledger.js';
import { converged, differences } from './world.js';

const CLIENTS = 64;
const BOXES = 20;
const SWITCHES = process.env.AMPOULE_FULL === '1' ? 20 : 4;
const PATIENCE = 60_000;
const OURS = /^KEY_\d+$/;

interface Stage {
  engine: TestEngine;
  daemon: TestDaemon;
  vault: string;
}

async function stage(t: Test, options: Parameters<typeof startEngine>[0] = {}): Promise<Stage> {
  const engine = await startEngine(options);
  t.teardown(() => engine.stop());
  await engine.importBusybox();
  const daemon = await startDaemon({ engine });
  t.teardown(() => daemon.remove());
  return { engine, daemon, vault: (await daemon.ok('GET', '/v1/vault')).id };
}

async function box(daemon: TestDaemon, name: string, session: string, secrets: string[] = []): Promise<void> {
  await daemon.ok('PUT', `/v1/sessions/${session}`, { idle: 'never' });
  await daemon.ok('POST', '/v1/sandboxes?wait=60s', {
    ...{ name, session, secrets: secrets.map((secret) => ({ name: secret })) },
    ...{ network: 'none', delivery: 'env', idle: 'never', grace: '0s' },
  });
}

const settled = (s: Stage, boxes: Map<string, Map<string, string>>): Promise<string[]> =>
  converged(() => differences(s.engine.dockerHost, s.vault, boxes, (name) => OURS.test(name)), PATIENCE);

t.test('what somebody else does to a container is undone', { timeout: 600_000 }, async (t) => {
  const s = await stage(t);
  const { engine, daemon } = s;
  await daemon.ok('POST', '/v1/secrets', { name: 'KEY_1', value: 'canary-somebody-else' });
  await box(daemon, 'touched', 'dev', ['KEY_1']);
  const wanted = new Map([['touched', new Map([['KEY_1', 'canary-somebody-else']])]]);
  t.same(await settled(s, wanted), [], 'at the start');
  const deeds: [string, string[]][] = [
    ['stopped', ['stop', '-t', '0', 'ampoule-touched']],
    ['killed', ['kill', 'ampoule-touched']],
    ['paused', ['pause', 'ampoule-touched']],
    ['renamed', ['rename', 'ampoule-touched', 'somebody-elses-name']],
    ['removed', ['rm', '-f', 'ampoule-touched']],
    ['restarted', ['restart', '-t', '0', 'ampoule-touched']],
  ];
  for (const [what, args] of deeds) {
    await engine.docker(...args);
    t.same(await settled(s, wanted), [], what);
  }
  await t.test('a revocation reaches a container that is paused', async (t) => {
    await engine.docker('pause', 'ampoule-touched');
    const answer = await daemon.api('DELETE', '/v1/sessions/dev/secrets/KEY_1?wait=30s');
    t.equal(answer.status, 200);
    t.same(await settled(s, new Map([['touched', new Map()]])), []);
  });
});

t.test('a container with our name and labels that is not ours is left alone', { timeout: 600_000 }, async (t) => {
  const s = await stage(t);
  const { engine, daemon } = s;
  await daemon.ok('POST', '/v1/secrets', { name: 'KEY_1', value: 'canary-impostor' });
  await box(daemon, 'real', 'dev', ['KEY_1']);
  const labels: Record<string, string> = JSON.parse(
    await engine.docker('inspect', '-f', '{{json .Config.Labels}}', 'ampoule-real'),
  );
  const copied = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
  const image = await engine.importBusybox();
  const id = (await engine.docker('run', '-d', ...copied, '--name', 'ampoule-second', image, 'sleep', '600')).trim();
  await daemon.ok('PUT', '/v1/sessions/dev', { idle: 'never' });
  const answer = await daemon.api('POST', '/v1/sandboxes?wait=30s', {
    ...{ name: 'second', session: 'dev', network: 'none', delivery: 'env' },
  });
  t.match(JSON.stringify(answer.body), /CONTAINER_NAME_TAKEN/, 'says who is in the way');
  const seen = JSON.parse(await engine.docker('inspect', id))[0];
  t.equal(seen.State.Running, true, 'it goes on');
  t.equal(seen.Name, '/ampoule-second', 'under its name');
  t.notMatch(JSON.stringify(seen), 'canary-impostor', 'and was given nothing');
  await engine.docker('rm', '-f', id);
  await until(
    'the sandbox, once it is gone',
    async () => (await daemon.ok('GET', '/v1/sandboxes/second')).state === 'running',
  );
});

t.test('an engine that is killed and started again', { timeout: 600_000 }, async (t) => {
  const s = await stage(t);
  const { engine, daemon } = s;
  const wanted = new Map<string, Map<string, string>>();
  for (let n = 0; n < 3; n++) {
    await daemon.ok('POST', '/v1/secrets', { name: `KEY_${n}`, value: `canary-engine-${n}` });
    await box(daemon, `box${n}`, `dev${n}`, [`KEY_${n}`]);
    wanted.set(`box${n}`, new Map([[`KEY_${n}`, `canary-engine-${n}`]]));
  }
  await engine.kill();
  const answer = await daemon.api('DELETE', '/v1/sessions/dev0/secrets/KEY_0?wait=1s');
  t.ok(answer.status === 200 || answer.status === 202, `deactivating without an engine answers ${answer.status}`);
  wanted.set('box0', new Map());
  await engine.restart();
  t.same(await settled(s, wanted), []);
});

t.test('a revocation does not wait for an engine that hangs', { timeout: 600_000 }, async (t) => {
  const s = await stage(t);
  await s.daemon.ok('POST', '/v1/secrets', { name: 'KEY_1', value: 'canary-hanging-engine' });
  await box(s.daemon, 'held', 'dev', ['KEY_1']);
  const pid = Number(await s.engine.docker('inspect', '-f', '{{.State.Pid}}', 'ampoule-held'));
  const start = startOf(pid);
  t.not(start, null, 'its main process runs');
  s.engine.pause();
  const answer = await s.daemon.api('DELETE', '/v1/sessions/dev/secrets/KEY_1?wait=9s');
  // Dead; whoever buries it may take a moment.
  t.not(startOf(pid), start, `its main process is gone at the answer (${answer.status})`);
  s.engine.resume();
  t.same(await settled(s, new Map([['held', new Map()]])), []);
});

t.test(`${CLIENTS} clients switch ${BOXES} sandboxes`, { timeout: 1_200_000 }, async (t) => {
  const s = await stage(t);
  const { daemon } = s;
  for (let n = 0; n < 4; n++) await daemon.ok('POST', '/v1/secrets', { name: `KEY_${n}`, value: `canary-switch-${n}` });
  await Promise.all(Array.from({ length: BOXES }, (_, n) => box(daemon, `box${n}`, `dev${n}`)));
  const odd: string[] = [];
  /** For each session the set of the newest generation that was answered. */
  const last = new Map<number, { generation: number; active: string[] }>();
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    const random = seeded(client + 1);
    for (let step = 0; step < SWITCHES; step++) {
      const n = Math.floor(random() * BOXES);
      const active = Array.from({ length: 4 }, (_, k) => `KEY_${k}`).filter(() => random() < 0.5);
      const answer = await daemon.api('PUT', `/v1/sessions/dev${n}/secrets?wait=0`, { active });
      if (answer.status !== 200 && answer.status !== 202) odd.push(`${answer.status}: ${answer.bytes}`);
      const generation = Number(answer.body.generation);
      if (generation >= (last.get(n)?.generation ?? -1)) last.set(n, { generation, active });
    }
  });
  await Promise.all(clients);
  t.same(odd, [], `${CLIENTS * SWITCHES} calls were recorded`);
  const wanted = new Map<string, Map<string, string>>();
  for (let n = 0; n < BOXES; n++) {
    const active = last.get(n)?.active ?? [];
    wanted.set(`box${n}`, new Map(active.map((name) => [name, `canary-switch-${name.slice(4)}`])));
  }
  t.same(await settled(s, wanted), [], 'each sandbox has what its last acknowledged call said');
});
