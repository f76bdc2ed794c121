/** From starting the program to ready, with a vault of many secrets and a key file, and the memory it has then. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startDaemon, type TestDaemon } from '../../engine/daemon.js';
import { pause } from '../../engine/wait.js';
import { clientAt } from '../http-client.js';
import { atMost, contender, type Line } from '../line.js';
import { residentMb } from '../outside.js';
import { takeTurns } from '../rounds.js';
import { MEASURED, type World } from '../world.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** The daemon's libraries, as they are installed. */
const LIBRARIES = ['fastify', '@fastify/rate-limit', 'ajv', 'better-sqlite3', 'close-with-grace', 'dockerode'].concat([
  'libsodium-wrappers',
  'pino',
  'prom-client',
  'typebox',
]);
/** Milliseconds after ready at which memory is looked at: what a start leaves for later is done by then. */
const SETTLED = 2_000;

/** @param stopped a daemon whose directory is started from again and again; it does not run. */
export async function coldStartLines(world: World, stopped: TestDaemon): Promise<Line[]> {
  const memory: number[] = [];
  const theirMemory: number[] = [];
  const samples = await takeTurns(world.rounds(15, 3), {
    ours: async () => {
      const begun = performance.now();
      const daemon = await startDaemon({ engine: world.engine, dir: stopped.dir, env: MEASURED, wait: null });
      const took = (await ready(daemon)) - begun;
      await pause(SETTLED);
      memory.push(residentMb(daemon.pid));
      await daemon.stop();
      return took;
    },
    libraries: async () => {
      const begun = performance.now();
      const loaded = LIBRARIES.map((name) => `await import('${name}');`).join('\n');
      const told = await evaluated(`${loaded}\nconsole.log(process.memoryUsage.rss());`);
      theirMemory.push(Number(told.text) / 1e6);
      return told.at - begun;
    },
    node: async () => {
      const begun = performance.now();
      return (await evaluated('console.log(0);')).at - begun;
    },
  });
  const time = contender('Ampoule', samples.ours);
  const size = contender('Ampoule', memory.slice(1), 'MB');
  const libraries = 'its libraries, unbundled, doing nothing';
  return [
    {
      id: 'cold-start',
      title: 'Cold start to ready: 1,000 secrets, key file',
      ours: time,
      others: [contender(libraries, samples.libraries), contender('node alone', samples.node)],
      goals: [atMost(time, 500)],
      notes: ['From the start of the process to the first 200 of /readyz: key read, vault checked, Docker looked at.'],
    },
    {
      id: 'cold-start-memory',
      title: 'Resident memory after the start: 1,000 secrets, key file',
      ours: size,
      others: [contender(libraries, theirMemory.slice(1), 'MB')],
      goals: [atMost(size, 120)],
      notes: [`Two seconds after it was ready. 1 MB is 10^6 bytes.`],
    },
  ];
}

/** When it was ready. */
async function ready(daemon: TestDaemon): Promise<number> {
  const http = clientAt(daemon.socket);
  for (const end = performance.now() + 60_000; performance.now() < end; await pause(2)) {
    const answer = await http.call('GET', '/readyz').catch(() => null);
    if (answer?.status !== 200) continue;
    http.close();
    return performance.now();
  }
  throw new Error(`The daemon did not get ready:\n${daemon.log().slice(-2000)}`);
}

/** Runs a module of Node's to its first line; gives the line, and when it came. */
function evaluated(text: string): Promise<{ text: string; at: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
      ...{ cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
    });
    child.once('error', reject);
    child.stdout.once('data', (line: Buffer) => resolve({ text: line.toString().trim(), at: performance.now() }));
    child.once('exit', (code) => reject(new Error(`node ended with ${code} before it said anything.`)));
  });
}
