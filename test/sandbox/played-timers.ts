/** Time that a test moves by hand. */

import type { Timers } from '../../sandbox/timers.js';

export interface PlayedTimers extends Timers {
  /** Lets so many milliseconds pass: timers run in order, and what they began gets its turns. */
  pass(ms: number): Promise<void>;
  /** How many timers wait. */
  waiting(): number;
}

export function playTimers(): PlayedTimers {
  let now = 1_000_000;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    async pass(ms) {
      const end = now + ms;
      for (;;) {
        await turns();
        const [next] = timers.filter((one) => one.at <= end).sort((one, other) => one.at - other.at);
        if (!next) break;
        now = Math.max(now, next.at);
        timers = timers.filter((one) => one !== next);
        next.run();
      }
      now = end;
      await turns();
    },
    waiting: () => timers.length,
  };
}

/** Everything that can go on without time goes on. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
