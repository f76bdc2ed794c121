/** Revocation under attack: what was given a secret, and all that came of it, is dead when the deactivation is acknowledged. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { ensureBuild, startDaemon, type TestDaemon } from '../engine/daemon.js';
import type { EngineFace } from '../engine/engine.js';
import { initPrograms } from '../engine/programs.js';
import { sharedEngine } from '../engine/shared.js';
import { pause, until } from '../engine/wait.js';
import { type Attack, commandOf, importAttacks, PROGRAM, titleOf, type Variant, variants } from './attack.js';
import { type Box, holdersOf, launch, openDirectory, sameInit, set, type Wanted } from './memory-world.js';
import { type Alive, aliveIn, aliveInFrozen, readRecord, signOf, survivors } from './survivors.js';

const full = process.env.AMPOULE_FULL === '1';
const ROUNDS = Number(process.env.AMPOULE_ROUNDS ?? (full ? 200 : 1));
/** Of this run alone, for the look at environments goes over the whole machine. */
const CANARY = `canary-revoke-${process.pid}-${Date.now()}`;
const LIMITS: Record<Attack['place'], object> = {
  roomy: {},
  full: { pids: 48 },
  starved: { cpus: 0.1 },
  tight: { memory: 48 << 20 },
};
const GRACES = ['0s', '100ms'];

interface Stage {
  engine: EngineFace;
  daemon: TestDaemon;
  image: string;
}

interface Watched extends Box {
  records: string;
  bystander: Alive;
}

async function stage(t: Test, env: Record<string, string> = {}): Promise<Stage> {
  const engine = await sharedEngine();
  t.teardown(() => engine.done());
  const image = await importAttacks(engine);
  await ensureBuild('dist-test');
  const daemon = await startDaemon({ engine, build: 'dist-test', env });
  t.teardown(() => daemon.remove());
  await daemon.ok('POST', '/v1/secrets', { name: 'KEY_REVOKE', value: CANARY });
  return { engine, daemon, image };
}

/** A sandbox with a command that holds nothing, which no revocation may touch. */
async function watched({ engine, daemon, image }: Stage, name: string, wanted: Wanted): Promise<Watched> {
  const box = await launch(daemon, engine, name, { image, ...wanted });
  const body = { command: ['sleep', '3600'] };
  void daemon.api('POST', `/v1/sandboxes/${name}/exec`, body, { withinMs: 3_600_000 * 4 }).catch(() => {});
  const bystander = await until('the bystander', () =>
    aliveIn(engine.group, box.containerId).find((process) => process.name === 'sleep'),
  );
  return { ...box, records: openDirectory(box, 'records'), bystander };
}

interface Outcome {
  /** What is left of the attack. */
  alive: string[];
  /** What else is not as it should be, where nothing is left. */
  wrong: string[];
}

/** Gives the secret, lets the attack begin, takes the secret away, and looks. */
async function attack({ engine, daemon }: Stage, box: Watched, variant: Variant): Promise<Outcome> {
  const title = titleOf(variant);
  const file = join(box.records, 'record');
  rmSync(file, { force: true });
  await set(daemon, box, 'KEY_REVOKE', true);
  const before = aliveIn(engine.group, box.containerId);
  const command = commandOf(variant, '/workspace/records/record');
  let answer: Promise<unknown> = Promise.resolve();
  if (variant.attack.by === 'docker') {
    await engine.docker('exec', '-d', '-u', variant.user, box.containerId, ...command);
  } else {
    answer = daemon.ok('POST', `/v1/sandboxes/${box.name}/exec`, { command, user: variant.user });
  }
  const failed = answer.then(
    () => null,
    (error: Error) => error,
  );
  await until(`${title} being complete`, () => readRecord(file).ready, { everyMs: 5 });
  if (!variant.bare) await until('somebody having the value', () => holdersOf(box, CANARY).length > 0, { everyMs: 1 });
  await set(daemon, box, 'KEY_REVOKE', false);
  const found = survivors(aliveIn(engine.group, box.containerId), readRecord(file), before, PROGRAM);
  const { lines } = readRecord(file);
  found.push(...holdersOf(box, CANARY).map((pid) => `${pid} has it in its environment`));
  await pause(100);
  const later = await aliveInFrozen(engine.group, box.containerId);
  found.push(...survivors(later, readRecord(file), before, PROGRAM).map((who) => `${who}, 100 ms later`));
  found.push(...holdersOf(box, CANARY).map((pid) => `${pid} has it in its environment, 100 ms later`));
  if (readRecord(file).lines !== lines) found.push('something of it still writes');
  const wrong: string[] = [];
  if (found.length > 0) return { alive: found, wrong };
  if (!sameInit(box)) wrong.push('the container was ended for it');
  const same = later.find((process) => signOf(process) === signOf(box.bystander));
  if (same === undefined) wrong.push('the bystander is gone');
  else if (same.state === 'T') wrong.push('the bystander stands still');
  const error = await failed;
  if (error !== null) wrong.push(error.message);
  return { alive: [], wrong };
}

t.test('nothing outlives a revocation', { timeout: 14_000_000 }, async (t) => {
  const s = await stage(t);
  const boxes = new Map<string, Watched>();
  for (const [place, limits] of Object.entries(LIMITS)) {
    for (const grace of GRACES)
      boxes.set(`${place} ${grace}`, await watched(s, `${place}-${grace}`, { limits, grace }));
  }
  let revocations = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [number, variant] of variants().entries()) {
      const row = number >> 2;
      // In full each attack in every round, as another one of its four variants; else once, two of the four.
      const chosen = full ? [(round + row) % 4] : row % 2 === 0 ? [0, 3] : [1, 2];
      if (!chosen.includes(number % 4)) continue;
      const grace = GRACES[full ? ((round >> 2) + row) % 2 : (number + (row >> 1)) % 2];
      const box = boxes.get(`${variant.attack.place} ${grace}`) as Watched;
      const outcome = await attack(s, box, variant);
      revocations += 1;
      const good = outcome.alive.length + outcome.wrong.length === 0;
      if (!full || !good) t.same(outcome, { alive: [], wrong: [] }, `${titleOf(variant)}, grace ${grace}`);
      if (!sameInit(box)) throw new Error('Its container was ended: what comes after it would say nothing.');
    }
    if (full) t.comment(`round ${round + 1} of ${ROUNDS}`);
  }
  t.pass(`${revocations} revocations`);
});

t.test('the same look finds survivors of an init that ends nobody', { timeout: 3_600_000 }, async (t) => {
  const s = await stage(t, { AMPOULE_TEST_INIT: (await initPrograms()).withoutRevoke });
  const containers: string[] = [];
  for (const [number, variant] of variants().entries()) {
    if (!full && number % 4 !== (number >> 2) % 4) continue;
    const name = `control-${number}`;
    const box = await watched(s, name, { limits: LIMITS[variant.attack.place] });
    const { alive } = await attack(s, box, variant);
    t.ok(alive.length > 0, `${titleOf(variant)}: ${alive.length} found, such as ${alive[0]}`);
    t.ok(sameInit(box), 'in the container that it began in');
    // The attack goes on otherwise, and leaves nothing to the next one.
    process.kill(box.init.pid, 'SIGKILL');
    containers.push(box.name);
  }
  await s.daemon.stop();
  await s.engine.docker('rm', '-f', ...containers.map((name) => `ampoule-${name}`));
});
