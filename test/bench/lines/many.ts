/** Hundreds of sandboxes at once: how long one change takes in all of them, and what the daemon costs meanwhile. */

import { startDaemon, type TestDaemon } from '../../engine/daemon.js';
import { pause } from '../../engine/wait.js';
import { clientAt, type HttpClient } from '../http-client.js';
import { atMost, contender, type Line } from '../line.js';
import { processorMs, residentMb } from '../outside.js';
import { applied, benchValue, MEASURED, type World } from '../world.js';

const SESSION = 'bench-many';
const SECRETS = ['BENCH_MANY_A', 'BENCH_MANY_B'] as const;
/** Launches at a time. */
const LANES = 4;

export async function manyLines(world: World): Promise<Line[]> {
  const count = world.rounds(500, 20);
  const idleSeconds = world.rounds(30, 5);
  const daemon = await startDaemon({ engine: world.engine, env: MEASURED });
  const api = clientAt(daemon.socket, { authorization: `Bearer ${daemon.token}` });
  try {
    await launchAll(api, world, count);
    const swaps: number[] = [];
    for (let round = 0; round < world.rounds(7, 3); round++) {
      const active = SECRETS[round % 2] ?? SECRETS[0];
      const begun = performance.now();
      const change = await api.must('PUT', `/v1/sessions/${SESSION}/secrets?wait=60s`, { active: [active] });
      swaps.push(performance.now() - begun);
      applied(change);
      if (change.sandboxes.length !== count) throw new Error(`${change.sandboxes.length} sandboxes were concerned.`);
      await hasOnly(api, active, count);
    }
    const memory = residentMb(daemon.pid);
    const idle = await idleShare(daemon, idleSeconds);
    const swap = contender('Ampoule', swaps.slice(1));
    const size = contender('Ampoule', [memory], 'MB');
    const share = contender('Ampoule', [idle], '%');
    const many = `${count} memory sandboxes`;
    return [
      {
        ...{ id: 'many-swap', title: `${many}: one secret for another in all of them`, ours: swap, others: [] },
        goals: [atMost(swap, 1000)],
        notes: ['One call; the answer comes when the last sandbox has the one and no process has the other.'],
      },
      {
        ...{ id: 'many-memory', title: `${many}: the daemon's resident memory`, ours: size, others: [] },
        goals: [atMost(size, 250)],
        notes: [],
      },
      {
        ...{ id: 'many-idle', title: `${many}: the daemon's processor time while nothing happens`, ours: share },
        others: [],
        goals: [atMost(share, 2)],
        notes: [`Over ${idleSeconds} s, in percent of one processor.`],
      },
    ];
  } catch (error) {
    const words = daemon
      .log()
      .split('\n')
      .filter((line) => /"level":"(warn|error)"/.test(line));
    throw new Error(`${error instanceof Error ? error.message : error}\n${words.slice(-20).join('\n')}`);
  } finally {
    await api.call('DELETE', `/v1/sessions/${SESSION}?workspace=delete&wait=60s`);
    await world.engine.tryDocker(['container', 'prune', '-f']);
    api.close();
    await daemon.remove();
  }
}

async function launchAll(api: HttpClient, world: World, count: number): Promise<void> {
  await api.must('PUT', `/v1/sessions/${SESSION}`);
  for (const name of SECRETS) await api.must('PUT', `/v1/secrets/${name}/value`, { value: benchValue(name, 0) });
  await api.must('PUT', `/v1/sessions/${SESSION}/secrets/${SECRETS[1]}`);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const name = `many-${next++}`;
      const body = { name, session: SESSION, network: 'none', delivery: 'memory', persist: true };
      const sandbox = await api.must('POST', '/v1/sandboxes?wait=60s', body);
      if (sandbox.state !== 'running') throw new Error(`${name} is ${sandbox.state}: ${sandbox.reason}`);
      if (next % 50 === 0) world.say(`${next} of ${count} sandboxes`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Looks into the first, the last and the middle one. */
async function hasOnly(api: HttpClient, active: string, count: number): Promise<void> {
  for (const at of [0, Math.floor(count / 2), count - 1]) {
    const { stdout } = await api.must('POST', `/v1/sandboxes/many-${at}/exec`, { command: ['env'] });
    const found = SECRETS.filter((name) => stdout.includes(`${name}=`));
    if (found.join() !== active) throw new Error(`many-${at} has ${found.join() || 'nothing'}, not ${active}.`);
  }
}

/** Percent of one processor over so many seconds, a little after the last change. */
async function idleShare(daemon: TestDaemon, seconds: number): Promise<number> {
  await pause(5_000);
  const before = processorMs(daemon.pid);
  const begun = performance.now();
  await pause(seconds * 1000);
  return ((processorMs(daemon.pid) - before) / (performance.now() - begun)) * 100;
}
