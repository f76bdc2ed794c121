/** The face of an open vault: what each part can do. Every operation takes a caller, authorises, audits and acts at once. */

import type { Connections } from './connection-types.js';
import type { Diagnosis } from './diagnosis-types.js';
import type { History } from './history.js';
import type { Leaks } from './leaks.js';
import type { LocalCommands } from './local-command-types.js';
import type { Reencryption } from './reencryption.js';
import type { Scans } from './scans.js';
import type { SessionValue, WhichValues } from './session-values.js';
import type {
  ActivateOptions,
  ActivationRequest,
  ActivationWish,
  Affected,
  Ask,
  AuditEntry,
  AuditVerdict,
  Bundle,
  Caller,
  ContainerRole,
  ContainerRow,
  Exposure,
  ExposureEntry,
  HeldVersion,
  HolderEvent,
  HolderRow,
  Look,
  Millis,
  NewAuditEntry,
  NewSandbox,
  NewSecret,
  NewSession,
  NewToken,
  NewValue,
  Page,
  PageRequest,
  RegisterOptions,
  RequestId,
  RequestState,
  Revealed,
  Sandbox,
  SandboxId,
  Secret,
  SecretFilter,
  SecretId,
  SecretPatch,
  SecretVersion,
  Selection,
  Session,
  SessionId,
  SessionPatch,
  Toggle,
  Token,
  UsageEntry,
  UsageFilter,
  VaultStatus,
  Version,
  Wanted,
  WantedValue,
} from './types.js';

export interface Secrets {
  create(caller: Caller, secret: NewSecret, value: NewValue, options?: { look?: Look }): Secret;
  /** Several of one provider, all or none. `created` and `rotated`: names. */
  register(
    caller: Caller,
    bundle: Bundle,
    options?: RegisterOptions,
  ): Affected & { secrets: Secret[]; created: string[]; rotated: string[] };
  /** Creates (`created`) or rotates. `revoke` raises the floor: holders of older versions end. */
  setValue(
    caller: Caller,
    name: string,
    value: NewValue,
    options?: { revoke?: boolean; look?: Look },
  ): Affected & { secret: Secret; created: boolean; version: Version };
  list(caller: Caller, filter?: SecretFilter, page?: PageRequest): Page<Secret>;
  get(caller: Caller, name: string): Secret;
  /** `sessions`: those where a sandbox's ceiling may now admit other secrets. */
  update(caller: Caller, name: string, patch: SecretPatch): Secret & Affected;
  versions(caller: Caller, name: string): SecretVersion[];
  /** An older value as a new version. `same`: it is the current one already. SECRET_LEAKED, VERSION_NOT_FOUND. */
  rollback(
    caller: Caller,
    name: string,
    version: Version,
    options?: { revoke?: boolean },
  ): Affected & { name: string; version: Version; same: boolean };
  /** Who held which version, newest first. A deleted secret is found by its id. */
  usage(caller: Caller, name: string, filter?: UsageFilter, page?: PageRequest): Page<UsageEntry>;
  /** How many are due for rotation now, and how many expire within a week. The daemon's own. */
  upcoming(): { due: number; expiring: number };
  /** Those for which a rotation or an expiry became near or due after `from` and until `to`. The daemon's own. */
  reached(from: Millis, to: Millis): SecretId[];
  destroyVersion(caller: Caller, name: string, version: Version): Affected;
  /** An active one: SECRET_ACTIVE unless `force`, which deactivates everywhere first. */
  delete(caller: Caller, name: string, options?: { force?: boolean }): Affected;
  /** Operator only, audited with `reason`. */
  reveal(caller: Caller, name: string, reason: string): Revealed;
}

export interface Sessions {
  create(caller: Caller, session: NewSession): Session;
  /** Get or create. Settings that differ: SESSION_DIFFERS; somebody else's: NAME_TAKEN. */
  ensure(caller: Caller, name: string, session: Omit<NewSession, 'name'>): { session: Session; created: boolean };
  list(caller: Caller, filter?: { state?: 'live' | 'ended' }, page?: PageRequest): Page<Session>;
  get(caller: Caller, name: string): Session;
  update(caller: Caller, name: string, patch: SessionPatch): Session;
  /** Deactivates everything, marks its sandboxes ended, revokes its agent tokens. */
  end(caller: Caller, name: string, reason?: string): Affected & { session: Session; sandboxes: SandboxId[] };
  /** Moves the idle clock; written at most once a second per session. */
  touch(id: SessionId): void;
  /** Ends what its TTL or idle time ended; activations whose `until` or whose secret's `expiresAt` passed go. */
  expire(): Affected & { sandboxes: SandboxId[] };
  /** When `expire` has something to do next; null: nothing. */
  nextExpiry(): Millis | null;
  /** Sensitive values that may be known around it: for masking, bounded. The daemon's own. */
  values(id: SessionId, which?: WhichValues): SessionValue[];
}

export interface Activations {
  table(caller: Caller, session: string): { session: Session; items: Toggle[] };
  /** All or nothing. */
  activate(
    caller: Caller,
    session: string,
    what: ActivationWish[] | Selection,
    options?: ActivateOptions,
  ): Affected & { session: Session };
  /** `inactive`: names and selectors of which nothing was active, so that nothing was taken away. */
  deactivate(caller: Caller, session: string, what: Selection): Affected & { session: Session; inactive: string[] };
  /** Sets exactly; a wish without `as` and `ttl` keeps what it has. */
  set(
    caller: Caller,
    session: string,
    active: ActivationWish[],
    options?: ActivateOptions,
  ): Affected & { session: Session };
}

/** Asks for a change of what is active, which an operator decides on. */
export interface Requests {
  /** The same ask again, while it waits, is the one that waits. NOTHING_TO_ASK, REQUEST_LIMIT. */
  ask(caller: Caller, session: string, ask: Ask): { request: ActivationRequest; created: boolean };
  list(
    caller: Caller,
    filter?: { state?: RequestState; session?: string },
    page?: PageRequest,
  ): Page<ActivationRequest>;
  get(caller: Caller, id: string): ActivationRequest;
  /**
   * Grants all, or those of `names`, and makes the change in the same transaction. An approved one is left as it is (`sessions`
   * is empty then), and is REQUEST_CLOSED where the options say otherwise than it was; so is another closed one. Everything that activating throws leaves it pending.
   */
  approve(
    caller: Caller,
    id: string,
    options?: { names?: string[]; ttl?: Millis },
  ): Affected & { request: ActivationRequest; session: Session };
  deny(caller: Caller, id: string, reason?: string): ActivationRequest;
  /** By who asked, or an operator. */
  withdraw(caller: Caller, id: string): ActivationRequest;
  /** How many wait. */
  pending(): number;
  /** Closes those that nobody decided on in time. */
  expire(): RequestId[];
}

export interface Sandboxes {
  /** With its session (inline) and activations in one transaction. */
  create(caller: Caller, sandbox: NewSandbox): { sandbox: Sandbox; session: Session };
  list(caller: Caller, filter?: { session?: string; state?: 'live' | 'ended' }, page?: PageRequest): Page<Sandbox>;
  get(caller: Caller, name: string): Sandbox;
  /** Ends it; the session's last one lapses activations under `require-activation`, and ends an inline session. */
  end(
    caller: Caller,
    name: string,
    reason?: string,
  ): Affected & { sandbox: Sandbox; session: Session; sandboxes: SandboxId[] };
  /** Its container is to be made anew; as the end of a session's last sandbox it lapses activations under `require-activation`. */
  reset(caller: Caller, name: string): Affected & { sandbox: Sandbox; session: Session };
  /** Who held what in it, what is held first, then newest first. An ended one is found by its id. */
  exposure(caller: Caller, name: string, page?: PageRequest): Page<ExposureEntry>;
  /** The port that was chosen at the first start, kept from then on. */
  keepPorts(id: SandboxId, ports: Sandbox['settings']['ports']): void;
  touch(id: SandboxId): void;
  /** Ids of the sandboxes whose idle time has passed. */
  idle(): SandboxId[];
  /** Authorises an exec and writes its audit entry before it runs. Throws VAULT_SEALED. */
  authorizeExec(
    caller: Caller,
    name: string,
    detail: { command: string; user?: string; masking?: boolean; detach?: boolean; terminal?: boolean },
  ): Sandbox;
  /** Live ones by delivery, and those whose containers hold something that only lasts for a lease. */
  census(): { env: number; memory: number; leased: number; longestLease: Millis };
  /** Live ones and ended ones that still have containers. */
  unsettled(): SandboxId[];
  wanted(id: SandboxId): Wanted | null;
  /** Number of its session's wanted environment, which says cheaply whether {@link wanted} is another; null: no such sandbox. */
  generation(id: SandboxId): number | null;
  /** What it was ever given, as far as it can be read: for redaction. Empty while sealed. */
  held(id: SandboxId): Pick<WantedValue, 'secret' | 'name' | 'version' | 'sensitive' | 'open'>[];
  /** Names of sensitive secrets of which its container had a version that was destroyed: what it printed of them cannot be recognised. */
  lost(id: SandboxId): string[];
}

/** Rows that the reconciler commits before and after each container call. Not for callers: the daemon's own. */
export interface Containers {
  of(sandbox: SandboxId): ContainerRow[];
  /** Before a create. Opens exposures at `started`. */
  intend(row: {
    sandbox: SandboxId;
    role: ContainerRole;
    nonce: string;
    epoch: number;
    generation: number;
    /** Of its sandbox, by now; 0 when not given. */
    resets?: number;
    envMac: string;
    holds: HeldVersion[];
  }): ContainerRow;
  created(id: number, dockerId: string, imageDigest: string | null): void;
  /** Before the start call: exposure rows open here, since from here on it may hold the values. */
  starting(id: number): void;
  started(id: number, process: { pid: number; pidStart: string | null; bootId: string | null }): void;
  /** Nothing in it runs: its exposures and its holders end. */
  stopped(id: number): void;
  /** Before values go to a running container: it may hold these from here on. Nothing is written where it holds them all already. */
  delivering(id: number, holds: HeldVersion[]): void;
  /** It holds exactly this: exposures of anything else end. */
  delivered(id: number, at: { epoch: number; generation: number }, holds: HeldVersion[]): void;
  /** Runs calls of these in one transaction; throws when one of them does, and then nothing of any is there. */
  together(acts: (() => void)[]): void;
  /** Writes what began and ended, in this order, in one transaction. */
  holders(events: HolderEvent[]): void;
  role(id: number, role: ContainerRole): void;
  /** Same environment under a newer generation: nothing to do for the container. */
  generation(id: number, epoch: number, generation: number): void;
  ended(id: number): void;
  /** Rows without an end, for the search of orphans. */
  open(): ContainerRow[];
  exposures(filter: { secret?: string; sandbox?: SandboxId }): Exposure[];
  /** Holders of a sandbox, those that run among them. */
  holdersOf(sandbox: SandboxId): HolderRow[];
}

export interface Tokens {
  /** The token itself is shown here and never again. */
  create(caller: Caller, token: NewToken): { token: Token; secret: string };
  list(caller: Caller, page?: PageRequest): Page<Token>;
  revoke(caller: Caller, id: string): Token;
  /** Looks the digest up in constant time; null when unknown. `problem` says why a known one is refused. */
  authenticate(token: string): { caller: Caller; token: Token } | { problem: 'expired' | 'revoked' } | null;
  /** Writes the collected last-used times. */
  flush(): void;
}

export interface Audit {
  list(
    caller: Caller,
    filter?: { action?: string; target?: string; since?: Millis },
    page?: PageRequest,
  ): Page<AuditEntry>;
  verify(caller: Caller): AuditVerdict;
  /** An entry without a change of rows: refusals by policy, exec, environment read. */
  record(caller: Caller, entry: NewAuditEntry): void;
}

/** `Idempotency-Key` records: keyed digest of the body and the id of what was made, never the body. 24 h. */
export interface Idempotency {
  /**
   * Makes what a request asks for, or finds what it made the first time: what `make` does and the key's record are one
   * transaction, so a crash leaves both or neither. `make` returns the id. Throws IDEMPOTENCY_MISMATCH, IDEMPOTENCY_IN_FLIGHT.
   */
  once(
    caller: Caller,
    route: string,
    key: string,
    body: Uint8Array,
    make: () => string,
  ): { resource: string; replayed: boolean };
  /** `fresh`: go on and call `finish` or `abandon`; `replay`: made before. Throws IDEMPOTENCY_MISMATCH, IDEMPOTENCY_IN_FLIGHT. */
  begin(
    caller: Caller,
    route: string,
    key: string,
    body: Uint8Array,
  ): { state: 'fresh' } | { state: 'replay'; resource: string };
  finish(caller: Caller, route: string, key: string, resource: string): void;
  abandon(caller: Caller, route: string, key: string): void;
}

export interface Vault {
  readonly id: string;
  readonly secrets: Secrets;
  readonly sessions: Sessions;
  readonly activations: Activations;
  readonly requests: Requests;
  readonly connections: Connections;
  readonly sandboxes: Sandboxes;
  readonly containers: Containers;
  readonly tokens: Tokens;
  readonly audit: Audit;
  readonly idempotency: Idempotency;
  readonly scans: Scans;
  readonly leaks: Leaks;
  readonly localCommands: LocalCommands;
  readonly history: History;
  readonly diagnosis: Diagnosis;
  status(): VaultStatus;
  /** Wipes `passphrase`. Wrong: PASSPHRASE_WRONG. With a key file: reads it again. */
  unseal(caller: Caller, passphrase: Uint8Array | null): Promise<void>;
  seal(caller: Caller): void;
  /** A new unlock key. `keyFile`: a path to write a new key to. `step`: what the operator has to do next, or null. */
  rekey(
    caller: Caller,
    to: { passphrase: Uint8Array } | { keyFile: string },
  ): Promise<{ unlock: 'keyFile' | 'passphrase'; keyFile: string | null; step: string | null }>;
  /** A new data key, which versions are encrypted with from now on. `reencrypt`: what is there as well, by `reencryption`. */
  rotate(caller: Caller, options?: { reencrypt?: boolean }): { keyId: number };
  readonly reencryption: Reencryption;
  /** Writes a consistent encrypted copy to `file` (0600). */
  backup(caller: Caller, file: string): Promise<{ bytes: number }>;
  /** MAC under a key of the vault's own for `purpose`; hex. Throws VAULT_SEALED. */
  mac(purpose: 'container' | 'environment', ...parts: (string | Uint8Array)[]): string;
  /** 128 random bits, hex. */
  nonce(): string;
  /** Ids named by tombstones: revoked, not yet recorded. `flushTombstones` tries to record them; true when none is left. */
  tombstones(): number;
  flushTombstones(): boolean;
  /** Bytes free where the database lies. */
  freeBytes(): number;
  close(): void;
}
