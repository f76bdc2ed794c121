/** Activate until a command has it, and deactivate until nothing has it, in one running sandbox, against a new container. */

import { composeSide } from '../compose-side.js';
import { atMost, contender, fasterBy, type Line } from '../line.js';
import { holding, until } from '../outside.js';
import { takeTurns } from '../rounds.js';
import { applied, benchValue, launch, sessionWith, type World } from '../world.js';

const SESSION = 'bench-activation';
const SECRET = 'BENCH_ACTIVATION';

export async function activationLines(world: World): Promise<Line[]> {
  const { api, raw, image, engine } = world;
  await sessionWith(world, SESSION, [SECRET]);
  const sandbox = await launch(world, {
    ...{ name: 'activation', session: SESSION, network: 'none', delivery: 'memory', grace: '0' },
  });
  const compose = composeSide(engine.dockerHost, image);
  await compose?.up('first');
  await raw.start('raw-activation', { image, network: 'none' });
  const exec = `/v1/sandboxes/${sandbox.id}/exec`;
  const activation = `/v1/sessions/${SESSION}/secrets/${SECRET}`;
  const value = benchValue(SECRET, 0);
  const switching: number[] = [];
  const ending: number[] = [];

  const samples = await takeTurns(world.rounds(60, 6), {
    ours: async () => {
      const begun = performance.now();
      applied(await api.must('PUT', activation));
      const switched = performance.now();
      const { stdout } = await api.must('POST', exec, { command: ['env'] });
      const seen = performance.now();
      if (!stdout.includes(`${SECRET}=`)) throw new Error('The command does not have the variable.');
      switching.push(switched - begun);
      // Something that holds it, so that there is something to end.
      const holder = api.call('POST', exec, { command: ['sleep', '3600'] });
      await until('a process holding the value', () => holding(value).length > 0, { everyMs: 5 });
      const ended = performance.now();
      applied(await api.must('DELETE', activation));
      ending.push(performance.now() - ended);
      if (holding(value).length > 0) throw new Error('A process still has the value.');
      await holder;
      return seen - begun;
    },
    raw: async (round) => {
      const begun = performance.now();
      await raw.remove('raw-activation');
      await raw.start('raw-activation', { image, network: 'none', env: [`${SECRET}=${round}`] });
      return performance.now() - begun;
    },
    compose: async (round) => {
      const begun = performance.now();
      await compose?.up(`round-${round}`);
      return performance.now() - begun;
    },
  });
  await compose?.down();
  await raw.remove('raw-activation');
  await api.must('DELETE', `/v1/sessions/${SESSION}?workspace=delete&wait=60s`);

  const recreate = contender('Docker remove+create+start', samples.raw);
  const others = [recreate, ...(compose === null ? [] : [contender('docker-compose up', samples.compose)])];
  const seen = contender('Ampoule', samples.ours);
  const gone = contender('Ampoule', ending.slice(1));
  return [
    {
      id: 'activate',
      title: 'Activate until a new command has it',
      ours: seen,
      others,
      goals: [atMost(seen, 10, 'p50 '), fasterBy(seen, recreate, 20)],
      notes: [
        'Two calls over HTTP: the activation, and a command whose output shows the variable. ' +
          `The activation alone: ${contender('', switching.slice(1)).figure.median.toFixed(2)} ms (p50).`,
        "Docker's container is removed with KILL at once, the fastest that it can be replaced; what ran in it is lost. docker-compose stops it first.",
      ],
    },
    {
      id: 'deactivate',
      title: 'Deactivate until no process has it',
      ours: gone,
      others,
      goals: [atMost(gone, 10, 'p50 ')],
      notes: [
        'Without a grace period. A process that holds the value runs; from outside, none has it after the answer.',
      ],
    },
  ];
}
