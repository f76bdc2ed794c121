/** Bounds one call to Docker: deadline, abort, failpoints, and a refusal in this layer's words. Knows no route of Docker. */

import { UnknownOutcome } from './engine.js';
import { refusalOf } from './engine-errors.js';
import type { Failpoint } from './types.js';

export interface Caller {
  failpoint: Failpoint;
  /** Ends calls early; what they did stays unknown. */
  outer: AbortSignal | null;
}

/**
 * Runs `make` with a signal of its own. The call ends at its deadline even where the connection does not notice.
 * With `stream`, the signal stays connected to `outer` after the answer, so that aborting ends the stream too.
 */
export async function bounded<T>(
  caller: Caller,
  call: string,
  deadlineMs: number,
  make: (signal: AbortSignal) => Promise<T>,
  options: { stream?: AbortSignal | null } = {},
): Promise<T> {
  await caller.failpoint(`engine.${call}:before`);
  const control = new AbortController();
  const outers = [caller.outer, options.stream ?? null].filter((one) => one !== null);
  let lose: (error: unknown) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    lose = reject;
  });
  lost.catch(() => {});
  const abandon = () => {
    lose(new UnknownOutcome(call, 'it was given up'));
    control.abort();
  };
  const timer = setTimeout(() => {
    lose(new UnknownOutcome(call, `no answer in ${deadlineMs} ms`));
    control.abort();
  }, deadlineMs);
  for (const outer of outers) outer.addEventListener('abort', abandon, { once: true });
  const release = () => {
    for (const outer of outers) outer.removeEventListener('abort', abandon);
  };
  try {
    if (outers.some((outer) => outer.aborted)) abandon();
    const made = control.signal.aborted ? lost : make(control.signal);
    const answer = await Promise.race([made, lost]);
    if (options.stream === undefined) release();
    await caller.failpoint(`engine.${call}:after`);
    return answer;
  } catch (error) {
    release();
    throw refusalOf(call, error);
  } finally {
    clearTimeout(timer);
  }
}
