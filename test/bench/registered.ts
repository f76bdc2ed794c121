/** A daemon with many secrets registered, and a copy of its vault for whoever may not open the original. */

import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon, type TestDaemon } from '../engine/daemon.js';
import { clientAt } from './http-client.js';
import { benchValue, MEASURED, type World } from './world.js';

/** Registers `count` secrets called BENCH_0000 and so on, each with tags and a description. */
export async function daemonWithSecrets(world: World, count: number): Promise<TestDaemon> {
  const daemon = await startDaemon({ engine: world.engine, env: MEASURED });
  const api = clientAt(daemon.socket, { authorization: `Bearer ${daemon.token}` });
  for (let at = 0; at < count; at++) {
    const name = nameOf(at);
    const about = { description: `Number ${at} of the benchmark`, tags: ['bench', `part-${at % 10}`] };
    await api.must('POST', '/v1/secrets', { name, value: benchValue(name, 0), ...about });
  }
  api.close();
  return daemon;
}

export function nameOf(at: number): string {
  return `BENCH_${String(at).padStart(4, '0')}`;
}

/** The vault's database, copied as it lies on the disk; gives the copy's path. */
export function copyVault(daemon: TestDaemon, into: string): string {
  const data = join(daemon.dir, 'data');
  const files = readdirSync(data).filter((name) => /^vault\.db(-wal)?$/.test(name));
  for (const name of files) cpSync(join(data, name), join(into, name));
  return join(into, 'vault.db');
}
