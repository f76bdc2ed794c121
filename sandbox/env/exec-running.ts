/** One running exec over Docker's API: its output at the reader's pace, how it ends, and ending it; starts nothing. */

import type { Duplex } from 'node:stream';
import { demux, type OutputPart } from '../engine/demux.js';
import { SandboxError } from '../errors.js';
import type { ExecExit, RunningExec } from '../types.js';
import { endExec } from './exec-end.js';
import type { ExecEngine } from './exec-start.js';
import { type ExecTrace, gather } from './exec-trace.js';

/** What one running exec works with. */
export interface ExecParts {
  engine: ExecEngine;
  /** Docker's id for it. */
  exec: string;
  connection: Duplex;
  trace: ExecTrace;
  /** We are root where its processes are. */
  maySignal: boolean;
  /** No other exec of ours runs in the container. */
  alone(): boolean;
  /** Runs these one after the other for each container. */
  exclusively(work: () => Promise<void>): Promise<void>;
  /** Called once, when it is over. */
  over(): void;
  timeout: number | null;
  /** Milliseconds, as performance.now(). */
  startedAt: number;
}

/** After so many milliseconds without an answer an engine counts as lost. */
const LOST = 2_000;
/** How often a silent stream is looked at after its exec was ended. */
const SILENCE = 2_000;

export class DockerExec implements RunningExec {
  readonly execId: string;
  readonly output: AsyncIterable<OutputPart>;
  readonly exit: Promise<ExecExit>;
  readonly #parts: ExecParts;
  readonly #gathered: Promise<void>;
  readonly #timer: NodeJS.Timeout | null;
  #settle: (exit: ExecExit) => void = () => {};
  #settled = false;
  #ending: Promise<void> | null = null;
  #replaced = false;

  constructor(parts: ExecParts) {
    this.#parts = parts;
    this.execId = parts.trace.execId;
    this.exit = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.output = this.#read();
    this.#gathered = parts.maySignal ? gather(parts.trace, parts.alone) : Promise.resolve();
    const left = parts.timeout === null ? null : Math.max(0, parts.timeout - (performance.now() - parts.startedAt));
    this.#timer = left === null ? null : setTimeout(() => void this.end('TIMEOUT').catch(() => {}), left);
  }

  /** Its container is about to be taken away for a new one; the exit will say so. */
  replaced(): void {
    this.#replaced = true;
  }

  end(reason: string): Promise<void> {
    if (this.#settled && this.#ending === null) return Promise.resolve();
    this.#ending ??= this.#end(reason);
    return this.#ending;
  }

  async #end(reason: string): Promise<void> {
    const { maySignal, exclusively, trace, alone, connection } = this.#parts;
    try {
      if (!maySignal)
        throw new SandboxError(
          'EXEC_CANNOT_END',
          "This daemon may not signal processes of the engine, so the command runs on. Run the daemon as root on the engine's host (in a container: `--pid host`), or remove the sandbox: `ampoule sandbox rm`.",
        );
      await this.#gathered;
      await exclusively(() => endExec(trace, alone));
      this.#finish({ code: null, signal: 'SIGKILL', reason });
    } catch (error) {
      this.#finish({ code: null, reason });
      throw error;
    } finally {
      if (reason === 'CLIENT_GONE') connection.destroy();
      else closeWhenSilent(connection);
    }
  }

  async *#read(): AsyncGenerator<OutputPart, void, void> {
    let drained = false;
    try {
      yield* demux(this.#parts.connection);
      drained = true;
    } catch (error) {
      drained = true;
      if (error instanceof SandboxError) throw error;
    } finally {
      if (drained) void this.#outcome();
      else await this.end('CLIENT_GONE').catch(() => {});
    }
  }

  /** After the end of the output: how did it end? A command that closed its output may still run for long. */
  async #outcome(): Promise<void> {
    const { engine, exec } = this.#parts;
    let lostAt: number | null = null;
    for (let pause = 2; !this.#settled && this.#ending === null; pause = Math.min(250, pause * 1.5)) {
      try {
        const seen = await engine.execInspect(exec);
        if (this.#ending !== null) return;
        if (seen === null) return await this.#containerGone();
        if (!seen.running && seen.exitCode !== null) {
          // Docker knows no signals of execs; 137 may be the container's end, or the program's own word.
          if (seen.exitCode === 137 && (this.#replaced || !(await this.#containerRuns())))
            return await this.#containerGone();
          return this.#finish({ code: seen.exitCode });
        }
        lostAt = null;
      } catch (error) {
        if (!(error instanceof SandboxError && error.retry)) return await this.#containerGone();
        lostAt ??= performance.now();
        if (performance.now() - lostAt > LOST) return await this.end('ENGINE_UNREACHABLE').catch(() => {});
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async #containerRuns(): Promise<boolean> {
    const { engine, trace } = this.#parts;
    for (let looks = 0; looks < 3; looks += 1) {
      const seen = await engine.inspect(trace.container.dockerId);
      if (seen === null || !seen.state.running || seen.state.pid !== trace.container.pid) return false;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return true;
  }

  async #containerGone(): Promise<void> {
    this.#finish({ code: null, signal: 'SIGKILL', reason: this.#replaced ? 'SANDBOX_REPLACED' : 'SANDBOX_EXITED' });
  }

  #finish(exit: Omit<ExecExit, 'tookMs'>): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#settle({ ...exit, tookMs: Math.round(performance.now() - this.#parts.startedAt) });
    void this.#gathered.finally(() => this.#parts.over());
  }
}

/** The engine closes the connection of an ended exec; where it does not, we do, once nothing arrives any more. */
function closeWhenSilent(connection: Duplex): void {
  if (connection.destroyed || connection.readableEnded) return;
  const timer = setTimeout(() => {
    if (connection.readableLength === 0) connection.destroy();
    else closeWhenSilent(connection);
  }, SILENCE);
  timer.unref();
}
