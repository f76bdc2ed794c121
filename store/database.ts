/**
 * The SQLite file and the only file that knows better-sqlite3: opens a vault's database with the settings that keep
 * acknowledged commits and erase deleted bytes, holds its lock for life, and reads SQLite's errors. Knows no tables.
 */

import { closeSync, existsSync, fsyncSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite, { type Database as SqliteDatabase } from 'better-sqlite3';
import { StoreError } from './errors.js';

export type Database = SqliteDatabase;

/** 'Ampo': SQLite's application_id of a vault. */
export const APPLICATION_ID = 0x416d706f;

/** How long a second opener waits for the lock before it is told that the vault is taken, in milliseconds. */
const LOCK_WAIT = 500;

export interface DatabaseOptions {
  /** false: a missing file is an error. Default true. */
  create?: boolean;
  /** How SQLite makes a commit durable; only a test that wants to lose data changes it. */
  synchronous?: 'FULL' | 'OFF';
}

/**
 * Opens and locks the database at `file` for this connection alone, until it is closed.
 * VAULT_LOCKED when another process has it; STORAGE_FAILED when it is damaged or cannot be read.
 */
export function openDatabase(file: string, options: DatabaseOptions = {}): Database {
  let db: Database | null = null;
  try {
    if (!existsSync(file) && options.create !== false) createPrivateFile(file);
    db = new Sqlite(file, { fileMustExist: true, timeout: LOCK_WAIT });
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('trusted_schema = OFF');
    db.pragma('cell_size_check = ON');
    db.pragma('mmap_size = 0');
    db.pragma('temp_store = MEMORY');
    db.pragma('foreign_keys = ON');
    if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal')
      throw new StoreError('STORAGE_FAILED', `The file system of ${file} cannot hold SQLite's WAL. Use a local one.`);
    db.pragma(`synchronous = ${options.synchronous ?? 'FULL'}`);
    db.pragma('secure_delete = ON');
    db.exec('BEGIN IMMEDIATE; COMMIT');
    const verdict = db.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') throw damaged(file, undefined);
    return db;
  } catch (error) {
    db?.close();
    throw openingError(file, error);
  }
}

function openingError(file: string, error: unknown): unknown {
  if (error instanceof StoreError) return error;
  const code = sqliteCode(error);
  if (code?.startsWith('SQLITE_BUSY') || code?.startsWith('SQLITE_LOCKED'))
    return new StoreError(
      'VAULT_LOCKED',
      `Another process has the vault ${file} open. Stop it first: run \`fuser ${file}\` to see which one it is.`,
      { cause: error },
    );
  if (code?.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return damaged(file, error);
  if (code === 'SQLITE_FULL')
    return new StoreError('DISK_FULL', `No space is left for ${file}. Free some and start again.`, { cause: error });
  return new StoreError('STORAGE_FAILED', `The vault ${file} cannot be opened. Check its owner and its disk.`, {
    cause: error,
  });
}

function damaged(file: string, cause: unknown): StoreError {
  return new StoreError(
    'STORAGE_FAILED',
    `The vault ${file} is damaged or no SQLite database. Restore a backup: run \`ampouled restore FILE\`.`,
    { cause },
  );
}

/** SQLite's extended code of an error ('SQLITE_FULL', 'SQLITE_IOERR_FSYNC' …); null for errors of other origin. */
export function sqliteCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return /^(SQLITE_|UNKNOWN_SQLITE_)/.test(error.code) ? error.code : null;
}

/** An fsync failed: nobody knows what of the last commits is on the disk, and trying again would lie. */
export function isFsyncFailure(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === 'SQLITE_IOERR_FSYNC' || code === 'SQLITE_IOERR_DIR_FSYNC';
}

/** Moves the whole WAL into the database and truncates it: bytes that were deleted are then in neither file. */
export function checkpoint(db: Database): void {
  const [row] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  if (row === undefined || row.busy !== 0)
    throw new StoreError('STORAGE_FAILED', 'The write-ahead log could not be emptied. It is tried again by itself.');
}

/** Ends WAL mode, so that the database is one file; the lock is kept. */
export function leaveWal(db: Database): void {
  if (db.pragma('journal_mode = DELETE', { simple: true }) !== 'delete')
    throw new StoreError('STORAGE_FAILED', `${db.name} cannot be made one file. Check its disk.`);
}

/** Copies the whole database into `file` (0600, fsynced) at once. For start-up: it blocks. */
export function copyNow(db: Database, file: string): void {
  createPrivateFile(file);
  db.prepare('VACUUM INTO ?').run(file);
  syncFile(file);
}

/** Copies the whole database into `file` (0600, fsynced) a few pages at a time; commits in between are in the copy. */
export async function copySlowly(db: Database, file: string): Promise<{ bytes: number }> {
  createPrivateFile(file);
  await db.backup(file, { progress: () => 256 });
  syncFile(file);
  return { bytes: statSync(file).size };
}

/** Makes an empty file that only its owner may read; its name is durable. EEXIST when there is one. */
export function createPrivateFile(file: string): void {
  closeSync(openSync(file, 'wx', 0o600));
  syncFile(file);
}

/** Makes a file and its name durable. Never for an open database: closing any descriptor of it drops SQLite's lock. */
export function syncFile(file: string): void {
  for (const path of [file, dirname(file)]) {
    const descriptor = openSync(path, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}
