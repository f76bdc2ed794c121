/** Signals that would end this process while it has something to clean up: they are heard, and it ends when that is done. Ends nothing itself. */

import { constants } from 'node:os';
import type { Surroundings } from './surroundings.js';

/** How long a call may still take once somebody wants us to end. */
const PATIENCE = 1000;

export interface HeldSignals {
  /** Exit code for the first one that came; null: none did. */
  exit(): number | null;
  /** Does `work` with a signal that is given a second after somebody wanted us to end during it. */
  patiently<R>(work: (signal: AbortSignal) => Promise<R>): Promise<R>;
  /** They do again what they do. */
  release(): void;
}

export function holdSignals({ onSignal }: Surroundings): HeldSignals {
  let first: NodeJS.Signals | null = null;
  let hurry = (): void => {};
  const release = onSignal?.((signal) => {
    first ??= signal;
    hurry();
  });
  return {
    exit: () => (first === null ? null : 128 + constants.signals[first]),
    async patiently(work) {
      const controller = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      hurry = () => {
        timer ??= setTimeout(() => controller.abort(), PATIENCE);
      };
      try {
        return await work(controller.signal);
      } finally {
        clearTimeout(timer);
        hurry = () => {};
      }
    },
    release: () => release?.(),
  };
}
