/** Whether a value is one that the vault has already: the same as before, or one that got out. Reads only. */

import { timingSafeEqual } from 'node:crypto';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import type { StoredSecret } from './secrets-rows.js';
import { sql } from './statements.js';
import type { SecretId, Version } from './types.js';
import { openVersion } from './versions.js';

type Known = Pick<StoredSecret, 'id' | 'name'>;

/** Constant-time look at whether a version has this value already. One that cannot be read has not. */
export function isValue(context: Context, secret: Known, version: Version, bytes: Uint8Array): boolean {
  let old: Uint8Array;
  try {
    old = openVersion(context, secret, version);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'VALUE_UNREADABLE') return false;
    throw error;
  }
  try {
    return old.length === bytes.length && timingSafeEqual(old, bytes);
  } finally {
    old.fill(0);
  }
}

/** The newest version that is known to others; null: none is. */
export function leakedVersionOf(context: Context, secret: SecretId): Version | null {
  const row = sql(context.db, 'SELECT leakedVersion FROM secret WHERE id = ?').get(secret);
  return (row as { leakedVersion: Version | null }).leakedVersion;
}

/** SECRET_LEAKED for a value that got out under any version, as far as it is still there to compare with. */
export function assertNotLeaked(context: Context, secret: Known, bytes: Uint8Array): void {
  const leaked = leakedVersionOf(context, secret.id);
  if (leaked === null) return;
  const text = 'SELECT version FROM secretVersion WHERE secret = ? AND version <= ? AND destroyedAt IS NULL';
  const versions = sql(context.db, text).all(secret.id, leaked) as { version: Version }[];
  const same = versions.find(({ version }) => isValue(context, secret, version, bytes));
  if (same !== undefined) throw leakedError(secret.name, same.version);
}

export function leakedError(name: string, version: Version): StoreError {
  const todo = `Store a new value: \`ampoule secret set ${name}\``;
  return new StoreError('SECRET_LEAKED', `Version ${version} of ${name} got out, and is not taken up again. ${todo}.`);
}
