/** Keeps the leases of all inits with one timer; speaks to none that nothing was said about since this process began. */

import type { Timers } from '../timers.js';
import type { InitLink } from './link.js';

/** A link is sent something at least once in this part of its lease: two may be late before the third is too late. */
const SHARE = 3;
/** Rounds in that time. More of them: a link is spoken to later, so less often, and fewer at once. */
const ROUNDS = 10;
/** Milliseconds between two rounds, at least and at most. */
const SHORTEST = 50;
const LONGEST = 10_000;

export class Heartbeat {
  readonly #timers: Timers;
  readonly #beats = new Map<InitLink, number>();
  #cancel: (() => void) | null = null;
  /** Milliseconds between the rounds as they are now. */
  #pause = Number.POSITIVE_INFINITY;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** `lease` in milliseconds; one of 0 needs nothing. */
  keep(link: InitLink, lease: number): void {
    if (lease <= 0 || link.closed || this.#beats.get(link) === lease) return;
    this.#beats.set(link, lease);
    // Begun anew for each link, a row of launches would put the round off for ever.
    if (this.#cancel === null || pauseOf(lease) < this.#pause) this.#schedule();
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
    let shortest = Number.POSITIVE_INFINITY;
    for (const lease of this.#beats.values()) shortest = Math.min(shortest, lease);
    const pause = pauseOf(shortest);
    this.#pause = pause;
    this.#cancel = this.#timers.after(pause, () => this.#round(pause));
  }

  /** Whoever would have to wait too long for the next round, after `pause`, is spoken to now. */
  #round(pause: number): void {
    const now = performance.now();
    for (const [link, lease] of this.#beats) {
      if (link.closed) this.#beats.delete(link);
      else if (now + pause - link.sentAt >= lease / SHARE) link.ping();
    }
    this.#schedule();
  }
}

function pauseOf(lease: number): number {
  return Math.min(LONGEST, Math.max(SHORTEST, lease / SHARE / ROUNDS));
}
