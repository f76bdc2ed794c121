/** What every part of the vault works with. Built once by store/open.ts; holds no logic of its own. */

import type { Database } from './database.js';
import type { Caller, Millis, NewAuditEntry } from './types.js';

/** Source of time, passed in so that tests need no sleeping. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): Millis;
  /** Milliseconds on CLOCK_BOOTTIME, which goes on while the machine sleeps. */
  boot(): Millis;
  /** Changes with each boot of the machine. */
  bootId(): string;
}

/** Called around each write with a name such as `secret.create:committed`. Does nothing but in test builds. */
export type Failpoint = (name: string) => void;

/** The columns of a version row that its ciphertext vouches for: change one and it no longer opens. */
export interface SealedRow {
  keyId: number;
  nonce: Uint8Array;
  ciphertext: Uint8Array;
  /** Bytes of the plaintext. */
  size: number;
  createdAt: Millis;
  createdBy: string;
}

export interface Keys {
  readonly state: 'sealed' | 'unsealed';
  /** Encrypts under the newest data key; the result is the row to store, `about` included. VAULT_SEALED. */
  encrypt(
    secret: string,
    version: number,
    value: Uint8Array,
    about: { createdAt: Millis; createdBy: string },
  ): SealedRow;
  /** Throws VALUE_UNREADABLE for an altered row, VAULT_SEALED while sealed. The caller wipes the bytes. */
  decrypt(secret: string, version: number, row: SealedRow): Uint8Array;
  /** Opens a `crypto_box_seal`; SEALED_VALUE_INVALID. */
  openSealed(sealed: Uint8Array): Uint8Array;
  /** 32 bytes under a key derived from the root key for `purpose`. Parts are length-prefixed. Throws VAULT_SEALED. */
  mac(purpose: 'audit' | 'container' | 'environment' | 'idempotency', ...parts: (string | Uint8Array)[]): Uint8Array;
}

export interface Context {
  readonly db: Database;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
  readonly vaultId: string;
  /** New id: prefix and ULID. */
  id<P extends string>(prefix: P): `${P}_${string}`;
  /**
   * One act: audit entry and change in one durable transaction; its failure undoes both.
   * SQLITE_FULL and I/O errors become STORAGE_FAILED or DISK_FULL; a failed audit AUDIT_UNAVAILABLE.
   * Nested calls join the outer transaction.
   */
  act<T>(caller: Caller, entry: NewAuditEntry | ((result: T) => NewAuditEntry), change: () => T): T;
  /**
   * As `act`, for what takes something away: if it cannot be recorded, even with the ballast released, tombstones for `pairs`
   * are in force before REVOKED_NOT_RECORDED is thrown, and `change` is tried again by `flushTombstones`.
   */
  revoke<T>(
    caller: Caller,
    entry: NewAuditEntry | ((result: T) => NewAuditEntry),
    pairs: () => { session: string; secret: string }[],
    change: () => T,
  ): T;
  /**
   * One durable change without an audit entry (rows of the daemon's own: containers, last use). Maps errors as `act` does
   * and joins an outer transaction. `name` names its failpoints.
   */
  write<T>(name: string, change: () => T): T;
  /**
   * Call inside `act` or `revoke` where ciphertext or a wrap was deleted or replaced: after the commit the WAL is
   * checkpointed and truncated, so that the old bytes are in neither file.
   */
  scrub(): void;
  /** DISK_FULL when too little is free for new values. */
  requireRoom(): void;
  /** true: revoked but not recorded; nobody is given it. Also of a whole token or sandbox, see store/tombstones.ts. */
  entombed(session: string, secret: string): boolean;
  /** Writes a `refused` audit entry of its own transaction and throws FORBIDDEN or OUT_OF_BOUNDS. */
  refuse(caller: Caller, code: 'FORBIDDEN' | 'OUT_OF_BOUNDS', entry: NewAuditEntry, message: string): never;
}
