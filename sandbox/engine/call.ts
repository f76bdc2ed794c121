/** Bounds one call to Docker: deadline, abort, failpoints, and a refusal in this layer's words. Knows no route of Docker. */

import { UnknownOutcome } from '../errors.js';
import type { Failpoint } from '../types.js';
import { refusalOf } from './errors.js';

export interface CallScope {
  failpoint: Failpoint;
  /** Ends calls early; what they did stays unknown. */
  outer: AbortSignal | null;
}

interface Bounds<T> {
  /** Ends the call early too. */
  also?: AbortSignal;
  /** For an answer that goes on: the signals end it still, until it calls `release`. */
  goesOn?: (answer: T, release: () => void) => void;
}

/** Runs `make` with a signal of its own. The call ends at its deadline even where the connection does not notice. */
export async function bounded<T>(
  scope: CallScope,
  call: string,
  deadlineMs: number,
  make: (signal: AbortSignal) => Promise<T>,
  bounds: Bounds<T> = {},
): Promise<T> {
  await scope.failpoint(`engine.${call}:before`);
  const control = new AbortController();
  const outers = [scope.outer, bounds.also ?? null].filter((one) => one !== null);
  let lose: (error: unknown) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    lose = reject;
  });
  lost.catch(() => {});
  const giveUp = (why: string) => {
    lose(new UnknownOutcome(call, why));
    control.abort();
  };
  const abandon = () => giveUp('it was given up');
  const timer = setTimeout(() => giveUp(`no answer in ${deadlineMs} ms`), deadlineMs);
  for (const outer of outers) outer.addEventListener('abort', abandon, { once: true });
  const release = () => {
    for (const outer of outers) outer.removeEventListener('abort', abandon);
  };
  try {
    if (outers.some((outer) => outer.aborted)) abandon();
    const answer = await Promise.race([control.signal.aborted ? lost : make(control.signal), lost]);
    if (bounds.goesOn) bounds.goesOn(answer, release);
    else release();
    await scope.failpoint(`engine.${call}:after`);
    return answer;
  } catch (error) {
    release();
    throw refusalOf(call, error);
  } finally {
    clearTimeout(timer);
  }
}
