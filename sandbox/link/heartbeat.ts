/** Keeps the leases of all inits with one timer; speaks to none that nothing was said about since this process began. */

import type { Timers } from '../timers.js';
import type { InitLink } from './link.js';

/** Links that were sent something within this part of their lease are left alone. */
const SHARE = 3;
/** Milliseconds between two rounds, at least and at most. */
const SHORTEST = 50;
const LONGEST = 10_000;

export class Heartbeat {
  readonly #timers: Timers;
  readonly #beats = new Map<InitLink, number>();
  #cancel: (() => void) | null = null;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** `lease` in milliseconds; one of 0 needs nothing. */
  keep(link: InitLink, lease: number): void {
    if (lease <= 0 || link.closed || this.#beats.get(link) === lease) return;
    this.#beats.set(link, lease);
    this.#schedule();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#beats.clear();
  }

  #schedule(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#beats.size === 0) return;
    const shortest = Math.min(...this.#beats.values());
    const pause = Math.min(LONGEST, Math.max(SHORTEST, shortest / SHARE / 2));
    this.#cancel = this.#timers.after(pause, () => this.#round());
  }

  #round(): void {
    const now = performance.now();
    for (const [link, lease] of this.#beats) {
      if (link.closed) this.#beats.delete(link);
      else if (now - link.sentAt >= lease / SHARE / 2) link.ping();
    }
    this.#schedule();
  }
}
