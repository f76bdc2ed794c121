/** Requests for metadata per second, against a bare Fastify route with the same query and schema and no authentication. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../../engine/command.js';
import type { TestDaemon } from '../../engine/daemon.js';
import { until } from '../../engine/wait.js';
import { contender, type Line, shareOf } from '../line.js';
import { copyVault, nameOf } from '../registered.js';
import { takeTurns } from '../rounds.js';
import type { World } from '../world.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const CONNECTIONS = 10;

export async function metadataLines(world: World, daemon: TestDaemon): Promise<Line[]> {
  const directory = mkdtempSync('/tmp/ab-');
  const socket = join(directory, 's');
  const bare = spawn(
    process.execPath,
    ['--import', here('../../typescript.mjs'), here('../bare-server.ts'), socket, copyVault(daemon, directory)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    let ready = false;
    bare.stdout.once('data', () => {
      ready = true;
    });
    await until('the bare server being ready', () => {
      if (bare.exitCode !== null) throw new Error(`The bare server ended with ${bare.exitCode}.`);
      return ready;
    });
    const ask = async (socketPath: string, path: string, headers: Record<string, string>): Promise<number> => {
      const seconds = world.quick ? 1 : 4;
      const input = JSON.stringify({ socketPath, path, headers, connections: CONNECTIONS, seconds });
      const { perSecond, refused, errors } = JSON.parse(await must(process.execPath, [here('../load.mjs')], { input }));
      if (refused + errors > 0) throw new Error(`${refused} requests of ${path} were refused, ${errors} failed.`);
      return perSecond;
    };
    const token = { authorization: `Bearer ${daemon.token}` };
    const lines: Line[] = [];
    for (const [id, what, path] of [
      ['metadata-one', 'one secret', `/v1/secrets/${nameOf(500 % 1000)}`],
      ['metadata-list', 'a page of 50', '/v1/secrets?limit=50'],
    ] as const) {
      const samples = await takeTurns(world.rounds(5, 1), {
        ours: () => ask(daemon.socket, path, token),
        bare: () => ask(socket, path, {}),
      });
      const ours = contender('Ampoule', samples.ours, 'req/s');
      const theirs = contender('a bare Fastify route', samples.bare, 'req/s');
      lines.push({
        id,
        title: `Requests for metadata per second (more is better): ${what} of 1,000`,
        ours,
        others: [theirs],
        goals: [shareOf(ours, theirs, 0.6)],
        notes: [
          `${CONNECTIONS} connections of one client in a process of its own, over a unix socket. The bare route has the same query and answer, and no token to look up.`,
        ],
      });
    }
    return lines;
  } finally {
    bare.kill();
    rmSync(directory, { recursive: true });
  }
}
