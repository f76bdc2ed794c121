/** Kills one process by pid, after making sure that it is the one that was meant; never asks Docker. */

import { belongsTo } from './cgroup.js';
import { isAlive, readProcess, readProcFile, running } from './process.js';

/** A process of a container, named so that no other can be taken for it. */
export interface ContainerProcess {
  pid: number;
  /** Clock ticks from boot to its start, as in `/proc/<pid>/stat`. */
  start: string;
  /** Docker's whole id, 64 hex digits. */
  containerId: string;
}

/** `gone`: it had ended before; `foreign`: the pid is another process's now; `refused`: we may not signal it. */
export type Kill = 'killed' | 'gone' | 'foreign' | 'refused';

/** Sends SIGKILL if start time and control group are still the expected ones. Does not wait for the end. */
export function killProcess(target: ContainerProcess, proc = '/proc'): Kill {
  const cgroups = readProcFile(target.pid, 'cgroup', proc);
  const stat = readProcess(target.pid, proc);
  if (stat === null || cgroups === null) return 'gone';
  if (stat.start !== target.start) return 'foreign';
  if (!running(stat)) return 'gone';
  if (!belongsTo(cgroups, target.containerId)) return 'foreign';
  try {
    process.kill(target.pid, 'SIGKILL');
    return 'killed';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH' ? 'gone' : 'refused';
  }
}

/** Waits until a process has ended; false when it still ran after `waitMs`. A frozen one ends only when thawed. */
export async function ended(pid: number, start: string, waitMs: number): Promise<boolean> {
  for (const until = performance.now() + waitMs; isAlive(pid, start); ) {
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return true;
}

/**
 * Whether we are root in the engine's pid namespace, seen on a running container: the pid that Docker names must be
 * a process here whose control group is that container's, and a signal to it must be allowed.
 */
export function canSignalEngineProcesses(container: { pid: number; dockerId: string }, proc = '/proc'): boolean {
  if (process.getuid?.() !== 0 || container.pid <= 0) return false;
  const cgroups = readProcFile(container.pid, 'cgroup', proc);
  if (cgroups === null || !belongsTo(cgroups, container.dockerId)) return false;
  try {
    return process.kill(container.pid, 0);
  } catch {
    return false;
  }
}
