/** A time after which something ends, on two clocks: the wall clock and CLOCK_BOOTTIME; the earlier wins. Sets no timers. */

import type { Clock } from './context.js';
import { invalid } from './problems.js';
import type { Millis } from './types.js';

/** `untilBoot` counts only while the machine's boot is `bootId`. All null: never. */
export interface Deadline {
  until: Millis | null;
  untilBoot: Millis | null;
  bootId: string | null;
}

export const NEVER: Deadline = { until: null, untilBoot: null, bootId: null };
/** Longest time that may be asked for: ten years. */
export const LONGEST: Millis = 10 * 365 * 24 * 3600 * 1000;

export function deadlineIn(clock: Clock, ttl: Millis): Deadline {
  return { until: clock.now() + ttl, untilBoot: clock.boot() + ttl, bootId: clock.bootId() };
}

/** Milliseconds left on the clock that runs out first; 0 or less: passed; null: never. */
export function remaining(clock: Clock, deadline: Deadline): Millis | null {
  const left: Millis[] = [];
  if (deadline.until !== null) left.push(deadline.until - clock.now());
  if (deadline.untilBoot !== null && deadline.bootId === clock.bootId()) left.push(deadline.untilBoot - clock.boot());
  return left.length === 0 ? null : Math.min(...left);
}

export function passed(clock: Clock, deadline: Deadline): boolean {
  const left = remaining(clock, deadline);
  return left !== null && left <= 0;
}

/** Refuses a duration that cannot be; INVALID_INPUT. */
export function assertDuration(duration: Millis, pointer: string): void {
  if (Number.isInteger(duration) && duration > 0 && duration <= LONGEST) return;
  throw invalid(
    [{ pointer, detail: 'is not a duration from 1 ms to ten years' }],
    'Write one such as 90s, 20m or 24h.',
  );
}
