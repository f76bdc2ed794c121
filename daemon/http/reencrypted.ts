/** Drives the encryption of values anew for as long as somebody waits for it, and lets others have their turn in between. */

import { setImmediate as turn } from 'node:timers/promises';
import type { Vault } from '../../store/index.js';

/** Ends when nothing is left to do, the time is over, or the daemon stops; what is left the scheduler does. @param waitMs milliseconds */
export async function reencrypted(
  reencryption: Vault['reencryption'],
  waitMs: number,
  stopping: AbortSignal,
): Promise<{ left: number; unreadable: number }> {
  const end = performance.now() + waitMs;
  let unreadable = 0;
  while (performance.now() < end && !stopping.aborted) {
    const step = reencryption.step();
    if (step === null) break;
    unreadable = step.unreadable;
    await turn();
  }
  return { left: reencryption.left(), unreadable };
}
