/** The vault's vocabulary: ids, callers, rows as the outside sees them. Holds no value of a secret and no code. */

import type { ConnectionId } from './connection-types.js';

export type SecretId = `sec_${string}`;
export type SessionId = `ses_${string}`;
export type SandboxId = `sbx_${string}`;
export type TokenId = `tok_${string}`;
export type RequestId = `req_${string}`;

/** Milliseconds since the Unix epoch, UTC. */
export type Millis = number;
/** A secret's version, numbered from 1. */
export type Version = number;

export type TokenKind = 'operator' | 'launcher' | 'agent' | 'metrics';
export type Privileges = 'standard' | 'strict' | 'sudo';
export type DeliveryKind = 'memory' | 'env';
export type RequestedDelivery = DeliveryKind | 'auto';
export type OnResume = 'require-activation' | 'restore';

/** The bounds of a launcher. An absent member means what `DEFAULT_ALLOWANCE` (store/allowance.ts) says. */
export interface Allowance {
  /** Selectors of the secrets it may activate. Absent: none. */
  secrets?: string[];
  /** Environments that its sessions may have. Absent: none (only sessions without an environment). */
  environments?: string[];
  /** Glob patterns of images, `*` within and across path parts. Absent: any. */
  images?: string[];
  privileges?: Privileges[];
  /** Absolute directories below which workspaces may lie. Absent: none. */
  hostPaths?: string[];
  /** Docker networks. Absent: bridge and none. */
  networks?: string[];
  /** Host addresses that ports may be published on. Absent: 127.0.0.1. */
  publish?: string[];
  /** Absent: 50. */
  maxSandboxes?: number;
}

/** Who acts. */
export type Caller =
  | { kind: 'daemon' }
  | { kind: 'operator'; token: TokenId; name: string }
  | { kind: 'launcher'; token: TokenId; name: string; allow: Allowance }
  | { kind: 'agent'; token: TokenId; name: string; session: SessionId }
  | { kind: 'metrics'; token: TokenId; name: string };

/** Page of a list. `cursor` is opaque to the client. */
export interface PageRequest {
  limit?: number;
  cursor?: string;
}
export interface Page<T> {
  items: T[];
  next: string | null;
}

export type VaultState = 'sealed' | 'unsealed';
export interface VaultStatus {
  id: string;
  state: VaultState;
  /** Version of the on-disk format. */
  format: number;
  /** Number of the migration the file stands at. */
  schema: number;
  /** Raised by every restore. */
  epoch: number;
  /** Data key that new versions are encrypted with. */
  keyId: number;
  /** X25519 public key for `sealedValue`, base64. */
  publicKey: string;
  unlock: 'keyFile' | 'passphrase';
  createdAt: Millis;
}

export interface Secret {
  id: SecretId;
  name: string;
  env: string;
  /** Variables that get the same value, unless another secret has one of them as its own. */
  followers: string[];
  account: string | null;
  /** The account as it was given, where `account` is only its slug. */
  login: string | null;
  environment: string | null;
  provider: string | null;
  as: 'env' | 'file';
  path: string | null;
  /** false: a variable, whose value may be shown. */
  sensitive: boolean;
  description: string | null;
  tags: string[];
  /** Newest version that is not destroyed; null when all are. */
  currentVersion: Version | null;
  expiresAt: Millis | null;
  /** Milliseconds between rotations. */
  rotateEvery: Millis | null;
  /** When its newest version was stored. */
  rotatedAt: Millis;
  /** Its value got out then, and it has no newer one; it cannot be activated. */
  leakedAt: Millis | null;
  createdAt: Millis;
  updatedAt: Millis;
  deletedAt: Millis | null;
  /** The connection that keeps its value fresh; null: people do. */
  connection: ConnectionId | null;
}
export interface NewSecret {
  name: string;
  description?: string;
  tags?: string[];
  provider?: string;
  account?: string;
  environment?: string;
  env?: string;
  followers?: string[];
  as?: 'env' | 'file';
  path?: string;
  sensitive?: boolean;
  expiresAt?: Millis;
  rotateEvery?: Millis;
  /** Allows a name of the deny list (PATH, LD_PRELOAD …). */
  allowReserved?: boolean;
}
export type SecretPatch = Partial<
  Pick<Secret, 'description' | 'tags' | 'provider' | 'sensitive' | 'expiresAt' | 'rotateEvery'>
>;
export interface SecretFilter {
  provider?: string;
  account?: string;
  environment?: string;
  tag?: string;
  q?: string;
  /** true: only those whose newest version is older than `rotateEvery`; false: only the others. */
  due?: boolean;
}
export interface SecretVersion {
  version: Version;
  /** Bytes of the plaintext. */
  size: number;
  keyId: number;
  createdAt: Millis;
  createdBy: string;
  destroyedAt: Millis | null;
}
/** A value on its way into the vault: plain bytes (the caller wipes them) or a `crypto_box_seal` of them. */
export type NewValue = { plain: Uint8Array } | { sealed: Uint8Array };
/** Secrets of one provider that are registered together. */
export interface Bundle {
  provider: string;
  items: {
    secret: NewSecret;
    value: NewValue;
    /** Is shown the plaintext before anything is written; keeps no copy. */
    look?: (bytes: Uint8Array) => void;
    /** Nobody gave it: one that is registered stays as it is. */
    usual?: boolean;
  }[];
}
/**
 * Is shown a plaintext before it is stored, with what of its secret says what it should look like; keeps no copy. What is not
 * registered yet has the variable it will have.
 */
export type Look = (secret: Pick<Secret, 'name' | 'env' | 'provider'>, bytes: Uint8Array) => void;
export interface RegisterOptions {
  /** Those that are registered get a new version. */
  rotate?: boolean;
  /** What holds an older version of those ends. */
  revoke?: boolean;
  /** Called after every value was looked at; throws to refuse the bundle. */
  accept?: () => void;
}
/** A revealed value. The caller wipes `value`. */
export interface Revealed {
  name: string;
  version: Version;
  value: Uint8Array;
}

export interface Session {
  id: SessionId;
  name: string;
  environment: string | null;
  state: 'live' | 'ended';
  /** Token that created it. */
  owner: TokenId | null;
  onResume: OnResume;
  delivery: RequestedDelivery;
  /** Ends at this time; null: no TTL. */
  until: Millis | null;
  /** Ends after this much inactivity; null: never. */
  idle: Millis | null;
  lastUsedAt: Millis;
  /** Number of the wanted environment; only ever grows. */
  generation: number;
  createdAt: Millis;
  endedAt: Millis | null;
  /** Why it ended: 'deleted' | 'ttl' | 'idle' | 'sandbox' | 'token'. */
  endReason: string | null;
}
export interface NewSession {
  name?: string;
  environment?: string;
  /** Milliseconds. */
  ttl?: Millis;
  idle?: Millis | null;
  onResume?: OnResume;
  delivery?: RequestedDelivery;
}
export type SessionPatch = Partial<Pick<NewSession, 'name' | 'ttl' | 'idle' | 'onResume' | 'delivery'>>;

/** One row of a session's toggle table. */
export interface Toggle {
  secret: SecretId;
  name: string;
  env: string;
  provider: string | null;
  account: string | null;
  environment: string | null;
  tags: string[];
  sensitive: boolean;
  active: boolean;
  /** Was active until the session's last sandbox ended. */
  lapsed: boolean;
  version: Version | null;
  /** Name it has in this session, or had until it lapsed, where that is not `env`. */
  as: string | null;
  until: Millis | null;
  confirmedBy: string | null;
  /** Variables that get the same value: of an active one those that do, of another those that are free. */
  followers: string[];
  /** Names of active secrets that want the same variable. */
  conflictsWith: string[];
}
/** What somebody wants active. */
export interface ActivationWish {
  /** Secret's name or id. */
  name: string;
  as?: string;
  /** Milliseconds from now. */
  ttl?: Millis;
}
/** Filters are ANDed; none at all is 422 EMPTY_SELECTION. */
export interface Selection {
  names?: string[];
  selectors?: string[];
  provider?: string;
  account?: string;
  tag?: string;
  environment?: string;
  all?: true;
}
export interface ActivateOptions {
  ttl?: Millis;
  acrossEnvironments?: boolean;
  /** Generation the client saw (`If-Match`); another one is 412 GENERATION_MISMATCH. */
  ifGeneration?: number;
  requestId?: RequestId;
}
export type RequestState = 'pending' | 'approved' | 'denied' | 'expired' | 'withdrawn';
/** What somebody asks a person for. */
export interface Ask {
  action: 'activate' | 'deactivate';
  what: ActivationWish[] | Selection;
  /** One line of plain text. */
  reason: string;
  /** Milliseconds that it is wanted for. */
  ttl?: Millis;
  acrossEnvironments?: boolean;
  /** Words that it was understood from. */
  text?: string;
}
export interface RequestedSecret {
  secret: SecretId;
  name: string;
  /** Variable that it is wanted as; null: its own. */
  as: string | null;
  /** null until it is decided. */
  granted: boolean | null;
}
/** A durable ask for a change of what is active in a session. */
export interface ActivationRequest {
  id: RequestId;
  session: SessionId;
  sessionName: string;
  action: Ask['action'];
  state: RequestState;
  askedBy: string;
  token: TokenId | null;
  reason: string;
  text: string | null;
  ttl: Millis | null;
  acrossEnvironments: boolean;
  secrets: RequestedSecret[];
  createdAt: Millis;
  /** Nobody can decide on it after this. */
  expiresAt: Millis;
  decidedBy: string | null;
  decidedAt: Millis | null;
  /** Why it was denied, or what ended it. */
  answer: string | null;
  grantedTtl: Millis | null;
}
/** What a change touched: sessions whose wanted environment is another now. */
export interface Affected {
  sessions: SessionId[];
}

export interface SandboxLimits {
  /** CPUs, may be a fraction. */
  cpus: number;
  /** Bytes. */
  memory: number;
  pids: number;
}
export interface PublishedPort {
  container: number;
  protocol: 'tcp' | 'udp';
  /** Chosen once and kept; null until the first start. */
  host: number | null;
  ip: string;
}
export type Workspace =
  /** `foreign`: an operator named a volume that is not this owner's, and may. */
  | { kind: 'volume'; volume: string; path: string; foreign: boolean }
  | { kind: 'hostPath'; hostPath: string; path: string };

/** The part of a sandbox that its creator chooses and that never changes: stored as JSON in `sandbox.settings`. */
export interface SandboxSettings {
  image: string;
  pull: 'missing' | 'always' | 'never';
  main: 'hold' | 'image' | 'own';
  command: string[] | null;
  entrypoint: string[] | null;
  restart: 'always' | 'never';
  env: Record<string, string>;
  user: string | null;
  workdir: string | null;
  labels: Record<string, string>;
  /** Whether main goes on or is started again when what is active changes; null: as its delivery does. */
  onChange: 'keep' | 'restart' | null;
  /** Milliseconds between TERM and KILL. */
  grace: Millis;
  /** `memory` alone: how long values outlive the daemon; null: for ever. */
  lease: Millis | null;
  /** `memory` alone: the image has an init of its own. */
  oneShot: boolean;
  persist: boolean;
  tty: boolean;
  stdinOpen: boolean;
  privileges: Privileges;
  limits: SandboxLimits;
  /** 'bridge', 'none', or a network's name. */
  network: string;
  ports: PublishedPort[];
  workspace: Workspace;
}
export interface Sandbox {
  id: SandboxId;
  name: string;
  session: SessionId;
  state: 'live' | 'ended';
  owner: TokenId | null;
  settings: SandboxSettings;
  /** Its ceiling: selectors. null: all of its session's secrets. */
  only: string[] | null;
  /** Own variable names: secret name → variable. */
  as: Record<string, string>;
  requestedDelivery: RequestedDelivery;
  delivery: DeliveryKind;
  /** Its session was made with it and ends with it. */
  endsSession: boolean;
  /** How often it was reset: each time its container is made anew. */
  resets: number;
  /** Milliseconds; null: never idle. */
  idle: Millis | null;
  lastExecAt: Millis;
  createdAt: Millis;
  endedAt: Millis | null;
  endReason: string | null;
}
export interface NewSandbox {
  name?: string;
  /** Name or id of a live session, or a session that is made with it and ends with it. */
  session: string | NewSession;
  /** Activated in the same transaction. */
  secrets?: ActivationWish[];
  settings: SandboxSettings;
  only?: string[];
  as?: Record<string, string>;
  requestedDelivery: RequestedDelivery;
  delivery: DeliveryKind;
  idle: Millis | null;
}

export type ContainerRole = 'current' | 'next' | 'old';
/** What the vault knows of one container: intended (no dockerId yet), created, started, ended. */
export interface ContainerRow {
  id: number;
  sandbox: SandboxId;
  role: ContainerRole;
  /** null until the engine's answer is known. */
  dockerId: string | null;
  /** 128 bits, hex; also a label of the container. */
  nonce: string;
  epoch: number;
  generation: number;
  pid: number | null;
  /** Start time of `pid` in clock ticks since boot (proc(5), field 22). */
  pidStart: string | null;
  bootId: string | null;
  imageDigest: string | null;
  /** How often its sandbox had been reset when it was made. */
  resets: number;
  /** Keyed digest of the environment it was built with. */
  envMac: string;
  /** What it holds. */
  holds: HeldVersion[];
  createdAt: Millis;
  endedAt: Millis | null;
}
export interface HeldVersion {
  env: string;
  secret: SecretId;
  version: Version;
}

/** A variable that a sandbox should have now, with the way to its bytes. */
export interface WantedValue {
  env: string;
  secret: SecretId;
  name: string;
  version: Version;
  /** Oldest version that may still be held; older ones were revoked. */
  floor: Version;
  as: 'env' | 'file';
  path: string | null;
  /** false: a variable, whose value may be shown. */
  sensitive: boolean;
  /** Decrypts. The caller wipes the bytes. Throws VAULT_SEALED. */
  open(): Uint8Array;
}
/** Active secrets within the ceiling of one sandbox, tombstones taken out. */
export interface Wanted {
  sandbox: Sandbox;
  session: Session;
  epoch: number;
  generation: number;
  values: WantedValue[];
}

/** A process of a container that was given values, with all that came of it. */
export interface HolderRow {
  container: number;
  sandbox: SandboxId;
  session: SessionId;
  /** `main-1`, `exe_…`, `bridge-42-1234567`; told apart among those of its container that still run. */
  holder: string;
  kind: 'main' | 'command' | 'bridge';
  /** As the container numbers it. */
  pid: number;
  program: string;
  holds: HeldVersion[];
  since: Millis;
  until: Millis | null;
}
/** What is to be written of a holder: that it was given values, or that nothing of it is left. */
export type HolderEvent =
  | ({ event: 'began' } & Pick<HolderRow, 'container' | 'holder' | 'kind' | 'pid' | 'program' | 'holds' | 'since'>)
  | { event: 'ended'; container: number; holder: string; at: Millis };

export interface Exposure {
  secret: SecretId;
  version: Version;
  session: SessionId;
  sandbox: SandboxId;
  container: number;
  env: string;
  confirmedBy: string | null;
  since: Millis;
  until: Millis | null;
}

/** One version of a secret that something in a sandbox held: a process, or the container as a whole (`holder` null). */
export interface ExposureEntry {
  env: string;
  secret: SecretId;
  /** The secret's name. */
  name: string;
  version: Version;
  /** Docker's id. */
  container: string | null;
  holder: (Pick<HolderRow, 'kind' | 'pid' | 'program'> & { id: string }) | null;
  confirmedBy: string | null;
  since: Millis;
  until: Millis | null;
}

/** One version of a secret that a container held (`holder` null), a process in it, or a command outside of sandboxes. */
export interface UsageEntry {
  env: string;
  version: Version;
  /** Names, as they are or were. */
  session: string;
  /** null: a command outside of sandboxes, which `local` tells of. */
  sandbox: string | null;
  /** Docker's id. */
  container: string | null;
  holder: ExposureEntry['holder'];
  local: { id: string; host: string; pid: number | null; command: string } | null;
  /** Of a container: who made it active, and by which request. Of `local`: who was given it. */
  confirmedBy: string | null;
  requestId: RequestId | null;
  since: Millis;
  until: Millis | null;
  /** `local`: its session ended before it was said to have ended. Whether it still runs, nobody here knows. */
  unknown: boolean;
}
export interface UsageFilter {
  version?: Version;
  /** A session's name. */
  session?: string;
  /** What ended before this time is left out. */
  since?: Millis;
}

export interface Token {
  id: TokenId;
  kind: TokenKind;
  name: string;
  /** agent: its session. */
  session: SessionId | null;
  allow: Allowance | null;
  /** Token that minted it. */
  owner: TokenId | null;
  createdAt: Millis;
  expiresAt: Millis | null;
  lastUsedAt: Millis | null;
  revokedAt: Millis | null;
}
export interface NewToken {
  kind: TokenKind;
  name: string;
  session?: string;
  allow?: Allowance;
  /** Milliseconds from now. */
  ttl?: Millis;
}

/** One row of the audit chain. Never a value. */
export interface AuditEntry {
  seq: number;
  at: Millis;
  /** 'operator:laptop', 'daemon' … */
  caller: string;
  token: TokenId | null;
  /** Object and verb: 'secret.create', 'session.activate', 'sandbox.exec' … */
  action: string;
  /** Ids and names of what it was done to. */
  target: string;
  outcome: 'done' | 'refused' | 'failed';
  /** Small JSON object: names, versions, reason. */
  detail: Record<string, unknown>;
}
export interface NewAuditEntry {
  action: string;
  target: string;
  outcome?: AuditEntry['outcome'];
  detail?: Record<string, unknown>;
}
export interface AuditVerdict {
  ok: boolean;
  entries: number;
  /** First entry that does not fit, and why. */
  problem: { seq: number; reason: string } | null;
}
