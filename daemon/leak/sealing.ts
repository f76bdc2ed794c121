/** Seals the vault and, where it was asked for, ends all that holds a value. A seal that cannot be recorded stops nothing of it. */

import { type SandboxId, StoreError, type Vault } from '../../store/index.js';
import type { Caller, Parts } from '../parts.js';

export interface Sealed {
  /** In these something may still hold a value. */
  failed: SandboxId[];
  /** Why it could not be recorded, to be told once everything is done; null: it was. */
  failure: unknown;
}

type SealingParts = Pick<Parts, 'revokeAll'> & { vault: Pick<Vault, 'seal'> };

/** @throws StoreError FORBIDDEN, before anything is done. */
export async function sealAll(parts: SealingParts, caller: Caller, revoke: boolean): Promise<Sealed> {
  let failure: unknown = null;
  try {
    parts.vault.seal(caller);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'FORBIDDEN') throw error;
    // Whatever the disk says: the key is out of memory, and what holds a value has to end.
    failure = error;
  }
  return { failed: revoke ? (await parts.revokeAll()).failed : [], failure };
}
