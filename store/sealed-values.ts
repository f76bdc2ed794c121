/**
 * Values that the vault keeps for itself: refresh tokens, secrets of applications. Encrypted as those of secrets are, but no list,
 * activation or reveal ever comes here. Authorises nothing and writes no audit entry.
 */

import type { Context, SealedRow } from './context.js';
import { sql } from './statements.js';

/** Whose it is and what for; its ciphertext vouches for it. */
export type SealedId = `${string}_${string}/${'access' | 'refresh' | 'secret'}`;

/** Encrypts and stores it in the place of the one before, which is erased. Call inside an act. VAULT_SEALED. */
export function putSealed(context: Context, id: SealedId, bytes: Uint8Array, createdBy: string): void {
  const last = sql(context.db, 'SELECT version FROM sealedValue WHERE id = ?').get(id);
  const version = ((last as { version: number } | undefined)?.version ?? 0) + 1;
  const row = context.keys.encrypt(id, version, bytes, { createdAt: context.clock.now(), createdBy });
  const text = `INSERT INTO sealedValue (id, version, keyId, nonce, ciphertext, size, createdAt, createdBy)
    VALUES (@id, @version, @keyId, @nonce, @ciphertext, @size, @createdAt, @createdBy)
    ON CONFLICT (id) DO UPDATE SET version = @version, keyId = @keyId, nonce = @nonce, ciphertext = @ciphertext,
      size = @size, createdAt = @createdAt, createdBy = @createdBy`;
  sql(context.db, text).run({ id, version, ...row });
  context.scrub();
}

/** null: there is none. The caller wipes the bytes. VALUE_UNREADABLE, VAULT_SEALED. */
export function openSealed(context: Context, id: SealedId): Uint8Array | null {
  const text = `SELECT version, keyId, nonce, ciphertext, size, createdAt, createdBy FROM sealedValue
    WHERE id = ? AND ciphertext IS NOT NULL`;
  const row = sql(context.db, text).get(id) as (SealedRow & { version: number }) | undefined;
  return row === undefined ? null : context.keys.decrypt(id, row.version, row);
}

/** Whether there is one, which needs no key. */
export function hasSealed(context: Context, id: SealedId): boolean {
  return sql(context.db, 'SELECT 1 FROM sealedValue WHERE id = ? AND ciphertext IS NOT NULL').get(id) !== undefined;
}

/** Its number stays, so that no later value has it too. Call inside an act. */
export function wipeSealed(context: Context, ...ids: SealedId[]): void {
  const text = 'UPDATE sealedValue SET nonce = NULL, ciphertext = NULL WHERE id = ? AND ciphertext IS NOT NULL';
  for (const id of ids) if (sql(context.db, text).run(id).changes > 0) context.scrub();
}
