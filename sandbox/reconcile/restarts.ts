/** Counts how often main processes ended soon after their start, for the back-off of 1 s to 60 s; keeps no timer. */

import type { Seen } from '../container/observe.js';
import type { SandboxSpec } from '../types.js';

const FIRST = 1_000;
const LONGEST = 60_000;
/** A main that ran this long starts the count anew. The hold loop ends only by other hands, so little is enough. */
const STEADY = { hold: 1_000, image: 10_000, own: 10_000 };

export class Restarts {
  readonly #ends = new Map<string, { finishedAt: number; streak: number }>();

  /** Milliseconds between the end of this container's main and its next start. */
  delay(sandbox: string, main: SandboxSpec['main'], seen: Pick<Seen, 'startedAt' | 'finishedAt'>): number {
    const { startedAt, finishedAt } = seen;
    if (startedAt === null || finishedAt === null) return 0;
    const known = this.#ends.get(sandbox);
    if (known?.finishedAt !== finishedAt) {
      const steady = finishedAt - startedAt >= STEADY[main];
      this.#ends.set(sandbox, { finishedAt, streak: steady ? 1 : (known?.streak ?? 0) + 1 });
    }
    const streak = this.#ends.get(sandbox)?.streak ?? 1;
    return Math.min(LONGEST, FIRST * 2 ** (streak - 1));
  }

  forget(sandbox: string): void {
    this.#ends.delete(sandbox);
  }
}
