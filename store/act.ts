/**
 * Acts: a change and its audit entry in one durable transaction, refusals, and revocations that hold even when they cannot be
 * recorded. Knows no secret and no session; what is changed is the caller's.
 */

import type { Chain } from './audit-chain.js';
import type { HeadFile } from './audit-head.js';
import type { Ballast } from './ballast.js';
import { callerName } from './caller.js';
import type { Clock, Context, Failpoint } from './context.js';
import { type Database, isFsyncFailure, sqliteCode } from './database.js';
import { erase } from './erase.js';
import { type StoreCode, StoreError } from './errors.js';
import { recordTombstones } from './tombstone-record.js';
import type { Tombstones, Unrecorded } from './tombstones.js';
import type { Caller, NewAuditEntry } from './types.js';

/** The acts of a Context, and what keeps them up once a second. */
export interface Acts
  extends Pick<Context, 'act' | 'write' | 'revoke' | 'scrub' | 'requireRoom' | 'entombed' | 'refuse'> {
  /** Tries again what could not be recorded or erased, and makes the ballast again. true: nothing is left. */
  flush(): boolean;
}
export interface ActParts {
  db: Database;
  clock: Clock;
  failpoint: Failpoint;
  chain: Chain;
  head: HeadFile;
  ballast: Ballast;
  tombstones: Tombstones;
  /** A failed fsync: nothing may be acknowledged any more. Called once. */
  fatal(error: Error): void;
}

/** Refusals of the disk or the audit, in which a revocation takes effect all the same. */
const UNRECORDED: readonly StoreCode[] = ['DISK_FULL', 'STORAGE_FAILED', 'AUDIT_UNAVAILABLE'];

export function makeActs({ db, clock, failpoint, chain, head, ballast, tombstones, fatal }: ActParts): Acts {
  let dead = false;
  let scrubWanted = false;
  let refusals: (() => void)[] = [];

  /** One transaction, or a savepoint of the outer one. `name` is known at the latest when `body` has run. */
  function durable<T>(body: () => T, name: () => string): T {
    if (dead) throw diedBefore();
    if (db.inTransaction) return db.transaction(body)();
    let result: T;
    try {
      result = db.transaction(body).immediate();
    } catch (error) {
      throw translate(error);
    } finally {
      const late = refusals;
      refusals = [];
      for (const record of late) record();
    }
    failpoint(`${name()}:committed`);
    head.changed();
    if (scrubWanted) scrubNow();
    return result;
  }

  function translate(error: unknown): unknown {
    const code = sqliteCode(error);
    if (isFsyncFailure(error) && !dead) {
      dead = true;
      fatal(error as Error);
    }
    return code === null ? error : storageError(code, error);
  }

  /** Bytes that could not be erased now are erased by the next scrub or `flush`. */
  function scrubNow(): void {
    try {
      erase(db);
      scrubWanted = false;
    } catch (error) {
      translate(error);
    }
  }

  function append(caller: Caller, entry: NewAuditEntry): void {
    try {
      chain.append(caller, entry);
    } catch (error) {
      const code = sqliteCode(error);
      if (code !== null && !code.startsWith('SQLITE_CONSTRAINT') && code !== 'SQLITE_ERROR') throw error;
      throw new StoreError(
        'AUDIT_UNAVAILABLE',
        'The audit entry could not be written, so nothing was done. Run `ampoule audit verify`.',
        { cause: error },
      );
    }
  }

  const act: Context['act'] = (caller, entry, change) => {
    let action = typeof entry === 'function' ? '' : entry.action;
    return durable(
      () => {
        const result = change();
        const said = typeof entry === 'function' ? entry(result) : entry;
        action = said.action;
        append(caller, said);
        failpoint(`${action}:recorded`);
        return result;
      },
      () => action,
    );
  };

  const revoke: Context['revoke'] = (caller, entry, pairs, change) => {
    const again = () => act(caller, entry, change);
    if (db.inTransaction) return again();
    try {
      const result = triedTwice(again);
      if (tombstones.waiting().length > 0) flush();
      return result;
    } catch (error) {
      if (!(error instanceof StoreError) || !UNRECORDED.includes(error.code)) throw error;
      const said = { caller: callerName(caller), action: actionOf(entry) };
      const named = pairs();
      const key = typeof entry === 'function' ? {} : { key: JSON.stringify([said.caller, entry, named]) };
      const stones = named.map((pair) => ({ ...pair, ...said, at: clock.now() }));
      const kept = tombstones.add({ tombstones: stones, again, ...key });
      throw new StoreError(
        'REVOKED_NOT_RECORDED',
        `It is revoked, but the vault could not record it (${error.code}${kept ? '' : '; nor could the run directory'}). ` +
          'Free disk space; recording is tried again by itself. Send the request again to see it recorded.',
        { cause: error },
      );
    }
  };

  /** A full disk gives the ballast up, once. */
  function triedTwice<T>(again: () => T): T {
    try {
      return again();
    } catch (error) {
      if (error instanceof StoreError && error.code === 'DISK_FULL' && ballast.release()) return again();
      throw error;
    }
  }

  function flush(): boolean {
    if (dead) return false;
    for (const unrecorded of tombstones.waiting()) if (!settle(unrecorded)) return false;
    if (scrubWanted && !db.inTransaction) scrubNow();
    ballast.ensure();
    return !scrubWanted;
  }

  /** The act itself where this process still has it, and in any case the pairs that its tombstones name. */
  function settle(unrecorded: Unrecorded): boolean {
    try {
      triedTwice(() => unrecorded.again?.());
    } catch (error) {
      if (!(error instanceof StoreError) || UNRECORDED.includes(error.code)) return false;
    }
    try {
      triedTwice(() => recordTombstones(db, clock, act, unrecorded.tombstones));
    } catch {
      return false;
    }
    tombstones.done(unrecorded);
    return true;
  }

  return {
    act,
    revoke,
    flush,
    write: (name, change) =>
      durable(
        () => {
          const result = change();
          failpoint(`${name}:recorded`);
          return result;
        },
        () => name,
      ),
    scrub() {
      scrubWanted = true;
      if (!db.inTransaction) scrubNow();
    },
    requireRoom: () => ballast.requireRoom(),
    entombed: (session, secret) => tombstones.entombed(session, secret),
    refuse(caller, code, entry, message) {
      const record = () => act(caller, { ...entry, outcome: 'refused' }, () => undefined);
      // Inside a transaction that the refusal is about to undo, the entry waits for its end.
      if (db.inTransaction) refusals.push(record);
      else record();
      throw new StoreError(code, message);
    },
  };
}

function actionOf<T>(entry: NewAuditEntry | ((result: T) => NewAuditEntry)): string {
  return typeof entry === 'function' ? 'revoke' : entry.action;
}

function diedBefore(): StoreError {
  return new StoreError('STORAGE_FAILED', 'The disk failed to keep a write. Check it, then start the daemon again.');
}

/** The vault's word for what SQLite said; what can only be a mistake in this program stays as it is. */
function storageError(code: string, cause: unknown): unknown {
  if (code === 'SQLITE_FULL')
    return new StoreError('DISK_FULL', 'The disk of the vault is full; nothing was changed. Free some space there.', {
      cause,
    });
  if (/^SQLITE_(IOERR|CORRUPT|NOTADB|READONLY|CANTOPEN|NOMEM|PROTOCOL|BUSY|LOCKED)/.test(code))
    return new StoreError('STORAGE_FAILED', `The vault's disk failed (${code}); nothing was changed. Check the disk.`, {
      cause,
    });
  return cause;
}
