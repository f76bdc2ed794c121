/** Bounds how many inits are told at once: those that are told need a share of the processor to answer in time. */

import type { Timers } from '../timers.js';

export class Pace {
  readonly #width: number;
  readonly #most: number;
  readonly #timers: Timers;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  /** `most`: milliseconds for which one that does not answer keeps its place. */
  constructor(width: number, most: number, timers: Timers) {
    this.#width = width;
    this.#most = most;
    this.#timers = timers;
  }

  /** Resolves in turn when there is a place, with what gives it back; time does so as well. */
  async place(): Promise<() => void> {
    if (this.#taken < this.#width) this.#taken += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let held = true;
    let cancel = (): void => {};
    const leave = (): void => {
      if (!held) return;
      held = false;
      cancel();
      const next = this.#waiting.shift();
      if (next) next();
      else this.#taken -= 1;
    };
    cancel = this.#timers.after(this.#most, leave);
    return leave;
  }
}
