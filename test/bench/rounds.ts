/** Lets contenders take turns, so that what else the machine does meets all of them alike. */

/** Milliseconds that the part to be measured took; before and after it, untimed, is what it needs. */
export type Attempt = (round: number) => Promise<number>;

/**
 * Samples by contender. Each round every contender has one attempt, in an order that turns; the first `warmUp` rounds do
 * not count.
 */
export async function takeTurns<Name extends string>(
  rounds: number,
  attempts: Record<Name, Attempt>,
  warmUp = 1,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(attempts) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -warmUp; round < rounds; round++) {
    const first = (round + warmUp) % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const took = await attempts[name](round + warmUp);
      if (round >= 0) samples[name].push(took);
    }
  }
  return samples;
}

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
