/** Takes everything away at once: ends all activations, seals, ends all that holds a value. Goes on where a part of it fails. */

import { type SandboxId, StoreError, type Vault } from '../../store/index.js';
import type { Caller, Parts } from '../parts.js';
import { sealAll } from './sealing.js';

export interface Panic {
  sessions: number;
  activations: number;
  ended: SandboxId[];
  /** In these something may still hold a value. */
  failed: SandboxId[];
}

type PanicParts = Pick<Parts, 'revokeAll' | 'reschedule' | 'reconciler' | 'events'> & {
  vault: Pick<Vault, 'id' | 'leaks' | 'containers' | 'seal'>;
};

/** @throws StoreError FORBIDDEN before anything is done; anything else, REVOKED_NOT_RECORDED say, after all of it was. */
export async function panic(parts: PanicParts, caller: Caller): Promise<Panic> {
  const { vault } = parts;
  const holding = [...new Set(vault.containers.open().flatMap((row) => (row.holds.length > 0 ? [row.sandbox] : [])))];
  let failure: unknown = null;
  let ended: ReturnType<typeof vault.leaks.endAll> = { sessions: [], activations: 0 };
  try {
    ended = vault.leaks.endAll(caller);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'FORBIDDEN') throw error;
    failure = error;
  }
  const { failed, failure: unrecorded } = await sealAll(parts, caller, true);
  failure ??= unrecorded;
  parts.events.emit({ kind: 'vault', id: vault.id });
  for (const id of ended.sessions) parts.events.emit({ kind: 'session', id });
  parts.reschedule();
  parts.reconciler.wakeAll();
  if (failure !== null) throw failure;
  return {
    sessions: ended.sessions.length,
    activations: ended.activations,
    ended: holding.filter((id) => !failed.includes(id)),
    failed,
  };
}
