/** One command of a sandbox, by its init: its output at the reader's pace, its input, how it ends. Starts nothing by itself. */

import type { Socket } from 'node:net';
import type { OutputPart } from '../engine/demux.js';
import { SandboxError } from '../errors.js';
import { streamFrame, to } from '../link/frames.js';
import { FrameSplitter } from '../link/split.js';
import type { Timers } from '../timers.js';
import type { ExecExit, RunningExec } from '../types.js';
import { type EndFrame, exitOf, toldOf } from './exit.js';
import type { CommandEars } from './sandbox.js';

/** Bytes of input in one frame. */
const PIECE = 64 * 1024;
/** Milliseconds for the init to say how a command ended whose connection broke. */
const WORD = 2_000;
/** Milliseconds for everything of a command to be gone. */
const DEATH = 5_000;

export interface MemoryExecParts {
  execId: string;
  timers: Timers;
  /** Asks the init to end it and all that came of it; false where the init is away. */
  ask(reason: string): boolean;
  /** Milliseconds, as performance.now(). */
  startedAt: number;
  /** Leaving it leaves it running. */
  stays: boolean;
}

export class MemoryExec implements RunningExec, CommandEars {
  readonly execId: string;
  readonly output: AsyncIterable<OutputPart>;
  readonly exit: Promise<ExecExit>;
  /** Called once its process is there. */
  began: () => void = () => {};
  readonly #parts: MemoryExecParts;
  #socket: Socket | null = null;
  #settle: (exit: ExecExit) => void = () => {};
  #settled = false;
  #gone: () => void = () => {};
  readonly #isGone: Promise<void>;
  #over = false;
  #reason: string | null = null;
  #word: Omit<ExecExit, 'tookMs'> | null = null;
  #tell: () => void = () => {};
  #cancel: () => void = () => {};

  constructor(parts: MemoryExecParts) {
    this.#parts = parts;
    this.execId = parts.execId;
    this.exit = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#isGone = new Promise((resolve) => {
      this.#gone = resolve;
    });
    this.output = this.#read();
  }

  /** Its own connection, paused. */
  connected(socket: Socket): void {
    this.#socket = socket;
  }

  /** Ends it after `ms`. */
  limit(ms: number): void {
    this.#cancel = this.#parts.timers.after(ms, () => void this.end('TIMEOUT').catch(() => {}));
  }

  started(): void {
    this.began();
  }

  ended(frame: EndFrame): void {
    this.#word = exitOf({ ...frame, reason: this.#reason ?? frame.reason });
    // What is in its connection comes first.
    if (this.#socket === null || this.#socket.destroyed) this.#finish(this.#word);
    this.#tell();
  }

  gone(): void {
    this.#over = true;
    this.#gone();
    this.#word ??= { code: null, ...(this.#reason ? { reason: this.#reason } : {}) };
    if (this.#socket === null || this.#socket.destroyed) this.#finish(this.#word);
    this.#tell();
  }

  over(reason: 'SANDBOX_REPLACED' | 'SANDBOX_EXITED'): void {
    this.#over = true;
    this.#gone();
    this.#word ??= { code: null, signal: 'SIGKILL', reason: this.#reason ?? reason };
    if (this.#socket === null || this.#socket.destroyed) this.#finish(this.#word);
    this.#tell();
  }

  async end(reason: string): Promise<void> {
    if (this.#over) return;
    if (!this.#settled) this.#reason ??= reason;
    if (!this.#parts.ask(reason)) this.#socket?.destroy();
    let cancel: () => void = () => {};
    const late = new Promise<'late'>((resolve) => {
      cancel = this.#parts.timers.after(DEATH, () => resolve('late'));
    });
    const first = await Promise.race([this.#isGone, late]);
    cancel();
    this.#finish(this.#word ?? { code: null, signal: 'SIGKILL', reason });
    if (first === 'late')
      throw new SandboxError(
        'EXEC_CANNOT_END',
        "The sandbox's init did not say that the command is over. Look again with `ampoule sandbox ls`, or remove the sandbox with `ampoule sandbox rm`.",
        { retry: true },
      );
  }

  async write(data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; at += PIECE) await this.#send(to.input(data.subarray(at, at + PIECE)));
  }

  closeInput(): void {
    void this.#send(to.input(new Uint8Array(0)));
  }

  resize(columns: number, rows: number): void {
    void this.#send(to.resize(columns, rows));
  }

  /** Resolves when there is room for more, or nobody reads any more. */
  async #send(frame: Buffer): Promise<void> {
    const socket = this.#socket;
    if (socket === null || socket.destroyed) {
      frame.fill(0);
      return;
    }
    if (socket.write(frame, () => frame.fill(0))) return;
    await new Promise<void>((resolve) => {
      const on = () => {
        socket.removeListener('drain', on);
        socket.removeListener('close', on);
        resolve();
      };
      socket.once('drain', on);
      socket.once('close', on);
    });
  }

  async *#read(): AsyncGenerator<OutputPart, void, void> {
    const socket = this.#socket;
    if (socket === null) return;
    const splitter = new FrameSplitter();
    let complete = false;
    let left = true;
    try {
      for await (const chunk of socket)
        for (const raw of splitter.push(chunk)) {
          const frame = streamFrame(raw);
          if (frame.type === 'output') {
            const { type: _, ...part } = frame;
            yield part;
            continue;
          }
          complete = true;
          yield* toldOf(frame);
          // Who was killed does not say why; the init does, on its own connection.
          if (frame.code < 0 && frame.reason === '' && this.#reason === null) await this.#inits();
          const exit = exitOf(frame);
          const reason = this.#reason ?? exit.reason ?? this.#word?.reason;
          this.#finish(reason === undefined ? exit : { ...exit, reason });
          return;
        }
      left = false;
    } catch {
      // It broke, or was spoilt: the init says how the command ended.
      left = false;
    } finally {
      socket.destroy();
      if (left && !complete && !this.#parts.stays) this.#reason ??= 'CLIENT_GONE';
      if (!complete && !this.#parts.stays) await this.#outcome();
    }
  }

  /** Without an EXIT: the init's word, or none within a while. */
  async #outcome(): Promise<void> {
    if (this.#settled) return;
    await this.#inits();
    this.#finish(this.#word ?? { code: null, reason: this.#reason ?? 'INIT_UNREACHABLE' });
  }

  /** Waits for the init's word, if it is not there. */
  async #inits(): Promise<void> {
    if (this.#word !== null || this.#settled) return;
    let cancel: () => void = () => {};
    await new Promise<void>((resolve) => {
      this.#tell = resolve;
      cancel = this.#parts.timers.after(WORD, resolve);
    });
    cancel();
  }

  #finish(exit: Omit<ExecExit, 'tookMs'>): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#cancel();
    this.#settle({ ...exit, tookMs: Math.round(performance.now() - this.#parts.startedAt) });
  }
}
