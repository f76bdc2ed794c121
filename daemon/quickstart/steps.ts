/** Prints what is done, step by step with its time, and stops at the first outcome that is not as expected. */

/** An outcome that is not as expected. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected';
}

export interface Steps {
  /** Does one step; `work` gives what is told of it. */
  step(title: string, work: () => Promise<string>): Promise<void>;
  /** As `step`, where more comes of it than a line to print. */
  obtain<T extends { told: string }>(title: string, work: () => Promise<T>): Promise<T>;
}

export function expect(truth: boolean, what: string): void {
  if (!truth) throw new Unexpected(`Not as expected: ${what}.`);
}

/** @param print one line at a time @param now milliseconds */
export function stepper(print: (line: string) => void, now: () => number): Steps {
  let done = 0;
  const obtain = async <T extends { told: string }>(title: string, work: () => Promise<T>): Promise<T> => {
    const begun = now();
    const number = String(done + 1).padStart(2);
    try {
      const outcome = await work();
      done += 1;
      const took = `${Math.round(now() - begun)} ms`.padStart(9);
      print(`${number}  ${title.padEnd(36)} ${took}   ${outcome.told}`);
      return outcome;
    } catch (error) {
      print(`${number}  ${title}  FAILED after ${Math.round(now() - begun)} ms`);
      throw error;
    }
  };
  return {
    obtain,
    step: async (title, work) => void (await obtain(title, async () => ({ told: await work() }))),
  };
}
