/** A command in a running sandbox, over HTTP, against Docker's exec API and `docker exec`. */

import { atMost, contender, fasterBy, type Line } from '../line.js';
import { takeTurns, timed } from '../rounds.js';
import { launch, sessionWith, type World } from '../world.js';

const SESSION = 'bench-command';

export async function commandLine(world: World): Promise<Line> {
  const { api, raw, engine, image } = world;
  await sessionWith(world, SESSION, ['BENCH_COMMAND']);
  await api.must('PUT', `/v1/sessions/${SESSION}/secrets/BENCH_COMMAND`);
  const sandbox = await launch(world, { name: 'command', session: SESSION, network: 'none', delivery: 'memory' });
  await raw.start('raw-command', { image, network: 'none' });
  const path = `/v1/sandboxes/${sandbox.id}/exec`;
  const samples = await takeTurns(world.rounds(200, 20), {
    ours: () =>
      timed(async () => {
        const { exitCode } = await api.must('POST', path, { command: ['true'] });
        if (exitCode !== 0) throw new Error(`The command ended with ${exitCode}.`);
      }),
    api: () => timed(() => raw.exec('raw-command', ['true'])),
    cli: () => timed(() => engine.docker('exec', 'raw-command', 'true')),
  });
  await raw.remove('raw-command');
  await api.must('DELETE', `/v1/sessions/${SESSION}?workspace=delete&wait=60s`);
  const ours = contender('Ampoule', samples.ours);
  const theirs = contender("Docker's exec API", samples.api);
  return {
    id: 'command',
    title: 'A command in a sandbox, over HTTP',
    ours,
    others: [theirs, contender('docker exec', samples.cli)],
    goals: [atMost(ours, 4, 'p50 '), fasterBy(ours, theirs, 10)],
    notes: ["Docker's API takes three calls for it: create, start (which carries the output), inspect (the status)."],
  };
}
