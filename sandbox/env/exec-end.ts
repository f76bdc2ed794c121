/** Ends an exec for good: its command and everything that came of it; never another exec or the main process. */

import { SandboxError } from '../errors.js';
import { freeze, frozen, thaw } from '../kernel/cgroup.js';
import { isAlive, type ProcessStat } from '../kernel/process.js';
import { ended, killProcess } from '../kernel/process-kill.js';
import { type ExecTrace, livingOf } from './exec-trace.js';

/**
 * Freezes the container for a moment, kills what is the exec's, lets the rest go on, and looks again until nothing is
 * left, so that nothing slips away by forking. A container that somebody paused stays paused. Resolves when nothing of
 * the exec runs; EXEC_CANNOT_END when something would not end within `waitMs`.
 */
export async function endExec(trace: ExecTrace, alone: () => boolean, waitMs = 10_000): Promise<void> {
  const { cgroup } = trace;
  const until = performance.now() + waitMs;
  const paused = cgroup !== null && frozen(cgroup);
  // Without a freeze one look proves little.
  let looks = cgroup ? 1 : 5;
  for (;;) {
    let killed: ProcessStat[] = [];
    try {
      if (cgroup) await freeze(cgroup);
      killed = livingOf(trace, alone());
      for (const { pid, start } of killed) killProcess({ pid, start, containerId: trace.container.dockerId });
    } finally {
      if (cgroup && (!paused || killed.length > 0)) thaw(cgroup);
    }
    if (killed.length === 0) {
      looks -= 1;
      if (looks === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
      continue;
    }
    for (const { pid, start } of killed)
      await ended(pid, start, Math.max(0, Math.min(1000, until - performance.now())));
    if (paused && cgroup) await freeze(cgroup);
    const left = killed.filter(({ pid, start }) => isAlive(pid, start)).length;
    if (performance.now() > until)
      throw new SandboxError(
        'EXEC_CANNOT_END',
        `Processes of this exec were killed and ${left === 0 ? 'new ones come up' : `${left} do not end`}. Remove the sandbox: \`ampoule sandbox rm\`.`,
      );
  }
}
