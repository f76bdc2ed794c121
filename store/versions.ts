/** Versions of a secret's value: checked, encrypted, appended, read, destroyed. Authorises nothing and writes no audit entry. */

import { isUtf8 } from 'node:buffer';
import type { Context, SealedRow } from './context.js';
import { StoreError } from './errors.js';
import { invalid } from './problems.js';
import { sql } from './statements.js';
import type { NewValue, SecretId, SecretVersion, Version } from './types.js';

/** What Linux allows for one `NAME=value` with its final NUL, in bytes. */
export const LONGEST_VARIABLE = 128 * 1024;

/** Bytes that a value under this name may have. */
export function roomFor(env: string): number {
  return LONGEST_VARIABLE - Buffer.byteLength(env) - 2;
}

/** Gives `use` the plaintext; what was decrypted here is wiped afterwards. SEALED_VALUE_INVALID. */
export function withPlaintext<T>(context: Context, value: NewValue, use: (bytes: Uint8Array) => T): T {
  if ('plain' in value) return use(value.plain);
  const bytes = context.keys.openSealed(value.sealed);
  try {
    return use(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** Refuses an empty value, one with a NUL where a variable is to hold it, and one that is too long. */
export function assertValue(secret: { name: string; env: string; as: 'env' | 'file' }, bytes: Uint8Array): void {
  if (bytes.length === 0) {
    const detail = 'is empty; a secret has at least one byte';
    throw invalid([{ pointer: '/value', detail }], `Send the value of ${secret.name} again; check what produced it.`);
  }
  if (secret.as === 'env' && bytes.includes(0)) {
    const detail = 'holds a NUL byte, which no variable can hold';
    throw invalid([{ pointer: '/value', detail }], 'Register it with as: "file", or encode it first.');
  }
  assertRoom(secret.name, secret.env, bytes.length);
}

/** VALUE_TOO_LARGE when a value of `size` bytes does not fit under the name `env`. */
export function assertRoom(name: string, env: string, size: number): void {
  const most = roomFor(env);
  if (size <= most) return;
  throw new StoreError(
    'VALUE_TOO_LARGE',
    `The value of ${name} has ${size} bytes; under the name ${env} at most ${most} fit into a process's environment. Shorten it, or split it into several secrets.`,
    { problems: [{ pointer: '/value', detail: `has ${size} bytes; at most ${most} fit` }] },
  );
}

/** VALUE_NOT_UTF8 for bytes that Docker would alter on their way. */
export function assertUtf8(name: string, bytes: Uint8Array): void {
  if (isUtf8(bytes)) return;
  throw new StoreError(
    'VALUE_NOT_UTF8',
    `The value of ${name} is no UTF-8, and Docker alters such bytes silently. Store it as base64, and decode it where it is used.`,
  );
}

/** Encrypts and appends the next version. */
export function appendVersion(context: Context, secret: SecretId, bytes: Uint8Array, createdBy: string): Version {
  const last = sql(context.db, 'SELECT max(version) AS version FROM secretVersion WHERE secret = ?').get(secret);
  const version = ((last as { version: number | null }).version ?? 0) + 1;
  const row = context.keys.encrypt(secret, version, bytes, { createdAt: context.clock.now(), createdBy });
  const text = `INSERT INTO secretVersion (secret, version, keyId, nonce, ciphertext, size, createdAt, createdBy)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
  const { keyId, nonce, ciphertext, size, createdAt } = row;
  sql(context.db, text).run(secret, version, keyId, nonce, ciphertext, size, createdAt, row.createdBy);
  return version;
}

/** Decrypts one version. The caller wipes the bytes. VERSION_NOT_FOUND, VALUE_UNREADABLE, VAULT_SEALED. */
export function openVersion(context: Context, secret: { id: SecretId; name: string }, version: Version): Uint8Array {
  const text = `SELECT keyId, nonce, ciphertext, size, createdAt, createdBy FROM secretVersion
    WHERE secret = ? AND version = ? AND destroyedAt IS NULL`;
  const row = sql(context.db, text).get(secret.id, version) as SealedRow | undefined;
  if (row === undefined) throw noVersion(secret.name, version);
  return context.keys.decrypt(secret.id, version, row);
}

export function noVersion(name: string, version: Version): StoreError {
  const todo = `See which there are: \`ampoule secret show ${name}\``;
  return new StoreError('VERSION_NOT_FOUND', `${name} has no version ${version}, or it was destroyed. ${todo}.`);
}

/** The secret has no value that may be given out. */
export function noValue(name: string): StoreError {
  const todo = `Store a new one: \`ampoule secret set ${name}\``;
  return new StoreError(
    'VERSION_NOT_FOUND',
    `${name} has no value: all its versions were destroyed or revoked. ${todo}.`,
  );
}

/** All versions, newest first. */
export function versionsOf(context: Context, secret: SecretId): SecretVersion[] {
  const text = `SELECT version, size, keyId, createdAt, createdBy, destroyedAt FROM secretVersion
    WHERE secret = ? ORDER BY version DESC`;
  return sql(context.db, text).all(secret) as SecretVersion[];
}

/** Nulls the ciphertext of one version, or of all. */
export function wipeVersions(context: Context, secret: SecretId, only?: Version): void {
  const text = `UPDATE secretVersion SET nonce = NULL, ciphertext = NULL, destroyedAt = ?
    WHERE secret = ? AND destroyedAt IS NULL AND version BETWEEN ? AND ?`;
  sql(context.db, text).run(context.clock.now(), secret, only ?? 0, only ?? Number.MAX_SAFE_INTEGER);
  context.scrub();
}
