/** Reads how many assertions passed from tap's output. */

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };

export function sum(one: Counts, other: Counts): Counts {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
}

/** From the summary `# { total: 9, pass: 7, fail: 1, skip: 1 }` that ends a run; a run without one says nothing passed. */
export function countsOf(tap: string): Counts {
  const summary = [...tap.matchAll(/^# \{ (total: \d+.*) \}$/gm)].at(-1)?.[1] ?? '';
  const count = (name: string): number => Number(new RegExp(`\\b${name}: (\\d+)`).exec(summary)?.[1] ?? 0);
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') + count('todo') };
}
