/** Commands that run right now: those that this process started, and those that a sandbox's init still knows. Forgotten when they end; holds no output. */

import type { Delivery, KnownExec, RunningExec } from '../../sandbox/index.js';
import type { SandboxId } from '../../store/index.js';
import { DaemonError } from '../errors.js';

export interface LiveExec {
  sandbox: SandboxId;
  /** Milliseconds since the epoch. */
  startedAt: number;
  detached: boolean;
  tty: boolean;
  /** As people may see it. */
  command: string;
  running: RunningExec;
}

/** `command`: only of those that this process started. */
export interface ListedExec extends KnownExec {
  command?: string;
}

export interface Execs {
  add(exec: LiveExec): void;
  remove(execId: string): void;
  /** What runs in a sandbox, oldest first. */
  list(sandbox: SandboxId): ListedExec[];
  /** Throws EXEC_NOT_FOUND for one that has ended, never was, or runs in another sandbox. */
  get(sandbox: SandboxId, execId: string): ListedExec;
  /** Ends it and all that came of it. Throws EXEC_NOT_FOUND. */
  end(sandbox: SandboxId, execId: string, reason: string): Promise<ListedExec>;
}

/** @param delivery the one that a sandbox was resolved to. */
export function createExecs(delivery: (sandbox: SandboxId) => Delivery): Execs {
  const live = new Map<string, LiveExec>();

  const list = (sandbox: SandboxId): ListedExec[] => {
    const found = new Map<string, ListedExec>();
    for (const { sandbox: of, startedAt, detached, tty, command, running } of live.values()) {
      const { execId } = running;
      if (of === sandbox) found.set(execId, { execId, pid: 0, detached, tty, startedAt, command });
    }
    for (const known of delivery(sandbox).execs?.(sandbox) ?? [])
      found.set(known.execId, { ...found.get(known.execId), ...known });
    return [...found.values()].sort((a, b) => a.startedAt - b.startedAt);
  };

  const get = (sandbox: SandboxId, execId: string): ListedExec => {
    const found = list(sandbox).find((exec) => exec.execId === execId);
    if (found !== undefined) return found;
    throw new DaemonError(
      'EXEC_NOT_FOUND',
      'No command with this id runs in this sandbox; it may have ended. Run it again with POST /v1/sandboxes/NAME/exec.',
    );
  };

  return {
    add: (exec) => void live.set(exec.running.execId, exec),
    remove: (execId) => void live.delete(execId),
    list,
    get,
    async end(sandbox, execId, reason) {
      const known = get(sandbox, execId);
      const own = live.get(execId);
      if (own !== undefined) await own.running.end(reason);
      else await endOther(delivery(sandbox), sandbox, execId, reason);
      return known;
    },
  };
}

/** One that was started before this process was. */
async function endOther(delivery: Delivery, sandbox: SandboxId, execId: string, reason: string): Promise<void> {
  const leave = new AbortController();
  try {
    const attached = await delivery.attach?.(sandbox, execId, leave.signal);
    await attached?.end(reason);
  } finally {
    leave.abort();
  }
}
