/** Collects what is heard of holders and writes it to the vault a few times a second: commands are many, their history is not urgent. */

import { realTimers, type Timers } from '../sandbox/index.js';
import type { HolderEvent, Vault } from '../store/index.js';
import type { Logger } from './parts.js';

/** Milliseconds that an event waits at most. */
const EVERY = 250;
/** So many events are kept while the vault cannot be written; the oldest go first. */
const KEPT = 10_000;

export interface HolderLog {
  add(event: HolderEvent): void;
  /** Writes what was collected; what cannot be written is kept and tried again. */
  flush(): void;
}

export function holderLog(
  containers: Pick<Vault['containers'], 'holders'>,
  log?: Pick<Logger, 'warn'>,
  clock: Timers = realTimers,
): HolderLog {
  let waiting: HolderEvent[] = [];
  let cancel: (() => void) | null = null;

  const flush = (): void => {
    cancel?.();
    cancel = null;
    if (waiting.length === 0) return;
    const events = waiting;
    waiting = [];
    try {
      containers.holders(events);
    } catch {
      waiting = events.slice(-KEPT);
      log?.warn('who holds what could not be written, it is tried again', { count: waiting.length });
      cancel ??= clock.after(EVERY, flush);
    }
  };

  return {
    add(event) {
      waiting.push(event);
      cancel ??= clock.after(EVERY, flush);
    },
    flush,
  };
}
