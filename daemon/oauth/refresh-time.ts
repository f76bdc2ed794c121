/** When a token is refreshed, and when again after a failure. Pure: time and chance are passed in. */

/** Milliseconds. */
const AHEAD = 5 * 60_000;
const LONGEST_WAIT = 5 * 60_000;
const FIRST_WAIT = 1_000;

/**
 * Before its end by a tenth of its life or 5 minutes, whichever is more, but never by more than half of its life; a tenth of that sooner
 * or later, so that what was made together is not refreshed together.
 * @param life milliseconds from now; null: it has no end. @param chance from 0 to below 1
 * @returns milliseconds since the epoch; null: never.
 */
export function refreshTime(now: number, life: number | null, chance: number): number | null {
  if (life === null) return null;
  const ahead = Math.min(Math.max(life / 10, AHEAD), life / 2);
  return Math.round(now + life - ahead * (0.9 + 0.2 * chance));
}

/**
 * 1 s, doubled with each failure up to 5 min; up to half of it is chance.
 * @param failures that were before this one
 */
export function retryTime(now: number, failures: number, chance: number): number {
  const wait = Math.min(FIRST_WAIT * 2 ** Math.min(failures, 20), LONGEST_WAIT);
  return Math.round(now + wait * (0.5 + 0.5 * chance));
}
