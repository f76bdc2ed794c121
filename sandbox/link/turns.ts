/** Those who wait for something that is looked at again whenever somebody says that it may be different. */

import type { Timers } from '../timers.js';

export class Turns {
  readonly #timers: Timers;
  readonly #waiting = new Set<() => void>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Whoever waits looks again. */
  tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }

  /** What `look` gives as soon as that is not null; null after `waitMs`, or when `signal` is given. */
  async until<T>(look: () => T | null, waitMs: number, signal: AbortSignal): Promise<T | null> {
    let over = false;
    const cancel = this.#timers.after(waitMs, () => {
      over = true;
      this.tell();
    });
    const abort = () => this.tell();
    signal.addEventListener('abort', abort, { once: true });
    try {
      for (;;) {
        const seen = look();
        if (seen !== null || over || signal.aborted) return seen;
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    } finally {
      cancel();
      signal.removeEventListener('abort', abort);
    }
  }
}
