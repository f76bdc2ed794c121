/** Ends everything in a container without Docker: by the kernel, as root, after checking start time and control group. */

import { readdirSync } from 'node:fs';
import { UnknownOutcome } from '../errors.js';
import type { LedgerRow } from '../types.js';
import { belongsTo, cgroupDirectory, thaw } from './cgroup.js';
import { bootId, readProcess, readProcFile, running } from './process.js';
import { killProcess } from './process-kill.js';

/** Milliseconds that Docker has to answer where something is taken away, before the kernel does it. */
export const PATIENCE = 500;
/** Milliseconds until everything in a container has to be gone. */
const DEATH = 2_000;

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
  /** Containers whose start was sent and not answered: Docker may carry it out yet. */
  readonly #starting = new Set<string>();

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
    this.#starting.delete(dockerId);
    return { pid, pidStart: stat.start, bootId: bootId(this.#proc) };
  }

  /** Waits for a start. Until its outcome is known, or the container {@link gone}, nobody says that nothing runs. */
  async starting(dockerId: string, start: () => Promise<void>): Promise<void> {
    this.#starting.add(dockerId);
    try {
      await start();
    } catch (error) {
      if (error instanceof UnknownOutcome) throw error;
      this.#starting.delete(dockerId);
      throw error;
    }
    this.#starting.delete(dockerId);
  }

  /** The container is removed: no start brings it up any more. */
  gone(dockerId: string): void {
    this.#starting.delete(dockerId);
  }

  /**
   * Kills every process of the container, thaws what was paused, and waits. true: seen to be over. false: it could not
   * be done or not be seen from here. A container that somebody started again has other pids, so the group counts.
   */
  async end(row: Pick<LedgerRow, 'dockerId' | 'pidStart'>): Promise<boolean> {
    if (row.dockerId === null || process.getuid?.() !== 0) return false;
    for (const until = Date.now() + DEATH; ; ) {
      if (this.#bare(row)) return this.empty(row);
      if (Date.now() > until || !this.#mayTell(row)) return false;
      for (const { pid, start } of processesOf(row.dockerId, this.#proc)) {
        killProcess({ pid, start, containerId: row.dockerId }, this.#proc);
        const group = cgroupDirectory(pid, row.dockerId, this.#proc);
        if (group) thaw(group);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /**
   * Waits for a call to Docker that is to take something away. Where it fails or is slow, the container is ended here;
   * where that is not possible either, the call's own end counts. `ended`: Docker knows nothing of it yet.
   */
  async orEnd(call: Promise<unknown>, row: Pick<LedgerRow, 'dockerId' | 'pidStart'>): Promise<'done' | 'ended'> {
    const answered = call.then(
      () => true,
      () => false,
    );
    if (await Promise.race([answered, later(PATIENCE)])) return 'done';
    if (await this.end(row)) return 'ended';
    await call;
    return 'done';
  }

  /** Whether nothing of a container runs; false too where that cannot be told from here. */
  empty(row: Pick<LedgerRow, 'dockerId' | 'pidStart'>): boolean {
    return row.dockerId !== null && !this.#starting.has(row.dockerId) && this.#bare(row);
  }

  #bare(row: Pick<LedgerRow, 'dockerId' | 'pidStart'>): boolean {
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

function later(ms: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms);
  });
}
