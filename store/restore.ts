/**
 * Puts a backup in the place of a vault while no daemon runs: checks it, keeps the old vault beside it, and raises the epoch so
 * that whatever was made after the backup is known as such. Reveals no value.
 */

import { chmodSync, constants, copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeChain, restoreTarget } from './audit-chain.js';
import { type Head, readHead, writeHead } from './audit-head.js';
import { systemClock } from './clock.js';
import { doubtRefreshTokens } from './connections-restore.js';
import type { Clock } from './context.js';
import { VAULT_FILE } from './core.js';
import { readVaultRow, type VaultRow } from './create.js';
import { type Database, leaveWal, openDatabase, syncFile } from './database.js';
import { makeDirectory } from './directory.js';
import { StoreError } from './errors.js';
import { readKeyFile } from './key-file.js';
import { FORMAT, makeKeyring, type WrappedDataKey } from './keyring.js';
import { migrate, schemaOf } from './migrate.js';
import { sealReady, wipe } from './seal.js';
import { readWrap, type UnlockKey, unwrapRoot } from './wrap.js';

export interface RestoreOptions {
  /** The backup; it stays as it is. */
  file: string;
  dataDir: string;
  /** What unlocked the vault on the day of the backup. Given, it is tried before anything is touched. */
  unlock?: { keyFile: string } | { passphrase: Uint8Array };
  /** Head of the audit chain; it is moved to the end of the restored one. */
  auditHeadFile?: string;
  clock?: Clock;
}
export interface Restored {
  id: string;
  /** Greater than every one before. */
  epoch: number;
  schema: number;
  /** The old vault, beside the new one; null: there was none. */
  kept: string | null;
}

/**
 * Restores `file`. All of it happens, or nothing.
 * BACKUP_INVALID: it is no sound vault, or of another vault than the one in `dataDir`. VAULT_LOCKED: a daemon runs.
 * SCHEMA_NEWER. WRONG_KEY or PASSPHRASE_WRONG: `unlock` does not open it.
 */
export async function restoreVault(options: RestoreOptions): Promise<Restored> {
  await sealReady();
  const { file, dataDir, clock = systemClock() } = options;
  if (!existsSync(file)) throw invalid(file, 'there is no such file');
  makeDirectory(dataDir);
  const place = join(dataDir, VAULT_FILE);
  const old = existsSync(place) ? takeOld(place) : null;
  const next = `${place}.restoring`;
  try {
    removeDatabase(next);
    copyDatabase(file, next);
    const { end, ...restored } = await prepare(next, options, old?.row ?? null, clock);
    const kept = old === null ? null : keepOld(place, clock);
    renameSync(next, place);
    syncFile(dirname(place));
    if (options.auditHeadFile !== undefined) writeHead(options.auditHeadFile, end);
    return { ...restored, kept };
  } finally {
    removeDatabase(next);
    old?.db?.close();
  }
}

/** The old vault, locked until the new one stands in its place. A damaged one has no row and no lock. */
function takeOld(place: string): { db: Database | null; row: VaultRow | null } {
  let db: Database;
  try {
    db = openDatabase(place);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'STORAGE_FAILED') return { db: null, row: null };
    throw error;
  }
  try {
    const row = Number(db.pragma('user_version', { simple: true })) === 0 ? null : readVaultRow(db);
    // One file from here on: its WAL must not be found beside the new vault.
    leaveWal(db);
    return { db, row };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Checks the copy in `next` and makes it the vault that it will be, as one durable file. */
async function prepare(
  next: string,
  { file, unlock, auditHeadFile }: RestoreOptions,
  old: VaultRow | null,
  clock: Clock,
): Promise<Omit<Restored, 'kept'> & { end: Head }> {
  const db = openCopy(next, file);
  try {
    if (schemaOf(db) === 0) throw invalid(file, 'it holds no vault');
    const schema = migrateQuietly(db, next);
    const row = readVaultRow(db);
    if (row === null || row.format !== FORMAT) throw invalid(file, 'it does not say which vault it is');
    if (old !== null && old.id !== row.id)
      throw invalid(file, `it is of the vault ${row.id}, and ${next.replace(/\.restoring$/, '')} is ${old.id}`);
    const keyring = makeKeyring(row.id);
    try {
      if (unlock !== undefined) await unsealWith(db, row, unlock, keyring.unseal);
      const head = auditHeadFile === undefined ? null : readHead(auditHeadFile);
      const headEpoch = head === null || head === 'unreadable' || head.vault !== row.id ? 0 : head.epoch;
      const epoch = Math.max(row.epoch, old?.epoch ?? 0, headEpoch) + 1;
      const chain = makeChain(db, row.id, keyring, clock);
      const end = db
        .transaction(() => {
          db.prepare('UPDATE vault SET epoch = ?').run(epoch);
          doubtRefreshTokens(db, clock.now());
          const detail = { epoch, backupEpoch: row.epoch, backupEntries: chain.end().seq };
          return chain.append({ kind: 'daemon' }, { action: 'vault.restore', target: restoreTarget(epoch), detail });
        })
        .immediate();
      leaveWal(db);
      const hash = Buffer.from(end.hash).toString('hex');
      return { id: row.id, epoch, schema, end: { vault: row.id, epoch, seq: end.seq, hash } };
    } finally {
      keyring.wipe();
    }
  } finally {
    db.close();
    syncFile(next);
  }
}

function openCopy(next: string, file: string): Database {
  try {
    return openDatabase(next, { create: false });
  } catch (error) {
    if (error instanceof StoreError && error.code === 'STORAGE_FAILED')
      throw invalid(file, 'it is damaged or no SQLite database', error);
    throw error;
  }
}

/** The backup itself is the copy to go back to, so the ones that a migration makes are not kept. */
function migrateQuietly(db: Database, next: string): number {
  const from = schemaOf(db);
  const schema = migrate(db);
  for (let number = from; number < schema; number++) rmSync(`${next}.schema-${number}`, { force: true });
  return schema;
}

async function unsealWith(
  db: Database,
  row: VaultRow,
  unlock: NonNullable<RestoreOptions['unlock']>,
  unseal: (root: Uint8Array, dataKeys: WrappedDataKey[], publicKey: Uint8Array) => void,
): Promise<void> {
  const key: UnlockKey =
    'keyFile' in unlock
      ? { kind: 'keyFile', key: readKeyFile(unlock.keyFile) }
      : { kind: 'passphrase', passphrase: unlock.passphrase };
  try {
    const root = await unwrapRoot(row.id, readWrap(db), key);
    if (root === null)
      throw new StoreError(
        key.kind === 'keyFile' ? 'WRONG_KEY' : 'PASSPHRASE_WRONG',
        'The backup does not open with this key. It needs the unlock key of the day it was made.',
      );
    unseal(root, db.prepare<[], WrappedDataKey>('SELECT id, nonce, ciphertext FROM dataKey').all(), row.publicKey);
  } finally {
    wipe(key.kind === 'keyFile' ? key.key : key.passphrase);
  }
}

/** A second name for the old vault; the first one is replaced in one step. */
function keepOld(place: string, clock: Clock): string {
  const stem = `${place}.replaced-${new Date(clock.now()).toISOString().replace(/[:.]/g, '-')}`;
  let kept = stem;
  for (let n = 2; existsSync(kept); n++) kept = `${stem}-${n}`;
  linkSync(place, kept);
  for (const suffix of ['-wal', '-journal'])
    if (existsSync(`${place}${suffix}`)) renameSync(`${place}${suffix}`, `${kept}${suffix}`);
  return kept;
}

/** With its WAL, if it is the copy of a vault that was not closed. */
function copyDatabase(file: string, next: string): void {
  for (const suffix of ['', '-wal']) {
    if (!existsSync(`${file}${suffix}`)) continue;
    copyFileSync(`${file}${suffix}`, `${next}${suffix}`, constants.COPYFILE_EXCL);
    chmodSync(`${next}${suffix}`, 0o600);
  }
}

function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true });
}

function invalid(file: string, reason: string, cause?: unknown): StoreError {
  return new StoreError('BACKUP_INVALID', `${file} cannot be restored: ${reason}. Choose another backup.`, { cause });
}
