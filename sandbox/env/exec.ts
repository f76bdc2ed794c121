/** Runs commands in containers over Docker's exec API and keeps track of those that run; no delivery, no HTTP. */

import { commandOf } from '../container/command.js';
import { SandboxError } from '../errors.js';
import { type Cgroup, cgroupDirectory, frozen, thaw } from '../kernel/cgroup.js';
import { canSignalEngineProcesses } from '../kernel/process-kill.js';
import type { ExecExit, ExecRequest, RunningExec } from '../types.js';
import { endExec } from './exec-end.js';
import { removeEmptyGroups } from './exec-group.js';
import { DockerExec } from './exec-running.js';
import { createExec, type ExecEngine, openExec, outputWithoutProcess, whenStarted } from './exec-start.js';
import { beginTrace, type ExecContainer, type ExecTrace, noteLeader } from './exec-trace.js';

/** Commands in containers. */
export interface Execs {
  /**
   * Starts a command. `exit` resolves once the output was read to its end, or the exec was ended. A command that cannot
   * begin exits with 126 or 127 and says why on stderr. Throws EXEC_CANNOT_END for a timeout that could not be kept,
   * SANDBOX_NOT_RUNNING, or ENGINE_UNREACHABLE (then nothing of it is left, where we may signal).
   */
  start(request: ExecRequest, container: ExecContainer): Promise<RunningExec>;
  /** Call before a container is stopped for its successor: its execs will end with SANDBOX_REPLACED. */
  replaced(dockerId: string): void;
  /**
   * Lets a container go on that stands still although Docker does not call it paused: a daemon froze it to end an exec
   * and was killed before it could thaw it. true when it was so.
   */
  thawLeftover(container: ExecContainer): Promise<boolean>;
  /** How many run in a container. */
  running(dockerId: string): number;
}

/** `locate` finds a container's control group; given only to test other hierarchies. */
export function makeExecs(options: {
  engine: ExecEngine;
  locate?: (pid: number, containerId: string) => Cgroup | null;
}): Execs {
  const { engine, locate = cgroupDirectory } = options;
  const live = new Map<string, Map<string, { trace: ExecTrace; exec: DockerExec | null }>>();
  const queues = new Map<string, Promise<void>>();

  function liveIn(dockerId: string) {
    const known = live.get(dockerId) ?? new Map();
    live.set(dockerId, known);
    return known;
  }

  function exclusively(dockerId: string, work: () => Promise<void>): Promise<void> {
    const turn = (queues.get(dockerId) ?? Promise.resolve()).then(work);
    const quiet = turn.catch(() => {});
    queues.set(dockerId, quiet);
    void quiet.then(() => queues.get(dockerId) === quiet && queues.delete(dockerId));
    return turn;
  }

  function forget(trace: ExecTrace): void {
    const { dockerId } = trace.container;
    const others = liveIn(dockerId);
    others.delete(trace.execId);
    const inUse = new Set<string>();
    for (const other of others.values()) if (other.trace.group) inUse.add(other.trace.group.directory);
    if (trace.cgroup) removeEmptyGroups(trace.cgroup, inUse);
    if (others.size === 0) live.delete(dockerId);
  }

  async function thawLeftover({ pid, dockerId }: ExecContainer): Promise<boolean> {
    const cgroup = locate(pid, dockerId);
    if (cgroup === null || queues.has(dockerId) || !frozen(cgroup)) return false;
    const seen = await engine.inspect(dockerId);
    if (seen === null || seen.state.paused || seen.state.pid !== pid || queues.has(dockerId)) return false;
    thaw(cgroup);
    return true;
  }

  return {
    thawLeftover,
    async start(request, container) {
      const { dockerId } = container;
      const maySignal = canSignalEngineProcesses(container);
      if (request.timeout !== null && !maySignal) throw timeoutRefused();
      // A container that stands still for another exec's end takes no new one.
      await queues.get(dockerId);
      await thawLeftover(container);
      const startedAt = performance.now();
      const trace = beginTrace(request.execId, container, locate);
      const alone = () => (live.get(dockerId)?.size ?? 0) <= 1;
      liveIn(dockerId).set(request.execId, { trace, exec: null });
      try {
        const exec = await createExec(engine, dockerId, request);
        const connection = await openExec(engine, exec, request.stdin);
        const pid = await whenStarted(engine, exec);
        if (pid === null) {
          const { refusal, parts } = await outputWithoutProcess(connection, commandOf(request));
          const seen = refusal ? null : await engine.execInspect(exec);
          forget(trace);
          const tookMs = Math.round(performance.now() - startedAt);
          if (!refusal) return finished(request.execId, parts, { code: seen?.exitCode ?? null, tookMs });
          const line = { stream: 'stderr' as const, data: Buffer.from(refusal.message) };
          return finished(request.execId, [line], { code: refusal.code, tookMs });
        }
        if (maySignal) noteLeader(trace, pid);
        const running = new DockerExec({
          engine,
          exec,
          connection,
          trace,
          maySignal,
          alone,
          exclusively: (work) => exclusively(dockerId, work),
          over: () => forget(trace),
          timeout: request.timeout,
          startedAt,
        });
        live.get(dockerId)?.set(request.execId, { trace, exec: running });
        return running;
      } catch (error) {
        // The engine may have started it all the same.
        if (maySignal && error instanceof SandboxError && error.retry)
          await exclusively(dockerId, () => endExec(trace, alone)).catch(() => {});
        forget(trace);
        throw error;
      }
    },
    replaced(dockerId) {
      for (const { exec } of live.get(dockerId)?.values() ?? []) exec?.replaced();
    },
    running: (dockerId) => live.get(dockerId)?.size ?? 0,
  };
}

function finished(
  execId: string,
  parts: { stream: 'stdout' | 'stderr'; data: Uint8Array }[],
  exit: ExecExit,
): RunningExec {
  return {
    execId,
    output: (async function* () {
      yield* parts;
    })(),
    exit: Promise.resolve(exit),
    end: async () => {},
  };
}

function timeoutRefused(): SandboxError {
  return new SandboxError(
    'EXEC_CANNOT_END',
    "A timeout cannot be kept here: this daemon may not signal processes of the engine. Leave `timeout` out, or run the daemon as root on the engine's host (in a container: `--pid host`).",
  );
}
