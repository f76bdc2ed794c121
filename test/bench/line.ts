/** One line of the benchmark: what was measured of us, what of the other side in the same run, and whether the goal is met. Pure. */

import { digits, type Figure, figureOf, type Unit, written } from './figures.js';

export interface Contender {
  label: string;
  figure: Figure;
}

export interface Goal {
  /** `≤ 10 ms`, `≥ 20 × faster than raw recreate` */
  text: string;
  /** What it is compared with, in the same words. */
  value: string;
  met: boolean;
  /** Where it is a number of the contender's unit. */
  limit?: number;
}

export interface Line {
  id: string;
  title: string;
  ours: Contender;
  /** What it is measured against; the first is the one that the ratio is of. */
  others: Contender[];
  goals: Goal[];
  /** What one must know to read it. */
  notes: string[];
}

export function contender(label: string, samples: readonly number[], unit: Unit = 'ms'): Contender {
  return { label, figure: figureOf(samples, unit) };
}

/** Median at most `limit`, in the contender's unit. */
export function atMost(ours: Contender, limit: number, what = ''): Goal {
  const { median, unit } = ours.figure;
  return { text: `${what}≤ ${limit} ${unit}`, value: written(median, unit), met: median <= limit, limit };
}

/** Median at least `limit`, in the contender's unit. */
export function atLeast(ours: Contender, limit: number): Goal {
  const { median, unit } = ours.figure;
  return { text: `≥ ${limit} ${unit}`, value: written(median, unit), met: median >= limit, limit };
}

/** Our median at most `factor` times theirs. */
export function withinFactor(ours: Contender, theirs: Contender, factor: number): Goal {
  const ratio = ours.figure.median / theirs.figure.median;
  return { text: `≤ ${factor} × ${theirs.label}`, value: `${digits(ratio)} ×`, met: ratio <= factor };
}

/** Our median at least `factor` times smaller than theirs. */
export function fasterBy(ours: Contender, theirs: Contender, factor: number): Goal {
  const ratio = theirs.figure.median / ours.figure.median;
  return { text: `≥ ${factor} × faster than ${theirs.label}`, value: `${digits(ratio)} ×`, met: ratio >= factor };
}

/** Our throughput at least `share` of theirs. */
export function shareOf(ours: Contender, theirs: Contender, share: number): Goal {
  const ratio = ours.figure.median / theirs.figure.median;
  return { text: `≥ ${share} × ${theirs.label}`, value: `${digits(ratio)} ×`, met: ratio >= share };
}
