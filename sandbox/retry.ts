/** Says how long a worker waits after a pass that failed; pure. */

import type { SandboxCode } from './errors.js';

/** The rhythm while anything is pending. */
export const PENDING_RHYTHM = 3_000;
const FIRST = 100;
const LONGEST = 60_000;
/** Failures whose every new try costs something: a stop, a start, a download. */
const COSTLY: ReadonlySet<SandboxCode> = new Set(['START_FAILED', 'IMAGE_PULL_FAILED', 'IMAGE_HAS_NO_SHELL']);

/** Failures that turn up at the start, for which what runs meanwhile was stopped. */
const DISTURBING: ReadonlySet<SandboxCode> = new Set(['PORT_TAKEN', 'NETWORK_NOT_FOUND']);

/**
 * Milliseconds until the next try, after `failures` in a row with this code. `runs`: an earlier container runs again, and
 * would stop for the next try.
 */
export function retryDelay(code: SandboxCode, retry: boolean, failures: number, runs = false): number {
  if (COSTLY.has(code) || (runs && DISTURBING.has(code)))
    return Math.min(LONGEST, PENDING_RHYTHM * 2 ** Math.min(failures - 1, 10));
  if (!retry || code === 'WISH_SEALED') return PENDING_RHYTHM;
  return Math.min(PENDING_RHYTHM, FIRST * 2 ** Math.min(failures - 1, 10));
}
