/**
 * The one row that locks the vault: its root key encrypted under the unlock key, which a key file or a passphrase gives.
 * Reads no file. The bytes are specified in store/README.md.
 */

import { type Argon2Cost, argon2, MODERATE, SALT_BYTES } from './argon2.js';
import type { Database } from './database.js';
import { StoreError } from './errors.js';
import { FORMAT } from './keyring.js';
import { decrypt, encrypt, frame, randomBytes, wipe } from './seal.js';
import { sql } from './statements.js';
import type { Millis } from './types.js';

/** What unlocks: the bytes of a key file, or a passphrase. Whoever made it wipes it. */
export type UnlockKey = { kind: 'keyFile'; key: Uint8Array } | { kind: 'passphrase'; passphrase: Uint8Array };

export interface WrapRow {
  kind: 'keyFile' | 'passphrase';
  salt: Uint8Array | null;
  opsLimit: number | null;
  /** Bytes. */
  memLimit: number | null;
  nonce: Uint8Array;
  ciphertext: Uint8Array;
}

/** Dearer rows were not written by us, and would only keep the machine busy. */
const DEAREST: Argon2Cost = { opsLimit: 16, memLimit: 1_073_741_824 };

/** `root` under `unlock`; a passphrase takes a second. `root` is asked for when the key is there, and not kept. */
export async function wrapRoot(vaultId: string, unlock: UnlockKey, root: () => Uint8Array): Promise<WrapRow> {
  const salt = unlock.kind === 'passphrase' ? randomBytes(SALT_BYTES) : null;
  const cost = unlock.kind === 'passphrase' ? MODERATE : null;
  const row = { kind: unlock.kind, salt, opsLimit: cost?.opsLimit ?? null, memLimit: cost?.memLimit ?? null };
  const key = await keyFor(unlock, row);
  try {
    return { ...row, ...encrypt(key, root(), aboutWrap(vaultId, row.kind)) };
  } finally {
    wipe(key);
  }
}

/** The root key, or null when `unlock` is not the one. The caller wipes it. */
export async function unwrapRoot(vaultId: string, row: WrapRow, unlock: UnlockKey): Promise<Uint8Array | null> {
  if (row.kind !== unlock.kind) return null;
  const key = await keyFor(unlock, row);
  try {
    return decrypt(key, row, aboutWrap(vaultId, row.kind));
  } finally {
    wipe(key);
  }
}

function aboutWrap(vaultId: string, kind: WrapRow['kind']): Uint8Array {
  return frame('ampoule.wrap', FORMAT, vaultId, kind);
}

/** A copy that may be wiped. */
async function keyFor(
  unlock: UnlockKey,
  { salt, opsLimit, memLimit }: Pick<WrapRow, 'salt' | 'opsLimit' | 'memLimit'>,
): Promise<Uint8Array> {
  if (unlock.kind === 'keyFile') return Uint8Array.from(unlock.key);
  const sound =
    salt?.length === SALT_BYTES &&
    opsLimit !== null &&
    memLimit !== null &&
    opsLimit <= DEAREST.opsLimit &&
    memLimit <= DEAREST.memLimit;
  if (!sound)
    throw new StoreError(
      'STORAGE_FAILED',
      'The row that locks the vault was altered. Restore a backup: run `ampouled restore FILE`.',
    );
  return await argon2(unlock.passphrase, salt, { opsLimit, memLimit });
}

export function readWrap(db: Database): WrapRow {
  const row = sql(db, 'SELECT * FROM wrap ORDER BY id DESC LIMIT 1').get() as WrapRow | undefined;
  if (row !== undefined) return row;
  throw new StoreError(
    'STORAGE_FAILED',
    'The vault has no lock any more: its key is gone. Restore a backup: run `ampouled restore FILE`.',
  );
}

/** The old row is deleted; erasing its bytes is the caller's (`scrub`). */
export function writeWrap(db: Database, row: WrapRow, createdAt: Millis): void {
  db.prepare('DELETE FROM wrap').run();
  db.prepare(
    `INSERT INTO wrap (kind, salt, opsLimit, memLimit, nonce, ciphertext, createdAt)
     VALUES (@kind, @salt, @opsLimit, @memLimit, @nonce, @ciphertext, @createdAt)`,
  ).run({ ...row, createdAt });
}
