/** Those who wait until a sandbox has reached a generation, and what they are told; knows no pass and no Docker. */

import { older } from '../container/holding.js';
import type { SandboxError } from '../errors.js';
import type { Timers } from '../timers.js';
import type { Outcome, Point } from '../types.js';

interface Waiter {
  target: Point;
  since: number;
  orEmpty: boolean;
  cancel: () => void;
  tell: (outcome: Outcome) => void;
}

export class Waiters {
  readonly #timers: Timers;
  readonly #waiting = new Set<Waiter>();
  #applied: Point | null = null;
  #failed: (Point & { error: SandboxError }) | null = null;
  #gone = false;
  #closed = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /**
   * Resolves at once where it is reached already, after `waitMs` with `pending` at the latest.
   * @param orEmpty it is enough that there is no container.
   */
  wait(target: Point, waitMs: number, orEmpty = false): Promise<Outcome> {
    const since = this.#timers.now();
    if (this.#hasReached(target)) return Promise.resolve(this.#outcome(target, since, 'applied'));
    if (waitMs <= 0 || this.#closed) return Promise.resolve(this.#outcome(target, since, 'pending'));
    return new Promise((tell) => {
      const waiter: Waiter = { target, since, tell, orEmpty, cancel: () => {} };
      waiter.cancel = this.#timers.after(waitMs, () => this.#answer(waiter, 'pending'));
      this.#waiting.add(waiter);
    });
  }

  nobody(): boolean {
    return this.#waiting.size === 0;
  }

  /** A pass for this point succeeded. What it did is told to those who wait for it; to later ones it is no news. */
  applied(point: Point, notices: string[]): void {
    if (this.#applied && older(point, this.#applied)) return;
    this.#applied = { epoch: point.epoch, generation: point.generation };
    this.#failed = null;
    this.#gone = false;
    for (const waiter of [...this.#waiting])
      if (this.#hasReached(waiter.target)) this.#answer(waiter, 'applied', notices);
  }

  /** A pass for this point failed; who waits for it hears at once what trying again will not mend. */
  failed(point: Point, error: SandboxError): void {
    this.#failed = { epoch: point.epoch, generation: point.generation, error };
    if (error.retry && error.code !== 'WISH_SEALED') return;
    for (const waiter of [...this.#waiting])
      if (!older(point, waiter.target)) this.#answer(waiter, error.retry ? 'pending' : 'failed');
  }

  /** There is no container, and the next one is made for this point. */
  empty(point: Point): void {
    for (const waiter of [...this.#waiting])
      if (waiter.orEmpty && !older(point, waiter.target))
        this.#answer(waiter, 'applied', [], { ...waiter.target, empty: true });
  }

  /** There is nothing of the sandbox any more. */
  gone(): void {
    this.#gone = true;
    for (const waiter of [...this.#waiting]) this.#answer(waiter, 'applied');
  }

  /** Nobody will bring anything further. */
  close(): void {
    this.#closed = true;
    for (const waiter of [...this.#waiting]) this.#answer(waiter, 'pending');
  }

  #hasReached(target: Point): boolean {
    return this.#gone || (this.#applied !== null && !older(this.#applied, target));
  }

  #answer(waiter: Waiter, state: Outcome['state'], notices: string[] = [], more: Partial<Outcome> = {}): void {
    waiter.cancel();
    this.#waiting.delete(waiter);
    waiter.tell({ ...this.#outcome(waiter.target, waiter.since, state, notices), ...more });
  }

  #outcome(target: Point, since: number, state: Outcome['state'], notices: string[] = []): Outcome {
    const error = this.#failed?.error;
    const trouble = error
      ? { code: error.code, reason: error.message }
      : { reason: 'It is still under way. Look again with `ampoule sandbox ls`.' };
    return {
      state,
      ...(state === 'applied' ? {} : trouble),
      epoch: this.#applied?.epoch ?? target.epoch,
      generation: this.#applied?.generation ?? 0,
      tookMs: Math.max(0, Math.round(this.#timers.now() - since)),
      notices,
    };
  }
}
