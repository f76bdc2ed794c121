/** Key files: 32 random bytes that unlock a vault, in a file of their own. Knows no database. */

import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFile } from './database.js';
import { makeDirectory } from './directory.js';
import { StoreError } from './errors.js';
import { KEY_BYTES, randomBytes, wipe } from './seal.js';

/**
 * Writes a new key to `path` (0600, durable), making its directory (0700) where it is missing. Never overwrites: INVALID_INPUT
 * when there is a file. Other errors of the file system come as they are.
 */
export function makeKeyFile(path: string): void {
  const directory = dirname(path);
  makeDirectory(directory);
  const descriptor = openNew(path);
  const key = randomBytes(KEY_BYTES);
  try {
    writeSync(descriptor, key);
    fsyncSync(descriptor);
  } finally {
    wipe(key);
    closeSync(descriptor);
  }
  syncFile(path);
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const detail = 'there is a file already';
    throw new StoreError('INVALID_INPUT', `A key file is never overwritten, and ${path} exists. Name another path.`, {
      cause: error,
      problems: [{ pointer: '/keyFile', detail }],
    });
  }
}

/** The key in `path`; the caller wipes it. KEY_FILE_MISSING when it cannot be read, WRONG_KEY when it is no key. */
export function readKeyFile(path: string): Uint8Array {
  let key: Buffer;
  try {
    key = readFileSync(path);
  } catch (error) {
    throw new StoreError(
      'KEY_FILE_MISSING',
      `The key file ${path} cannot be read. Put it back, or name another one with AMPOULE_KEY_FILE.`,
      { cause: error },
    );
  }
  if (key.length === KEY_BYTES) return key;
  wipe(key);
  throw new StoreError(
    'WRONG_KEY',
    `${path} is no key file: it has ${key.length} bytes instead of ${KEY_BYTES}. Name the right one with AMPOULE_KEY_FILE.`,
  );
}
