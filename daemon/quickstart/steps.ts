/** Prints what is done, step by step with its time. Whoever asks decides whether a step that fails is the last. */

/** An outcome that is not as expected. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected';
}

export interface Steps {
  /** Does one step; `work` gives what is told of it. */
  step(title: string, work: () => Promise<string>): Promise<void>;
  /** As `step`, where more comes of it than a line to print. */
  obtain<T extends { told: string }>(title: string, work: () => Promise<T>): Promise<T>;
  /** As `step`, where what follows is done all the same: a failure is kept in `failures`. */
  attempt(title: string, work: () => Promise<string>): Promise<void>;
  /** What failed in attempts, as `title: why`. */
  readonly failures: readonly string[];
}

export function expect(truth: boolean, what: string): void {
  if (!truth) throw new Unexpected(`Not as expected: ${what}.`);
}

/** @param print one line at a time @param now milliseconds */
export function stepper(print: (line: string) => void, now: () => number): Steps {
  const failures: string[] = [];
  let done = 0;
  const obtain = async <T extends { told: string }>(title: string, work: () => Promise<T>): Promise<T> => {
    const begun = now();
    const number = String(done + 1).padStart(2);
    try {
      const outcome = await work();
      const took = `${Math.round(now() - begun)} ms`.padStart(9);
      print(`${number}  ${title.padEnd(36)} ${took}   ${outcome.told}`);
      return outcome;
    } catch (error) {
      print(`${number}  ${title}  FAILED after ${Math.round(now() - begun)} ms`);
      throw error;
    } finally {
      done += 1;
    }
  };
  const step = async (title: string, work: () => Promise<string>): Promise<void> =>
    void (await obtain(title, async () => ({ told: await work() })));
  return {
    obtain,
    step,
    failures,
    async attempt(title, work) {
      try {
        await step(title, work);
      } catch (error) {
        failures.push(`${title}: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}
