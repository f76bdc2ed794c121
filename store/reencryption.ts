/**
 * Encrypts what is under leaving data keys anew, a few values at a time, and erases such a key when nothing is under it any more.
 * Each step is a transaction of its own: whatever ends the process, every value opens, and the next process goes on.
 */

import type { Context, SealedRow } from './context.js';
import { StoreError } from './errors.js';
import type { Keyring } from './keyring.js';
import { sql } from './statements.js';
import type { Version } from './types.js';

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

/** Where values lie, and the column that says whose they are. */
const PLACES = [
  { table: 'secretVersion', owner: 'secret' },
  { table: 'sealedValue', owner: 'id' },
] as const;
type Place = (typeof PLACES)[number];

interface Row extends SealedRow {
  owner: string;
  version: Version;
}

export function makeReencryption(context: Context, keyring: Keyring): Reencryption {
  /** Everything before it was looked at. */
  let at = { place: 0, owner: '', version: 0 };
  let unreadable = 0;
  /** The keys that were leaving at the last step: another one begins the walk anew. */
  let known = '';
  /** What is left under them does not open. */
  let stuck = false;

  /** Those of one place that come next; null: every place was looked through. */
  function next(): { place: Place; rows: Row[] } | null {
    for (let place = PLACES[at.place]; place !== undefined; place = PLACES[at.place]) {
      const rows = rowsOf(place);
      if (rows.length > 0) return { place, rows };
      at = { place: at.place + 1, owner: '', version: 0 };
    }
    return null;
  }

  function rowsOf({ table, owner }: Place): Row[] {
    const text = `SELECT ${owner} AS owner, version, keyId, nonce, ciphertext, size, createdAt, createdBy FROM ${table}
      WHERE (${owner}, version) > (@owner, @version) AND ciphertext IS NOT NULL
        AND keyId IN (SELECT id FROM dataKey WHERE leaving = 1)
      ORDER BY ${owner}, version LIMIT ${VERSIONS}`;
    const rows: Row[] = [];
    let bytes = 0;
    for (const row of sql(context.db, text).all({ owner: at.owner, version: at.version }) as Row[]) {
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
        const { owner, version } = row;
        made.push({ owner, version, ...context.keys.encrypt(owner, version, value, row) });
      } finally {
        value.fill(0);
      }
    }
    return { rows: made, failed: rows.length - made.length };
  }

  function write(place: Place, rows: readonly Row[]): void {
    const text = `UPDATE ${place.table} SET keyId = @keyId, nonce = @nonce, ciphertext = @ciphertext
      WHERE ${place.owner} = @owner AND version = @version AND ciphertext IS NOT NULL`;
    for (const { owner, version, keyId, nonce, ciphertext } of rows)
      sql(context.db, text).run({ owner, version, keyId, nonce, ciphertext });
  }

  /** Destroyed versions name a key too, though nothing is left of them to open. */
  function eraseKeys(ids: number[]): void {
    const newest = '(SELECT max(id) FROM dataKey)';
    const entry = { action: 'vault.erase-key', target: context.vaultId, detail: { keyIds: ids } };
    context.act({ kind: 'daemon' }, entry, () => {
      for (const id of ids) {
        for (const { table } of PLACES)
          sql(context.db, `UPDATE ${table} SET keyId = ${newest} WHERE keyId = ? AND ciphertext IS NULL`).run(id);
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
      if (leaving.join() !== known) {
        known = leaving.join();
        at = { place: 0, owner: '', version: 0 };
        unreadable = 0;
        stuck = false;
      }
      if (leaving.length === 0 || stuck) return null;
      const found = next();
      const last = found?.rows.at(-1);
      if (found === null || last === undefined) {
        const empty = leaving.filter((id) => !isUsed(context, id));
        if (empty.length > 0) eraseKeys(empty);
        known = leavingKeys(context).join();
        stuck = true;
        return { done: 0, left: countLeft(context), unreadable };
      }
      const { rows: made, failed } = anew(found.rows);
      const detail = { versions: made.length, ...(failed === 0 ? {} : { unreadable: failed }) };
      const entry = { action: 'vault.reencrypt', target: context.vaultId, detail };
      context.act({ kind: 'daemon' }, entry, () => write(found.place, made));
      at = { ...at, owner: last.owner, version: last.version };
      unreadable += failed;
      return { done: made.length, left: countLeft(context), unreadable };
    },
  };
}

function opened(context: Context, row: Row): Uint8Array | null {
  try {
    return context.keys.decrypt(row.owner, row.version, row);
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
  return PLACES.some(({ table }) => {
    const text = `SELECT 1 FROM ${table} WHERE keyId = ? AND ciphertext IS NOT NULL LIMIT 1`;
    return sql(context.db, text).get(id) !== undefined;
  });
}

function countLeft(context: Context): number {
  if (leavingKeys(context).length === 0) return 0;
  let left = 0;
  for (const { table } of PLACES) {
    const text = `SELECT count(*) AS count FROM ${table}
      WHERE ciphertext IS NOT NULL AND keyId IN (SELECT id FROM dataKey WHERE leaving = 1)`;
    left += (sql(context.db, text).get() as { count: number }).count;
  }
  return left;
}
