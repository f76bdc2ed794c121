/** Figures from samples: median, percentile, ratio, and how they are written. Pure. */

export interface Figure {
  unit: Unit;
  median: number;
  /** null where one look is all there is. */
  p95: number | null;
  samples: number;
}

export type Unit = 'ms' | 'req/s' | 'MB' | 'MB/s' | '%';

/** The value that `share` (0 to 1) of the samples do not exceed, by nearest rank. Throws without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new Error('There are no samples.');
  return found;
}

/** The middle; of an even number the mean of the two in the middle. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half];
  if (upper === undefined) throw new Error('There are no samples.');
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}

export function figureOf(samples: readonly number[], unit: Unit = 'ms'): Figure {
  return {
    unit,
    median: median(samples),
    p95: samples.length < 3 ? null : percentile(samples, 0.95),
    samples: samples.length,
  };
}

/** Three digits that count: `0.912`, `9.12`, `91.2`, `912`, `9,120`. */
export function digits(value: number): string {
  const whole = Math.abs(value) >= 100 || value === 0;
  if (whole) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3);
}

/** `3.21 ms` */
export function written(value: number, unit: Unit): string {
  return `${digits(value)} ${unit}`;
}

/** `3.21 ms (p95 4.56)` */
export function told({ median: middle, p95, unit }: Figure): string {
  return p95 === null ? written(middle, unit) : `${written(middle, unit)} (p95 ${digits(p95)})`;
}
