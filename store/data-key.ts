/** A new data key: versions from now on are encrypted under it. Older ones stay under theirs until they are rotated or destroyed. */

import type { Context } from './context.js';
import { type Keyring, wrapDataKey } from './keyring.js';
import { assertUnsealed, authorize } from './policy.js';
import { KEY_BYTES, randomBytes, wipe } from './seal.js';
import { sql } from './statements.js';
import type { Caller } from './types.js';

/**
 * The wrapped key is committed before it is used: whatever is encrypted with it can be read after a crash. Returns its id.
 * `reencrypt`: what is there is to be encrypted under it too, step by step (store/reencryption.ts).
 */
export function newDataKey(
  context: Context,
  keyring: Keyring,
  caller: Caller,
  { reencrypt = false }: { reencrypt?: boolean } = {},
): { keyId: number } {
  authorize(context, caller, 'vault.rotate', context.vaultId);
  assertUnsealed(context, 'making a data key');
  const { id: last } = sql(context.db, 'SELECT max(id) AS id FROM dataKey').get() as { id: number };
  const id = last + 1;
  const key = randomBytes(KEY_BYTES);
  try {
    const { nonce, ciphertext } = keyring.withRoot((root) => wrapDataKey(root, context.vaultId, id, key));
    const now = context.clock.now();
    context.act(
      caller,
      { action: 'vault.rotate', target: context.vaultId, detail: { keyId: id, ...(reencrypt ? { reencrypt } : {}) } },
      () => {
        sql(context.db, 'UPDATE dataKey SET retiredAt = ? WHERE retiredAt IS NULL').run(now);
        if (reencrypt) sql(context.db, 'UPDATE dataKey SET leaving = 1').run();
        const text = 'INSERT INTO dataKey (id, nonce, ciphertext, createdAt) VALUES (?, ?, ?, ?)';
        sql(context.db, text).run(id, nonce, ciphertext, now);
      },
    );
  } catch (error) {
    wipe(key);
    throw error;
  }
  keyring.add(id, key);
  return { keyId: id };
}
