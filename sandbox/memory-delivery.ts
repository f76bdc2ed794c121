/** Delivery by memory: one container per sandbox, whose init is told what is wanted. Wires; decides nothing itself. */

import { SandboxError } from './errors.js';
import type { MemoryDelivery, MemoryDeliveryOptions } from './memory.js';

/** Opens the sockets of sandboxes that an earlier process left, so that their inits find somebody again. */
export function makeMemoryDelivery(_options: MemoryDeliveryOptions): MemoryDelivery {
  throw new SandboxError('ENGINE_REFUSED', 'Delivery by memory is not built yet. Use AMPOULE_DELIVERY=env.');
}
