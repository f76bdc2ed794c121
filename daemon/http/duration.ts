/** Durations and times as the API writes them: "90s", "20m", "24h", "7d" and RFC 3339. The only place that parses or prints them. */

import { invalid } from '../errors.js';

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** Ten years: what is longer is a mistake, and dates after the year 9999 cannot be written. */
export const LONGEST = 3650 * 86_400_000;

export const DURATION_PATTERN = '^(0|(0|[1-9][0-9]{0,8})(ms|s|m|h|d))$';

/**
 * Milliseconds of "90s" and the like; "0" is 0.
 * @param pointer where it stood, for the error.
 * @param bounds in milliseconds. Throws INVALID_INPUT outside of them.
 */
export function parseDuration(text: string, pointer: string, bounds: { min?: number; max?: number } = {}): number {
  const fits = /^(\d+)(ms|s|m|h|d)?$/.exec(text);
  const unit = UNITS.find(([name]) => name === fits?.[2])?.[1];
  const max = bounds.max ?? LONGEST;
  const min = bounds.min ?? 0;
  const ms = text === '0' ? 0 : Number(fits?.[1]) * (unit ?? Number.NaN);
  if (Number.isNaN(ms)) throw invalid(pointer, `${pointer} is no duration. Give one such as 90s, 20m, 24h or 7d.`);
  if (ms > max)
    throw invalid(pointer, `${pointer} is longer than ${formatDuration(max)}. Give ${formatDuration(max)} or less.`);
  if (ms < min)
    throw invalid(pointer, `${pointer} is shorter than ${formatDuration(min)}. Give ${formatDuration(min)} or more.`);
  return ms;
}

/** The shortest exact writing, with days from two on: "90m", "24h", "7d". */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0';
  const unit = UNITS.find(([name, size]) => ms % size === 0 && (name !== 'd' || ms >= 2 * size));
  return unit === undefined ? `${Math.round(ms)}ms` : `${ms / unit[1]}${unit[0]}`;
}

/** RFC 3339, UTC. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** Milliseconds since the epoch of an RFC 3339 time. Throws INVALID_INPUT. */
export function parseTime(text: string, pointer: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw invalid(pointer, 'This is no time. Give one in RFC 3339, such as 2030-01-31T12:00:00Z.');
  return ms;
}
