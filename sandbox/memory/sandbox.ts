/** What is known of one sandbox that gets its values by memory: its init, its commands, who holds what. Plans and feeds nothing. */

import type { OutputPart } from '../engine/demux.js';
import type { ContainerRequest, ImageSeen } from '../engine/engine.js';
import type { InitDirectories } from '../link/directory.js';
import { InitDoor } from '../link/door.js';
import type { InitFrame, InitState } from '../link/frames.js';
import type { Refused } from '../link/place.js';
import type { ResumeKeys } from '../link/resume-keys.js';
import type { Timers } from '../timers.js';
import type { Applied, EndedExec, Failpoint, Held, KnownExec, Ledger, Log } from '../types.js';
import { type EndFrame, exitOf, toldOf } from './exit.js';
import type { KeptOutput } from './kept-output.js';

/** Bits of a command in STATE and EXEC. */
export const COMMAND = { tty: 1, stdin: 2, detached: 4 };

export interface SandboxParts {
  sandbox: string;
  directories: InitDirectories;
  keys: ResumeKeys;
  peer: () => string | null;
  timers: Timers;
  ledger: Ledger;
  log: Log;
  counted: (what: Refused) => void;
  changed: () => void;
  kept: KeptOutput;
  failpoint: Failpoint;
}

/** One that hears how its command goes. */
export interface CommandEars {
  started(): void;
  ended(frame: EndFrame): void;
  gone(): void;
  /** Its container is over; the reason is a code. */
  over(reason: 'SANDBOX_REPLACED' | 'SANDBOX_EXITED'): void;
}

export class MemorySandbox {
  readonly door: InitDoor;
  readonly #parts: SandboxParts;
  /** Commands whose own process runs. */
  readonly commands = new Map<string, KnownExec>();
  readonly #ears = new Map<string, Set<CommandEars>>();
  readonly #holders = new Map<string, Held[]>();
  /** Number of the main process's last start in this container. */
  #main: number | null = null;
  readonly #mainWaits = new Set<() => void>();
  /** The ledger's row of the container with the init. */
  #row: number | null = null;
  /** Of the last pass that looked at Docker, with the spec that it was about; null: look again. */
  looked: { seen: Applied['seen']; spec: string } | null = null;
  /** Its container was ended by us to take something away, and is to run again. */
  endedByUs = false;
  /** Process of a one-shot container that was given its values. */
  servedPid: number | null = null;
  /** A start of ours brought its container up: every holder of it is known. */
  startedHere = false;
  /** The container that was made last, as it was asked for. */
  made: { id: string; request: ContainerRequest; image: ImageSeen } | null = null;
  /** The container that was seen to be as it was asked for. */
  verified: string | null = null;
  /** The vault was open at some time since this process began: leases are kept from then on. */
  keepsLease = false;

  constructor(parts: SandboxParts) {
    this.#parts = parts;
    const { sandbox, log, counted, changed } = parts;
    this.door = new InitDoor({
      ...parts,
      knock: changed,
      events: {
        state: (state) => this.#state(state),
        started: (frame) => this.#started(frame),
        ended: (frame) => this.#ended(frame),
        gone: (id) => this.#gone(id),
        last: ({ id, output }) => this.#parts.kept.last(sandbox, id, output),
        malformed: () => counted('malformed'),
        goodbye: (_code, reason) => log('warn', `an init said goodbye: ${printable(reason)}`, { sandbox }),
        closed: () => changed(),
      },
    });
  }

  get row(): number | null {
    return this.#row;
  }

  /** The row that events of its init belong to. */
  belongs(row: number): void {
    this.#row = row;
  }

  /** Until the answer is called. */
  hear(id: string, ears: CommandEars): () => void {
    const all = this.#ears.get(id) ?? new Set();
    this.#ears.set(id, all);
    all.add(ears);
    return () => {
      all.delete(ears);
      if (all.size === 0 && this.#ears.get(id) === all) this.#ears.delete(id);
    };
  }

  get main(): number | null {
    return this.#main;
  }

  /** The last start of main, once it is a later one than this; null when the container is over, or `signal` is given. */
  async mainAfter(start: number, signal: AbortSignal): Promise<number | null> {
    while (this.#main !== null && this.#main <= start && !signal.aborted)
      await new Promise<void>((resolve) => {
        const go = () => {
          this.#mainWaits.delete(go);
          signal.removeEventListener('abort', go);
          resolve();
        };
        this.#mainWaits.add(go);
        signal.addEventListener('abort', go, { once: true });
      });
    return signal.aborted ? null : this.#main;
  }

  #mainIs(id: string | null): void {
    this.#main = id === null ? null : Number(id.slice('main-'.length));
    for (const go of [...this.#mainWaits]) go();
  }

  /** Its container is over, or about to be: commands end, and nobody holds anything. */
  over(reason: 'SANDBOX_REPLACED' | 'SANDBOX_EXITED'): void {
    for (const ears of this.#all()) ears.over(reason);
    this.#ears.clear();
    for (const { execId } of [...this.commands.values()]) this.#over(execId, { code: null, signal: 'SIGKILL', reason });
    for (const id of [...this.#holders.keys()]) this.#let(id);
    this.servedPid = null;
    this.#mainIs(null);
  }

  /** Its container is another one, without what was in the last. */
  forgetOutput(): void {
    this.#parts.kept.forget(this.#parts.sandbox);
  }

  /** Whether a process that is known, or one that is not, may hold this. */
  mayHold(held: Held, knowsAll: boolean): boolean {
    if (!knowsAll) return true;
    return [...this.#holders.values()].some((list) =>
      list.some((one) => one.env === held.env && one.secret === held.secret && one.version === held.version),
    );
  }

  #state(state: InitState): void {
    const now = this.#parts.timers.now();
    const alive = new Set(state.commands.map((one) => one.id));
    const main = state.commands.find((one) => one.id.startsWith('main-'));
    if (main) this.#mainIs(main.id);
    for (const id of [...this.commands.keys(), ...this.#holders.keys(), ...this.#ears.keys()])
      if (!alive.has(id) && !(id.startsWith('main-') && state.mainRuns)) this.#gone(id);
    for (const { id, pid, flags, age } of state.commands)
      if (id.startsWith('exe_') && !this.commands.has(id))
        this.commands.set(id, {
          execId: id,
          pid,
          detached: (flags & COMMAND.detached) !== 0,
          tty: (flags & COMMAND.tty) !== 0,
          startedAt: now - age,
        });
    this.#parts.changed();
  }

  #started({ id, kind, pid, program, held }: Extract<InitFrame, { type: 'started' }>): void {
    const known = this.commands.get(id);
    if (known) known.pid = pid;
    if (kind === 'main') this.#mainIs(id);
    for (const ears of this.#all(id)) ears.started();
    if (held.length === 0 || this.#row === null) return;
    const before = this.#holders.get(id) ?? [];
    this.#holders.set(id, [...before, ...held]);
    const since = this.#parts.timers.now();
    this.#parts.ledger.holderBegan({ row: this.#row, id, kind, pid, program: printable(program), holds: held, since });
  }

  #ended(frame: Extract<InitFrame, { type: 'ended' }>): void {
    this.#over(frame.id, exitOf(frame), toldOf(frame));
    if (frame.id.startsWith('main-')) this.#parts.kept.mainEnded(this.#parts.sandbox, toldOf(frame));
    for (const ears of this.#all(frame.id)) ears.ended(frame);
  }

  #gone(id: string): void {
    this.#over(id, { code: null });
    for (const ears of this.#all(id.startsWith('main-') ? 'main' : id)) ears.gone();
    this.#ears.delete(id);
    this.#let(id);
  }

  /** Its own process is over. How a detached one ended is kept: nobody may have listened. */
  #over(id: string, exit: EndedExec['exit'], told: OutputPart[] = []): void {
    const known = this.commands.get(id);
    this.commands.delete(id);
    if (!known?.detached) return;
    const { execId, detached, tty, startedAt } = known;
    const endedAt = this.#parts.timers.now();
    this.#parts.kept.ended(this.#parts.sandbox, { execId, detached, tty, startedAt, endedAt, exit }, told);
  }

  #all(id?: string): CommandEars[] {
    const sets = id === undefined ? [...this.#ears.values()] : [this.#ears.get(id) ?? new Set<CommandEars>()];
    return sets.flatMap((set) => [...set]);
  }

  #let(id: string): void {
    if (this.#holders.delete(id) && this.#row !== null) this.#parts.ledger.holderEnded(this.#row, id);
  }
}

/** What a container says may hold anything. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
