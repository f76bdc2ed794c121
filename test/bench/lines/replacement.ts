/** A changed secret in a sandbox with `env` delivery, which is a new container, against the same done by hand. */

import { contender, type Line, withinFactor } from '../line.js';
import { takeTurns, timed } from '../rounds.js';
import { applied, benchValue, launch, sessionWith, type World } from '../world.js';

const SESSION = 'bench-replacement';
const SECRET = 'BENCH_REPLACEMENT';

/** Main processes: one that ends itself at TERM, and one that has never heard of it. */
const MAINS = {
  handles: ['sh', '-c', "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"],
  ignorant: ['sleep', '86400'],
};

export async function replacementLines(world: World): Promise<Line[]> {
  const lines: Line[] = [];
  for (const main of ['handles', 'ignorant'] as const) lines.push(await replacementLine(world, main));
  return lines;
}

async function replacementLine(world: World, main: keyof typeof MAINS): Promise<Line> {
  const { api, raw, image } = world;
  const name = `replaced-${main}`;
  const command = MAINS[main];
  await sessionWith(world, SESSION, [SECRET]);
  await api.must('PUT', `/v1/sessions/${SESSION}/secrets/${SECRET}`);
  await launch(world, { name, session: SESSION, network: 'none', delivery: 'env', command });
  await raw.start('raw-replaced', { image, network: 'none', command });
  const samples = await takeTurns(world.rounds(40, 4), {
    ours: (round) =>
      timed(async () => {
        const value = benchValue(SECRET, round + 1);
        applied(await api.must('PUT', `/v1/secrets/${SECRET}/value?wait=60s`, { value }));
      }),
    raw: (round) =>
      timed(async () => {
        await raw.remove('raw-replaced');
        const env = [`${SECRET}=${benchValue(SECRET, round + 1)}`];
        await raw.start('raw-replaced', { image, network: 'none', command, env });
      }),
  });
  await raw.remove('raw-replaced');
  await api.must('DELETE', `/v1/sessions/${SESSION}?workspace=delete&wait=60s`);
  const ours = contender('Ampoule', samples.ours);
  const theirs = contender('Docker remove+create+start', samples.raw);
  const what = main === 'handles' ? 'a main process that ends at TERM' : 'a main process without a handler for TERM';
  return {
    id: `env-${main}`,
    title: `A changed secret with env delivery, ${what}`,
    ours,
    others: [theirs],
    goals: [withinFactor(ours, theirs, 1.2)],
    notes: [
      "Docker's container is removed with KILL at once; ours is asked to end first (TERM), and loses no port or volume.",
    ],
  };
}
