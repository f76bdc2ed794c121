/** Finds out whether delivery by memory works with this engine, by one container as a sandbox would have it. */

import type { Probe, ProbeOptions } from './memory.js';

/** Never throws: what went wrong is the reason, with what to do about it. */
export async function probeMemory(_options: ProbeOptions): Promise<Probe> {
  return { works: false, reason: 'Delivery by memory is not built yet. Use AMPOULE_DELIVERY=env.' };
}
