/** Makes a new vault in an empty database: schema, keys, the row that names it, in one transaction. Opens nothing. */

import { ulid } from 'ulid';
import type { Clock } from './context.js';
import type { Database } from './database.js';
import { FORMAT, newKeys } from './keyring.js';
import { migrate } from './migrate.js';
import { wipe } from './seal.js';
import { type UnlockKey, wrapRoot, writeWrap } from './wrap.js';

/** Oldest program that can open the newest schema. */
export const MIN_VERSION = '0.1.0';

/** The row that names a vault. */
export interface VaultRow {
  id: string;
  format: number;
  minVersion: string;
  epoch: number;
  publicKey: Uint8Array;
  createdAt: number;
}

export function readVaultRow(db: Database): VaultRow | null {
  return db.prepare<[], VaultRow>('SELECT * FROM vault').get() ?? null;
}

/** Locks the new vault with `unlock`, which the caller wipes. All of it is there afterwards, or nothing. */
export async function createVault(db: Database, clock: Clock, unlock: UnlockKey): Promise<void> {
  const createdAt = clock.now();
  const id = `vlt_${ulid(createdAt)}`;
  const { root, publicKey, dataKey } = newKeys(id);
  try {
    const wrap = await wrapRoot(id, unlock, () => root);
    db.transaction(() => {
      migrate(db);
      db.prepare(
        `INSERT INTO vault (one, id, format, minVersion, epoch, publicKey, createdAt)
         VALUES (1, @id, @format, @minVersion, 1, @publicKey, @createdAt)`,
      ).run({ id, format: FORMAT, minVersion: MIN_VERSION, publicKey, createdAt });
      writeWrap(db, wrap, createdAt);
      db.prepare(
        'INSERT INTO dataKey (id, nonce, ciphertext, createdAt) VALUES (@id, @nonce, @ciphertext, @createdAt)',
      ).run({ ...dataKey, createdAt });
    }).immediate();
  } finally {
    wipe(root);
  }
}
