/** Ends everything in a container without Docker: by the kernel, as root, after checking start time and control group. */

import { readdirSync } from 'node:fs';
import { belongsTo, cgroupDirectory, thaw } from './cgroup.js';
import { bootId, readProcess, readProcFile, running } from './process.js';
import { killProcess } from './process-kill.js';
import type { LedgerRow } from './types.js';

/** Milliseconds until everything in a container has to be gone. */
const PATIENCE = 2_000;

/** The process of a container as the ledger remembers it. */
export interface RecordedProcess {
  pid: number;
  pidStart: string | null;
  bootId: string | null;
}

export class Kernel {
  readonly #proc: string;
  /** A container's process was found where Docker said: the engine's processes are ours to see. */
  #sees = false;

  constructor(proc = '/proc') {
    this.#proc = proc;
  }

  /** What to remember of a container's PID 1. Start time and boot are null where the engine's processes are not to be seen. */
  record(pid: number, dockerId: string): RecordedProcess {
    const cgroups = readProcFile(pid, 'cgroup', this.#proc);
    const stat = readProcess(pid, this.#proc);
    if (cgroups === null || stat === null || !belongsTo(cgroups, dockerId))
      return { pid, pidStart: null, bootId: null };
    this.#sees = true;
    return { pid, pidStart: stat.start, bootId: bootId(this.#proc) };
  }

  /**
   * Kills every process of the container, thaws what was paused, and waits. true: seen to be over. false: it could not
   * be done or not be seen from here. A container that somebody started again has other pids, so the group counts.
   */
  async end(row: Pick<LedgerRow, 'dockerId' | 'pidStart'>): Promise<boolean> {
    if (row.dockerId === null || process.getuid?.() !== 0) return false;
    for (const until = Date.now() + PATIENCE; ; ) {
      if (this.empty(row)) return true;
      if (Date.now() > until || !this.#mayTell(row)) return false;
      for (const { pid, start } of processesOf(row.dockerId, this.#proc)) {
        killProcess({ pid, start, containerId: row.dockerId }, this.#proc);
        const group = cgroupDirectory(pid, row.dockerId, this.#proc);
        if (group) thaw(group);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Whether nothing of a container runs; false too where that cannot be told from here. */
  empty(row: Pick<LedgerRow, 'dockerId' | 'pidStart'>): boolean {
    return row.dockerId !== null && this.#mayTell(row) && processesOf(row.dockerId, this.#proc).length === 0;
  }

  #mayTell(row: Pick<LedgerRow, 'pidStart'>): boolean {
    return this.#sees || row.pidStart !== null;
  }
}

/** Everything that still runs in a container, PID 1 first: it takes the others with it. */
function processesOf(dockerId: string, proc: string): { pid: number; start: string }[] {
  const found: { pid: number; start: string }[] = [];
  for (const name of readdirSync(proc)) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const cgroups = readProcFile(pid, 'cgroup', proc);
    if (cgroups === null || !belongsTo(cgroups, dockerId)) continue;
    const stat = readProcess(pid, proc);
    if (stat && running(stat)) found.push({ pid, start: stat.start });
  }
  return found.sort((one, other) => Number(one.start) - Number(other.start));
}
