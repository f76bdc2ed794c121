/**
 * Opens the database of a vault and builds what every part of it works with: keys, acts, audit chain, door. Holds no logic of
 * secrets and sessions; store/open.ts puts those on top.
 */

import { existsSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { monotonicFactory } from 'ulid';
import { type Acts, makeActs } from './act.js';
import { makeAudit } from './audit.js';
import { makeChain } from './audit-chain.js';
import { headProblem, makeHeadFile } from './audit-head.js';
import { type Ballast, makeBallast } from './ballast.js';
import { systemClock } from './clock.js';
import type { Clock, Context, Failpoint } from './context.js';
import { createVault, readVaultRow, type VaultRow } from './create.js';
import { type Database, openDatabase, syncFile } from './database.js';
import { makeDirectory } from './directory.js';
import { StoreError } from './errors.js';
import { type Guard, makeGuard } from './guard.js';
import { readKeyFile } from './key-file.js';
import { FORMAT, type Keyring, makeKeyring } from './keyring.js';
import { migrate, schemaOf } from './migrate.js';
import { nextKeyFile } from './rekey-file.js';
import { sealReady, wipe } from './seal.js';
import { makeTombstones, type Tombstones } from './tombstones.js';
import type { Audit } from './vault.js';
import { readWrap, type UnlockKey } from './wrap.js';

export interface OpenOptions {
  /** Directory of the vault (0700); made where it is missing. */
  dataDir: string;
  /** `passphrase: null` starts sealed. A passphrase is wiped. */
  unlock: { keyFile: string } | { passphrase: Uint8Array | null };
  /** Copy of the audit chain's end, outside `dataDir`. */
  auditHeadFile: string;
  /** For tombstones; a directory that a full disk does not reach. */
  runDir: string;
  /** Of this program. */
  version: string;
  clock?: Clock;
  failpoint?: Failpoint;
  /** The disk lost a write: the vault is sealed already, and the process should end. Called at most once. */
  onFatal?: (error: Error) => void;
  /** Bytes free where the vault lies, for tests. */
  freeBytes?: () => number;
  /** 'OFF' only in a test that wants to see acknowledged commits lost. */
  synchronous?: 'FULL' | 'OFF';
}

export interface Core {
  db: Database;
  row: VaultRow;
  context: Context;
  acts: Acts;
  audit: Audit;
  guard: Guard;
  keyring: Keyring;
  ballast: Ballast;
  tombstones: Tombstones;
  /** Number of the newest migration. */
  schema: number;
  close(): void;
}

/** Name of the database in the data directory. */
export const VAULT_FILE = 'vault.db';

/** Opens the vault in `dataDir`, making it where there is none. Errors as `openVault`. */
export async function openCore(options: OpenOptions): Promise<Core> {
  await sealReady();
  const file = join(options.dataDir, VAULT_FILE);
  const fresh = !existsSync(file) ? firstUnlock(options) : null;
  for (const directory of [options.dataDir, options.runDir, dirname(options.auditHeadFile)])
    prepareDirectory(directory);
  const unclean = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const db = openDatabase(file, options.synchronous === undefined ? {} : { synchronous: options.synchronous });
  try {
    const isNew = schemaOf(db) === 0;
    if (isNew) await createVault(db, options.clock ?? systemClock(), fresh ?? firstUnlock(options));
    const core = build(db, options, migrate(db));
    await unlockAtStart(core, options);
    // What ended in the middle may have left bytes that were to be erased.
    if (unclean) core.acts.scrub();
    core.acts.flush();
    return core;
  } catch (error) {
    db.close();
    throw error;
  } finally {
    if (fresh?.kind === 'keyFile') wipe(fresh.key);
    if ('passphrase' in options.unlock) wipe(options.unlock.passphrase);
  }
}

function prepareDirectory(path: string): void {
  try {
    makeDirectory(path);
  } catch (cause) {
    throw new StoreError('STORAGE_FAILED', `The directory ${path} cannot be made. Make it, or choose another one.`, {
      cause,
    });
  }
}

/** A new vault needs something to lock it with. */
function firstUnlock({ unlock, dataDir }: OpenOptions): UnlockKey {
  if ('keyFile' in unlock) return { kind: 'keyFile', key: readKeyFile(unlock.keyFile) };
  if (unlock.passphrase !== null && unlock.passphrase.length > 0)
    return { kind: 'passphrase', passphrase: unlock.passphrase };
  throw new StoreError(
    'KEY_FILE_MISSING',
    `There is no vault in ${dataDir} yet, and nothing to lock a new one with. ` +
      'Make a key file (run `ampouled init`), or name a passphrase with AMPOULE_PASSPHRASE_FILE.',
  );
}

/** Unseals with what the process was told of, where that is the kind that this vault has. */
async function unlockAtStart({ guard, db }: Core, { unlock }: OpenOptions): Promise<void> {
  const { kind } = readWrap(db);
  if ('passphrase' in unlock) {
    if (unlock.passphrase !== null) await guard.open({ kind: 'passphrase', passphrase: unlock.passphrase });
    return;
  }
  if (kind === 'passphrase') return;
  try {
    await openWithFile(guard, unlock.keyFile);
  } catch (error) {
    const next = nextKeyFile(unlock.keyFile);
    if (!(error instanceof StoreError && error.code === 'WRONG_KEY' && existsSync(next))) throw error;
    // A new unlock key was committed, and the process ended before its file took the old one's place.
    await openWithFile(guard, next);
    renameSync(next, unlock.keyFile);
    syncFile(unlock.keyFile);
  }
}

async function openWithFile(guard: Guard, keyFile: string): Promise<void> {
  const key = readKeyFile(keyFile);
  try {
    await guard.open({ kind: 'keyFile', key });
  } finally {
    wipe(key);
  }
}

function build(db: Database, options: OpenOptions, schema: number): Core {
  const { dataDir, auditHeadFile, runDir, clock = systemClock(), failpoint = () => undefined } = options;
  const row = readVaultRow(db);
  if (row === null || row.format !== FORMAT)
    throw new StoreError(
      'STORAGE_FAILED',
      `${db.name} does not say which vault it is, or in which format. Restore a backup: run \`ampouled restore FILE\`.`,
    );
  const keyring = makeKeyring(row.id);
  const chain = makeChain(db, row.id, keyring, clock);
  const frozen = headProblem(auditHeadFile, row.id, row.epoch, chain) !== null;
  const head = makeHeadFile(auditHeadFile, { vault: row.id, epoch: row.epoch, frozen, end: chain.end });
  const ballast = makeBallast(dataDir, options.freeBytes);
  const tombstones = makeTombstones(runDir, row.id);
  const fatal = (error: Error) => {
    keyring.wipe();
    options.onFatal?.(error);
  };
  const acts = makeActs({ db, clock, failpoint, chain, head, ballast, tombstones, fatal });
  const newId = monotonicFactory();
  const { act, write, revoke, scrub, requireRoom, entombed, refuse } = acts;
  const context: Context = {
    ...{ act, write, revoke, scrub, requireRoom, entombed, refuse },
    ...{ db, clock, failpoint, keys: keyring, vaultId: row.id },
    id: (prefix) => `${prefix}_${newId(clock.now())}`,
  };
  const stateDir = dirname(auditHeadFile);
  const keyFile = 'keyFile' in options.unlock ? options.unlock.keyFile : null;

  return {
    ...{ db, row, context, acts, keyring, ballast, tombstones, schema },
    audit: makeAudit(context, chain, auditHeadFile, row.epoch),
    guard: makeGuard({ context, acts, keyring, chain, keyFile, dataDir, stateDir }),
    close() {
      if (!db.open) return;
      acts.flush();
      head.flush();
      keyring.wipe();
      // Empties and removes the WAL; what a full disk keeps in it is found at the next start.
      db.close();
    },
  };
}
