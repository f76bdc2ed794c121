/** A new sandbox: from the call to a command that has ended in it, against a container of Docker's own. */

import { contender, type Line, withinFactor } from '../line.js';
import { takeTurns, timed } from '../rounds.js';
import { launch, sessionWith, type World } from '../world.js';

const SESSION = 'bench-start';

/** One line per network, since a bridge costs Docker time of its own. */
export async function startLines(world: World): Promise<Line[]> {
  const secret = 'BENCH_START';
  await sessionWith(world, SESSION, [secret]);
  await world.api.must('PUT', `/v1/sessions/${SESSION}/secrets/${secret}`);
  const lines: Line[] = [];
  for (const network of ['none', 'bridge'] as const) lines.push(await startLine(world, network));
  await world.api.must('DELETE', `/v1/sessions/${SESSION}?workspace=delete&wait=60s`);
  return lines;
}

async function startLine(world: World, network: 'none' | 'bridge'): Promise<Line> {
  const { api, raw, image } = world;
  const withExec: number[] = [];
  const samples = await takeTurns(world.rounds(30, 4), {
    ours: async (round) => {
      const name = `start-${network}-${round}`;
      const took = await timed(async () => {
        await launch(world, { name, session: SESSION, network, delivery: 'memory', idle: '1h' });
        const { exitCode } = await api.must('POST', `/v1/sandboxes/${name}/exec`, { command: ['true'] });
        if (exitCode !== 0) throw new Error(`The command ended with ${exitCode}.`);
      });
      await api.must('DELETE', `/v1/sandboxes/${name}?wait=60s`);
      return took;
    },
    raw: async (round) => {
      const name = `raw-start-${round}`;
      const begun = performance.now();
      await raw.start(name, { image, network });
      const took = performance.now() - begun;
      await raw.exec(name, ['true']);
      withExec.push(performance.now() - begun);
      await raw.remove(name);
      return took;
    },
  });
  const ours = contender('Ampoule', samples.ours);
  const theirs = contender('Docker create+start', samples.raw);
  return {
    id: `start-${network}`,
    title: `Start a memory sandbox, network ${network}: call to first command done`,
    ours,
    others: [theirs, contender('Docker create+start+exec', withExec.slice(1))],
    goals: [withinFactor(ours, theirs, 1.15)],
    notes: [
      "Ours ends when a command in the sandbox has ended; Docker's ends with the start, before anything could be run.",
      "Docker's container is the barest there is: no volume, no limits, no labels. Ours has all of these.",
    ],
  };
}
