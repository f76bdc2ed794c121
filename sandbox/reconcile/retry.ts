/** Says how long a worker waits after a pass that failed; pure. */

import type { SandboxCode } from '../errors.js';

/** The rhythm while anything is pending. */
export const PENDING_RHYTHM = 3_000;
const FIRST = 100;
const LONGEST = 60_000;
/** Failures whose every new try costs something: a stop, a start, a download. */
const COSTLY: ReadonlySet<SandboxCode> = new Set(['START_FAILED', 'IMAGE_PULL_FAILED', 'IMAGE_HAS_NO_SHELL']);

/** Failures that turn up at the start, for which what runs meanwhile was stopped. */
const DISTURBING: ReadonlySet<SandboxCode> = new Set(['PORT_TAKEN', 'NETWORK_NOT_FOUND']);
/** Refusals by Docker or a registry of what they were asked to make or bring. */
const REFUSED: ReadonlySet<SandboxCode> = new Set(['ENGINE_REFUSED', 'IMAGE_NOT_FOUND']);

export interface Failed {
  code: SandboxCode;
  retry: boolean;
  /** Something was carried out or asked for, and not looked at alone. */
  tried: boolean;
}

/** Whether a start failed for a reason that stays until somebody mends it: each further try makes a container for nothing. */
export function stays({ code, retry, tried }: Failed): boolean {
  return COSTLY.has(code) || (tried && (DISTURBING.has(code) || (REFUSED.has(code) && !retry)));
}

/**
 * Milliseconds until the next try, after `failures` in a row with this code. `runs`: an earlier container runs again, and
 * would stop for the next try.
 */
export function retryDelay(failed: Failed, failures: number, runs = false): number {
  const { code, retry } = failed;
  const doubled = (first: number) => first * 2 ** Math.min(failures - 1, 10);
  if (stays(failed) && (!DISTURBING.has(code) || runs)) return Math.min(LONGEST, doubled(PENDING_RHYTHM));
  // It may be mended in a moment: a port is free again, a network is made.
  if (stays(failed)) return Math.min(LONGEST, doubled(FIRST));
  if (!retry || code === 'WISH_SEALED') return PENDING_RHYTHM;
  return Math.min(PENDING_RHYTHM, doubled(FIRST));
}
