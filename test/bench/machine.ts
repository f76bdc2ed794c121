/** Where and with what the benchmark ran: processor, memory, kernel, versions, date. */

import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { run } from '../engine/command.js';
import type { World } from './world.js';

export interface Machine {
  /** `2025-01-31` */
  date: string;
  processor: string;
  cores: number;
  memoryGib: number;
  kernel: string;
  cgroup: 'v1' | 'v2';
  node: string;
  docker: string;
  dockerCli: string;
  compose: string | null;
  ampoule: string;
  image: string;
}

export async function machineOf(world: World): Promise<Machine> {
  const [first] = cpus();
  const composed = await run('docker-compose', ['version', '--short']).catch(() => null);
  const versions = await world.engine.docker('version', '--format', '{{.Server.Version}} {{.Client.Version}}');
  const [server = '', client = ''] = versions.trim().split(' ');
  const { version } = JSON.parse(readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'));
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    cgroup: readFileSync('/proc/self/mounts', 'utf8').includes('cgroup2 /sys/fs/cgroup ') ? 'v2' : 'v1',
    node: process.versions.node,
    docker: server,
    dockerCli: client,
    compose: composed?.code === 0 ? composed.stdout.trim() : null,
    ampoule: version,
    image: world.image,
  };
}

/** One sentence for the head of a table or picture. */
export function machineTold(machine: Machine): string {
  const compose = machine.compose === null ? '' : `, docker-compose ${machine.compose}`;
  return (
    `${machine.date}: ${machine.cores} cores (${machine.processor}), ${machine.memoryGib} GiB, Linux ${machine.kernel}, ` +
    `cgroup ${machine.cgroup}, Docker Engine ${machine.docker} (client ${machine.dockerCli})${compose}, ` +
    `Node ${machine.node}, Ampoule ${machine.ampoule}`
  );
}
