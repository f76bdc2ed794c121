/** Keeps one sandbox at its wish: one pass in flight, one pending, the newest wish wins. Knows no Docker. */

import { older, overtakes, revoked } from '../container/holding.js';
import { containerName } from '../container/labels.js';
import { type SandboxCode, SandboxError, unexpected } from '../errors.js';
import type { Timers } from '../timers.js';
import type {
  Applied,
  Delivery,
  Ledger,
  Log,
  Outcome,
  Point,
  SandboxState,
  SandboxView,
  SettleOptions,
  Wish,
  Wishes,
} from '../types.js';
import { Failures } from './failures.js';
import type { Expected } from './hints.js';
import type { Lanes } from './lanes.js';
import { PassFailed } from './pass.js';
import { afterFailure, Shown, UNSEEN } from './view.js';
import { Waiters } from './waiters.js';

/** Milliseconds that a pass in flight may keep a revocation waiting before it is given up. */
const PATIENCE = 500;

export interface WorkerParts {
  sandbox: string;
  wishes: Wishes;
  ledger: Ledger;
  delivery: (sandbox: string) => Delivery;
  /** Removes containers of ours of a sandbox that is not known. */
  removeOrphans: (sandbox: string) => Promise<void>;
  lanes: Lanes;
  timers: Timers;
  log: Log;
  changed: (sandbox: string) => void;
  /** A start fails for a reason that stays. Said once, until the reason or the wish is another. */
  startFailed: (sandbox: string, code: SandboxCode) => void;
}

export class Worker {
  readonly #parts: WorkerParts;
  readonly #waiters: Waiters;
  readonly #shown: Shown;
  /** Of the pass in flight; null until it has read one. */
  #wish: Wish | null = null;
  /** Of the last pass. */
  #last: Wish | null = null;
  #flight: { control: AbortController; done: Promise<void>; looks: boolean } | null = null;
  /** Docker is to be looked at, whatever the wish says. */
  #lookNext = true;
  #pending = false;
  readonly #failures = new Failures();
  #looked = false;
  #stopped = false;
  #timed = false;
  #cancelAgain: () => void = () => {};
  #cancelPatience: (() => void) | null = null;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#waiters = new Waiters(parts.timers);
    this.#shown = new Shown(() => parts.changed(parts.sandbox));
  }

  /** Somebody says that something may be different; a failure that waits for its time is not hurried. */
  hint(): void {
    if (this.#flight === null && !(this.#failures.error !== null && this.#timed)) this.look();
    else if (this.#flight?.looks === false) this.#lookNext = this.#pending = true;
  }

  /** There is something to do, and what is known of Docker may be wrong. */
  look(): void {
    this.#lookNext = true;
    this.wake();
  }

  /** There is something to do, and it is the wish that changed. */
  wake(): void {
    if (this.#stopped) return;
    this.#cancelAgain();
    this.#timed = false;
    if (this.#flight === null) {
      this.#begin();
      return;
    }
    this.#pending = true;
    // Those who come later do not make the first one wait longer.
    this.#cancelPatience ??= this.#parts.timers.after(this.#shown.now.state === 'pulling' ? 0 : PATIENCE, () => {
      this.#cancelPatience = null;
      this.#interrupt();
    });
  }

  settle(target: Point, waitMs: number, { orEmpty = false }: SettleOptions = {}): Promise<Outcome> {
    const outcome = this.#waiters.wait(target, waitMs, orEmpty);
    const inTime = this.#flight !== null && (this.#wish === null || !older(this.#wish, target));
    if (!this.#waiters.nobody() && !inTime) this.wake();
    if (inTime) this.#tellEmpty();
    return outcome;
  }

  view(): SandboxView {
    return { ...this.#shown.now };
  }

  /** What a list should show of it; null while that is not known. */
  expected(): Expected | null {
    if (!this.settled()) return null;
    const { containerId, state } = this.#shown.now;
    return { containerId, running: state === 'running', name: this.#last ? containerName(this.#last.spec) : '' };
  }

  /** Nothing is known to be left to do. */
  settled(): boolean {
    return this.#looked && this.#flight === null && !this.#pending && this.#failures.error === null;
  }

  /** Resolves when no pass is in flight and none pending. */
  async idle(): Promise<void> {
    while (this.#flight !== null) await this.#flight.done;
  }

  /** Gives waiting callers their answer, and waits for the pass in flight; after `withinMs` gives it up. */
  async stop(withinMs: number): Promise<void> {
    this.#stopped = true;
    this.#pending = false;
    this.#cancelAgain();
    this.#cancelPatience?.();
    const flight = this.#flight;
    if (flight) {
      const cancel = this.#parts.timers.after(withinMs, () => flight.control.abort());
      await flight.done;
      cancel();
    }
    this.#waiters.close();
  }

  #begin(): void {
    const control = new AbortController();
    this.#pending = false;
    const looks = this.#lookNext || this.#failures.error !== null;
    this.#lookNext = false;
    const done = this.#pass(control.signal, looks).then((againMs) => {
      this.#flight = null;
      this.#last = this.#wish;
      this.#wish = null;
      this.#cancelPatience?.();
      this.#cancelPatience = null;
      if (this.#stopped) return;
      if (this.#pending) this.#begin();
      else if (againMs !== null) {
        this.#timed = true;
        this.#cancelAgain = this.#parts.timers.after(againMs, () => this.look());
      }
    });
    this.#flight = { control, done, looks };
  }

  /** Milliseconds until the next look; null: a hint or the rhythm is enough. Never throws. */
  async #pass(signal: AbortSignal, look: boolean): Promise<number | null> {
    const { sandbox, lanes, ledger } = this.#parts;
    // A wake and the settle that follows it belong together.
    await Promise.resolve();
    try {
      const wish = this.#parts.wishes.of(sandbox);
      this.#wish = wish;
      if (wish === null) {
        await this.#parts.removeOrphans(sandbox);
        this.#gone();
        return null;
      }
      const delivery = this.#parts.delivery(sandbox);
      // Lanes are for Docker's sake.
      const light = !look && delivery.kind === 'memory';
      const urgent = light || wish.goal === 'removed' || ledger.rows(sandbox).some((row) => revoked(row, wish));
      return await lanes.run(urgent, async () => {
        // It may have waited for a lane.
        const newest = this.#parts.wishes.of(sandbox) ?? wish;
        this.#wish = newest;
        this.#tellEmpty();
        const progress = (state: SandboxState) => this.#shown.show({ ...this.#shown.now, state });
        const applied = await delivery.apply(newest, { signal, look, progress });
        this.#reached(newest, applied);
        return applied.againMs;
      });
    } catch (error) {
      this.#lookNext = true;
      if (signal.aborted && !this.#stopped) return 0;
      return this.#failed(this.#wish, error);
    }
  }

  #reached(wish: Wish, applied: Applied): void {
    this.#looked = true;
    this.#failures.clear();
    this.#shown.show({ ...applied.seen, epoch: wish.epoch, generation: wish.generation });
    this.#waiters.applied(wish, applied.notices);
  }

  #gone(): void {
    this.#looked = true;
    this.#failures.clear();
    const { epoch, generation } = this.#shown.now;
    this.#shown.show({ ...UNSEEN, state: 'removed', epoch, generation });
    this.#waiters.gone();
  }

  #failed(wish: Wish | null, thrown: unknown): number {
    const error = thrown instanceof SandboxError ? thrown : unexpected(thrown);
    const { sandbox, log, startFailed } = this.#parts;
    this.#looked = true;
    const seen = error instanceof PassFailed ? error.seen : null;
    const { again, stays, againMs } = this.#failures.add(error, wish, seen?.state === 'running');
    if (!again) log('warn', error.message, { sandbox, code: error.code });
    if (!again && stays && wish?.goal === 'running') startFailed(sandbox, error.code);
    this.#shown.show(afterFailure(this.#shown.now, error, seen));
    if (wish && error instanceof PassFailed && error.quiet)
      this.#waiters.applied(wish, error.code === 'WISH_SEALED' ? [error.message] : []);
    else if (wish) this.#waiters.failed(wish, error);
    return againMs;
  }

  /**
   * The next container is made for the wish in flight or a newer one; where there is none, nothing holds anything. That the ledger
   * knows none is not enough: one that was restored is older than the world.
   */
  #tellEmpty(): void {
    if (this.#wish?.goal !== 'running' || !this.#shown.now.vacant) return;
    if (this.#parts.ledger.rows(this.#parts.sandbox).length === 0) this.#waiters.empty(this.#wish);
  }

  /** Gives the pass in flight up when a newer wish takes something away that it does not. */
  #interrupt(): void {
    const { sandbox, wishes, ledger, log } = this.#parts;
    try {
      const now = wishes.of(sandbox);
      const then = this.#wish;
      if (now === null || then === null || this.#flight === null) return;
      const pulling = this.#shown.now.state === 'pulling';
      if (overtakes(now, then, { rows: ledger.rows(sandbox), pulling })) this.#flight.control.abort();
    } catch (error) {
      log('warn', unexpected(error).message, { sandbox });
    }
  }
}
