/** The real clock of a running vault. Touches no row; tests pass a clock of their own. */

import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { Clock } from './context.js';

/** The machine's wall clock, and its time since boot, which goes on through suspend. */
export function systemClock(): Clock {
  let bootId: string | null = null;
  return {
    now: () => Date.now(),
    boot: () => Math.round(uptime() * 1000),
    bootId: () => {
      bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      return bootId;
    },
  };
}
