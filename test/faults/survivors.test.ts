/** The observer of the revocation tests finds what a plain container leaves: every attack gets away from a TERM to its command. */

import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';
import { ATTACKS, type Attack, commandOf, importAttacks, PROGRAM, titleOf, USERS } from './attack.js';
import { type Alive, aliveIn, aliveInFrozen, readRecord, send, signOf, survivors } from './survivors.js';

const LIMITS: Record<Attack['place'], string[]> = {
  roomy: [],
  full: ['--pids-limit', '64'],
  starved: ['--cpus', '0.1'],
  tight: ['--memory', '48m', '--memory-swap', '48m'],
};

t.test('in a plain container every attack outlives its command', { timeout: 600_000 }, async (t) => {
  const engine = await sharedEngine();
  t.teardown(() => engine.done());
  const image = await importAttacks(engine);
  const volume = `survivors-${process.pid}`;
  await engine.docker('volume', 'create', volume);
  const records = (await engine.docker('volume', 'inspect', '-f', '{{.Mountpoint}}', volume)).trim();
  chmodSync(records, 0o777);
  const containers = new Map<Attack['place'], { id: string; before: Alive[] }>();
  for (const [place, limits] of Object.entries(LIMITS) as [Attack['place'], string[]][]) {
    const args = ['--init', '-v', `${volume}:/records`, ...limits, image, 'sleep', '3600'];
    const id = (await engine.docker('run', '-d', ...args)).trim();
    t.teardown(() => engine.tryDocker(['rm', '-f', id]));
    const before = await until('the container having its two processes', () => {
      const now = aliveIn(engine.group, id);
      return now.length === 2 && now.some(({ name }) => name === 'sleep') ? now : null;
    });
    containers.set(place, { id, before });
    t.same(survivors(before, readRecord(join(records, 'none')), before, PROGRAM), [], `${place}: nobody before`);
  }
  for (const [number, attack] of ATTACKS.filter(({ asks }) => !asks).entries()) {
    const { id = '', before = [] } = containers.get(attack.place) ?? {};
    const variant = { attack, user: USERS[number % 2] ?? '0', bare: number % 4 > 1 };
    const title = titleOf(variant);
    const file = join(records, `${number}`);
    await engine.docker('exec', '-d', '-u', variant.user, id, ...commandOf(variant, `/records/${number}`));
    const { processes } = await until(`${title} being complete`, () => {
      const seen = readRecord(file);
      return seen.ready ? seen : null;
    });
    const [leader = ''] = processes;
    const leading = aliveIn(engine.group, id).find((process) => signOf(process) === leader);
    if (leading !== undefined && attack.way !== 'headless') send(leading.pid, 'SIGTERM');
    // Some are slower than the word that they are there: they write themselves down later.
    const { found, record, others } = await until(`others of ${title}`, async () => {
      const still = await aliveInFrozen(engine.group, id);
      const record = readRecord(file);
      const found = still.filter((process) => record.processes.has(signOf(process)));
      const others = found.filter((process) => signOf(process) !== leader || attack.way === 'headless');
      return others.length > 0 ? { found, record, others } : null;
    });
    t.ok(others.length > 0, `${title}: ${others.length} are alive, beside the one that was sent TERM`);
    t.ok(survivors(found, record, before, PROGRAM).length === found.length, `${title}: all count as survivors`);
  }
  await engine.docker('rm', '-f', ...[...containers.values()].map(({ id }) => id));
  for (const [place, { id }] of containers)
    t.same(aliveIn(engine.group, id), [], `${place}: nobody after the container`);
  await engine.docker('volume', 'rm', volume);
});
