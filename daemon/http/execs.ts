/** Commands that run right now, so that they can be looked at and ended. Forgotten when they end; holds no output. */

import type { RunningExec } from '../../sandbox/index.js';
import type { SandboxId } from '../../store/index.js';
import { DaemonError } from '../errors.js';

export interface LiveExec {
  sandbox: SandboxId;
  /** Milliseconds since the epoch. */
  startedAt: number;
  running: RunningExec;
}

export interface Execs {
  add(exec: LiveExec): void;
  /** Throws EXEC_NOT_FOUND for one that has ended, never was, or runs in another sandbox. */
  get(sandbox: SandboxId, execId: string): LiveExec;
  remove(execId: string): void;
}

export function createExecs(): Execs {
  const live = new Map<string, LiveExec>();
  return {
    add: (exec) => void live.set(exec.running.execId, exec),
    get(sandbox, execId) {
      const exec = live.get(execId);
      if (exec !== undefined && exec.sandbox === sandbox) return exec;
      throw new DaemonError(
        'EXEC_NOT_FOUND',
        'No command with this id runs in this sandbox; it may have ended. Run it again with POST /v1/sandboxes/NAME/exec.',
      );
    },
    remove: (execId) => void live.delete(execId),
  };
}
