/** Commands that run, and detached ones that ended lately: those that this process started, and those that a sandbox's delivery knows of. Holds no output. */

import type { Delivery, EndedExec, KnownExec, RunningExec } from '../../sandbox/index.js';
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

/** `command`: only of those that this process started. `over`: how one that does not run any more ended. */
export interface ListedExec extends Omit<KnownExec, 'pid'> {
  command?: string;
  over?: Pick<EndedExec, 'endedAt' | 'exit'>;
}

/** Commands whose words are known after their end. */
const WORDS = 1_000;

export interface Execs {
  add(exec: LiveExec): void;
  remove(execId: string): void;
  /** What runs in a sandbox, oldest first. */
  list(sandbox: SandboxId): ListedExec[];
  /** Detached ones that ended lately, oldest first. */
  ended(sandbox: SandboxId): ListedExec[];
  /** Throws EXEC_NOT_FOUND for one that ended long ago or had a listener, never was, or is of another sandbox. */
  get(sandbox: SandboxId, execId: string): ListedExec;
  /** Ends it and all that came of it; nothing happens where it ended. Throws EXEC_NOT_FOUND. */
  end(sandbox: SandboxId, execId: string, reason: string): Promise<ListedExec>;
}

/** @param delivery the one that a sandbox was resolved to. */
export function createExecs(delivery: (sandbox: SandboxId) => Delivery): Execs {
  const live = new Map<string, LiveExec>();
  const words = new Map<string, string>();

  const list = (sandbox: SandboxId): ListedExec[] => {
    const found = new Map<string, ListedExec>();
    for (const { sandbox: of, startedAt, detached, tty, command, running } of live.values()) {
      const { execId } = running;
      if (of === sandbox) found.set(execId, { execId, detached, tty, startedAt, command });
    }
    for (const { pid: _pid, ...known } of delivery(sandbox).execs?.(sandbox) ?? [])
      found.set(known.execId, { ...found.get(known.execId), ...known });
    return [...found.values()].sort((a, b) => a.startedAt - b.startedAt);
  };

  const ended = (sandbox: SandboxId): ListedExec[] =>
    (delivery(sandbox).ended?.(sandbox) ?? []).map(({ endedAt, exit, ...one }) => {
      const command = words.get(one.execId);
      return { ...one, ...(command === undefined ? {} : { command }), over: { endedAt, exit } };
    });

  const get = (sandbox: SandboxId, execId: string): ListedExec => {
    const found = [...list(sandbox), ...ended(sandbox)].find((exec) => exec.execId === execId);
    if (found !== undefined) return found;
    throw new DaemonError(
      'EXEC_NOT_FOUND',
      'No command with this id runs in this sandbox, and no detached one ended lately. See `ampoule execs ls`.',
    );
  };

  return {
    add: (exec) => void live.set(exec.running.execId, exec),
    remove(execId) {
      const exec = live.get(execId);
      live.delete(execId);
      if (exec?.detached !== true) return;
      words.set(execId, exec.command);
      for (const oldest of [...words.keys()].slice(0, Math.max(0, words.size - WORDS))) words.delete(oldest);
    },
    list,
    ended,
    get,
    async end(sandbox, execId, reason) {
      const known = get(sandbox, execId);
      const own = live.get(execId);
      if (known.over !== undefined) return known;
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
