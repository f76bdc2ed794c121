/**
 * Encrypts what is under leaving data keys anew, a few values at a time, and erases such a key when nothing is under it any more.
 * Each step is a transaction of its own: whatever ends the process, every value opens, and the next process goes on.
 */

import type { Context, SealedRow } from './context.js';
import { StoreError } from './errors.js';
import type { Keyring } from './keyring.js';
import { sql } from './statements.js';
import type { SecretId, Version } from './types.js';

/** Most of one step: the process does nothing else meanwhile. */
const VERSIONS = 100;
const BYTES = 2 * 1024 * 1024;

/** How far it has come. */
export interface Reencrypted {
  /** Values of this step. */
  done: number;
  /** Values that are still under a leaving key. */
  left: number;
  /** Of these, those that do not open: they keep their key. */
  unreadable: number;
}
export interface Reencryption {
  /** The next step; null: there is nothing to do, or the vault is sealed. The daemon's own. */
  step(): Reencrypted | null;
  /** As the last part of {@link Reencrypted}, without doing anything. */
  left(): number;
}

interface Row extends SealedRow {
  secret: SecretId;
  version: Version;
}

export function makeReencryption(context: Context, keyring: Keyring): Reencryption {
  /** Everything before it was looked at. */
  let at: { secret: string; version: number } = { secret: '', version: 0 };
  let unreadable = 0;
  /** The keys that are left have only what does not open. */
  let stuck = '';

  function next(): Row[] {
    const text = `SELECT secret, version, keyId, nonce, ciphertext, size, createdAt, createdBy FROM secretVersion
      WHERE (secret, version) > (@secret, @version) AND ciphertext IS NOT NULL
        AND keyId IN (SELECT id FROM dataKey WHERE leaving = 1)
      ORDER BY secret, version LIMIT ${VERSIONS}`;
    const rows: Row[] = [];
    let bytes = 0;
    for (const row of sql(context.db, text).all(at) as Row[]) {
      if (rows.length > 0 && bytes + row.size > BYTES) break;
      bytes += row.size;
      rows.push(row);
    }
    return rows;
  }

  /** The new rows, and how many do not open. */
  function anew(rows: readonly Row[]): { rows: Row[]; failed: number } {
    const made: Row[] = [];
    for (const row of rows) {
      const value = opened(context, row);
      if (value === null) continue;
      try {
        const { secret, version } = row;
        made.push({ secret, version, ...context.keys.encrypt(secret, version, value, row) });
      } finally {
        value.fill(0);
      }
    }
    return { rows: made, failed: rows.length - made.length };
  }

  function write(rows: readonly Row[]): void {
    const text = `UPDATE secretVersion SET keyId = @keyId, nonce = @nonce, ciphertext = @ciphertext
      WHERE secret = @secret AND version = @version AND ciphertext IS NOT NULL`;
    for (const { secret, version, keyId, nonce, ciphertext } of rows)
      sql(context.db, text).run({ secret, version, keyId, nonce, ciphertext });
  }

  /** Destroyed versions name a key too, though nothing is left of them to open. */
  function eraseKeys(ids: number[]): void {
    const newest = '(SELECT max(id) FROM dataKey)';
    const entry = { action: 'vault.erase-key', target: context.vaultId, detail: { keyIds: ids } };
    context.act({ kind: 'daemon' }, entry, () => {
      for (const id of ids) {
        sql(context.db, `UPDATE secretVersion SET keyId = ${newest} WHERE keyId = ? AND ciphertext IS NULL`).run(id);
        sql(context.db, 'DELETE FROM dataKey WHERE id = ?').run(id);
      }
      context.scrub();
    });
    for (const id of ids) keyring.forget(id);
  }

  return {
    left: () => countLeft(context),

    step() {
      if (context.keys.state === 'sealed') return null;
      const leaving = leavingKeys(context);
      if (leaving.length === 0 || stuck === leaving.join()) return null;
      const rows = next();
      const last = rows.at(-1);
      if (last === undefined) {
        const empty = leaving.filter((id) => !isUsed(context, id));
        if (empty.length > 0) eraseKeys(empty);
        const left = { done: 0, left: countLeft(context), unreadable };
        stuck = leavingKeys(context).join();
        at = { secret: '', version: 0 };
        unreadable = 0;
        return left;
      }
      const { rows: made, failed } = anew(rows);
      const detail = { versions: made.length, ...(failed === 0 ? {} : { unreadable: failed }) };
      const entry = { action: 'vault.reencrypt', target: context.vaultId, detail };
      context.act({ kind: 'daemon' }, entry, () => write(made));
      at = last;
      unreadable += failed;
      return { done: made.length, left: countLeft(context), unreadable };
    },
  };
}

function opened(context: Context, row: Row): Uint8Array | null {
  try {
    return context.keys.decrypt(row.secret, row.version, row);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'VALUE_UNREADABLE') return null;
    throw error;
  }
}

function leavingKeys(context: Context): number[] {
  const rows = sql(context.db, 'SELECT id FROM dataKey WHERE leaving = 1 ORDER BY id').all();
  return (rows as { id: number }[]).map(({ id }) => id);
}

function isUsed(context: Context, id: number): boolean {
  const text = 'SELECT 1 FROM secretVersion WHERE keyId = ? AND ciphertext IS NOT NULL LIMIT 1';
  return sql(context.db, text).get(id) !== undefined;
}

function countLeft(context: Context): number {
  if (leavingKeys(context).length === 0) return 0;
  const text = `SELECT count(*) AS count FROM secretVersion
    WHERE ciphertext IS NOT NULL AND keyId IN (SELECT id FROM dataKey WHERE leaving = 1)`;
  return (sql(context.db, text).get() as { count: number }).count;
}
