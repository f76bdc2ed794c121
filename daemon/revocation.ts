/** Ends everything that holds a value, for a seal with revoke: straight by the delivery, whatever the reconciler is doing. */

import type { Delivery } from '../sandbox/index.js';
import type { SandboxId, Vault } from '../store/index.js';

/** @returns the sandboxes that could not be ended. */
export async function revokeEverything(
  vault: Pick<Vault, 'containers'>,
  delivery: (sandbox: SandboxId) => Pick<Delivery, 'revoke'>,
): Promise<{ failed: SandboxId[] }> {
  const holders = vault.containers.open().filter((row) => row.holds.length > 0);
  const ids = [...new Set(holders.map((row) => row.sandbox))];
  const ends = await Promise.allSettled(ids.map((id) => delivery(id).revoke(id)));
  return { failed: ids.filter((_, index) => ends[index]?.status === 'rejected') };
}
