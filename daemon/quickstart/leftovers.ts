/** Removes from a Docker engine what a daemon that has ended left there: containers, volumes, the image. In our own engine, everything. */

import { must, run } from './command.js';
import { answers } from './engine.js';
import type { Places, Record } from './places.js';

/** Carried by the networks that are made as the daemon's messages say. */
const NETWORK_LABEL = 'dev.ampoule.network';

type Daemon = Pick<NonNullable<Record['daemon']>, 'dockerHost' | 'vault'>;

/** What was removed, for the person. @throws Error that says all that could not be. */
export async function removeFromEngine(
  places: Places,
  { dockerHost, vault }: Daemon,
  imported: Record['imported'],
): Promise<string> {
  const ours = dockerHost === `unix://${places.engine.socket}`;
  const socket = dockerHost.replace(/^unix:\/\//, '');
  if (socket !== dockerHost && !(await answers(socket))) {
    if (ours) return 'its engine does not run';
    throw new Error(
      `the engine at ${dockerHost} does not answer. Start it; or, if it is gone for good, \`rm -rf ${places.root}\`.`,
    );
  }
  const docker = (...args: string[]): Promise<string> => must('docker', args, { DOCKER_HOST: dockerHost });
  const ids = async (...args: string[]): Promise<string[]> =>
    (await docker(...args)).split('\n').filter((line) => line !== '');
  // By the label that only containers and volumes of this vault have; an engine of our own goes as a whole.
  const filter = ours ? [] : ['--filter', `label=dev.ampoule.vault=${vault}`];
  const removed: string[] = [];
  const failures: string[] = [];
  const remove = async (what: string, found: string[], ...command: string[]): Promise<void> => {
    if (found.length > 0) {
      await docker(...command, ...found).catch((error: unknown) =>
        failures.push(error instanceof Error ? error.message : String(error)),
      );
    }
    removed.push(`${found.length} ${what}`);
  };
  await remove('containers', await ids('ps', '-aq', ...filter), 'rm', '-f', '-v');
  await remove('volumes', await ids('volume', 'ls', '-q', ...filter), 'volume', 'rm');
  if (ours) {
    // Their bridges would outlive the engine.
    await remove('networks', await ids('network', 'ls', '-q', '--filter', 'type=custom'), 'network', 'rm');
  } else {
    const made = await ids('network', 'ls', '--format', '{{.Name}}', '--filter', `label=${NETWORK_LABEL}`);
    if (made.length > 0) removed.push(`networks made by hand stay: \`docker network rm ${made.join(' ')}\``);
  }
  if (imported !== undefined) {
    const gone = await run('docker', ['rmi', imported.image], { DOCKER_HOST: imported.dockerHost });
    removed.push(
      gone.status === 0 ? 'the image' : `the image stays, since it is used: \`docker rmi ${imported.image}\``,
    );
  }
  if (failures.length > 0) throw new Error(failures.join('\n  '));
  return removed.join(', ');
}
