/** What the API answers, as far as the CLI prints it. Types only. */

export interface List<T> {
  items: T[];
  next: string | null;
}

/** What became of a change: 200 when all is applied, 202 when something is pending or failed. */
export interface Change {
  generation?: number;
  sandboxes?: {
    id: string;
    name: string;
    session: string;
    generation: number;
    state: 'applied' | 'pending' | 'failed';
    reason?: string;
    empty?: true;
    tookMs: number;
  }[];
  notices?: string[];
}

export interface VaultAnswer {
  id: string;
  state: 'sealed' | 'unsealed';
  format: number;
  schema: number;
  epoch: number;
  keyId: number;
  publicKey: string;
  unlock: 'keyFile' | 'passphrase';
  createdAt: string;
  version: string;
  delivery: { configured: string; resolved: string; state: string; reason?: string };
  engine: { reachable: boolean };
  /** Revocations in effect that could not be recorded yet. */
  unrecorded: number;
  /** Values that are still to be encrypted under the new data key. */
  reencrypting: number;
}
export interface RotateAnswer {
  keyId: number;
  left?: number;
  unreadable?: number;
}
export interface RekeyAnswer {
  unlock: 'keyFile' | 'passphrase';
  keyFile: string | null;
  /** What the operator has to do next. */
  step: string | null;
}

export interface SecretAnswer {
  id: string;
  name: string;
  env: string;
  followers: string[];
  account: string | null;
  environment: string | null;
  provider: string | null;
  as: 'env' | 'file';
  path: string | null;
  sensitive: boolean;
  description: string | null;
  tags: string[];
  currentVersion: number | null;
  expiresAt: string | null;
  rotateEvery: string | null;
  dueAt: string | null;
  due: boolean;
  dueSoon: boolean;
  /** Of one secret alone. */
  rotation?: { page: string; steps: string[] } | null;
  leakedAt: string | null;
  createdAt: string;
  updatedAt: string;
  /** The connection that keeps its value fresh. */
  connection: string | null;
}
export interface VersionAnswer {
  version: number;
  size: number;
  keyId: number;
  createdAt: string;
  createdBy: string;
  destroyedAt: string | null;
}
/** One version that a container held, or a process in it. */
export interface UsageAnswer {
  variable: string;
  version: number;
  session: string;
  sandbox: string | null;
  container: string | null;
  holder: { id: string; kind: string; pid: number; program: string } | null;
  local: { id: string; host: string; pid: number | null; command: string } | null;
  confirmedBy: string | null;
  requestId: string | null;
  since: string;
  until: string | null;
  unknown: boolean;
}
export interface RevealAnswer {
  name: string;
  version: number;
  value?: string;
  base64?: string;
}

/** A kind of service. */
export interface ProviderAnswer {
  id: string;
  name: string;
  kind: string;
  variables: {
    env: string;
    required: boolean;
    sensitive: boolean;
    default?: string;
    oneOf?: string;
    followers: string[];
    as: 'env' | 'file';
    expected: string;
    source: string;
  }[];
  rotate: { page: string; steps: string[] };
  revoke: { page: string; steps: string[] };
  scopes: { page: string; least: string[] };
  checkable: boolean;
}
export interface BundleAnswer extends Change {
  provider: string;
  items: SecretAnswer[];
  created: string[];
  rotated: string[];
}

/** A change that waits for a person, or was decided on. */
export interface RequestAnswer {
  id: string;
  session: string;
  action: 'activate' | 'deactivate';
  state: 'pending' | 'approved' | 'denied' | 'expired' | 'withdrawn';
  askedBy: string;
  reason: string;
  ttl?: string;
  acrossEnvironments: boolean;
  secrets: { name: string; as?: string; granted: boolean | null }[];
  createdAt: string;
  expiresAt: string;
  decidedBy: string | null;
  decidedAt: string | null;
  answer?: string;
  grantedTtl?: string;
  notices?: string[];
}
export interface ApprovedAnswer extends Change {
  request: RequestAnswer;
}
/** What words were understood as. */
export interface UnderstoodAnswer {
  understood: string;
  action: 'activate' | 'deactivate' | 'list' | 'explain' | 'reveal' | 'doctor' | null;
  names: string[];
  ttl?: string;
  acrossEnvironments?: true;
  requestId?: string;
  mayApprove?: boolean;
  secrets?: { name: string; active: boolean; as?: string; until?: string }[];
  commands?: string[];
  question?: string;
  choices?: string[];
  notices: string[];
}

export interface SessionAnswer {
  id: string;
  name: string;
  environment: string | null;
  state: 'live' | 'ended';
  onResume: string;
  delivery: string;
  until: string | null;
  idle: string | null;
  generation: number;
  lastUsedAt: string;
  createdAt: string;
  endedAt: string | null;
  endReason: string | null;
}
/** A row of a session's toggle table. */
export interface ToggleAnswer {
  name: string;
  env: string;
  followers: string[];
  provider: string | null;
  account: string | null;
  environment: string | null;
  tags: string[];
  sensitive: boolean;
  active: boolean;
  lapsed: boolean;
  version: number | null;
  as?: string;
  until?: string;
  conflictsWith?: string[];
}

export interface SandboxAnswer {
  id: string;
  name: string;
  session: string;
  state: string;
  reason?: string;
  containerId: string | null;
  image: { name: string; digest: string | null };
  delivery: { requested: string; resolved: string };
  privileges: string;
  generation: number;
  ports: { container: number; host: number | null; ip: string; protocol: 'tcp' | 'udp' }[];
  exitCode?: number;
  createdAt: string;
  idleAt: string | null;
  endedAt: string | null;
  endReason: string | null;
  variables: string[];
  notices: string[];
}

export interface ExecAnswer {
  execId: string;
  exitCode: number | null;
  signal?: string;
  reason?: string;
  stdout: string | { base64: string };
  stderr: string | { base64: string };
  truncated: boolean;
  notices?: string[];
  tookMs: number;
}
/** A command that runs. */
export interface RunningExecAnswer {
  execId: string;
  sandbox: string;
  state: string;
  startedAt: string;
  endedAt?: string;
  exitCode?: number | null;
  signal?: string;
  reason?: string;
  detached?: boolean;
  tty?: boolean;
  command?: string;
  notices?: string[];
}
export interface TerminalAnswer {
  ticket: string;
  protocol: string;
  path: string;
  expiresAt: string;
}
/** Values for a command on this machine. */
export interface EnvironmentAnswer {
  id: string;
  session: string;
  secrets: { variable: string; secret: string; version: number }[];
  variables: Record<string, string | { base64: string }>;
  files: Record<string, { name: string; content: string | { base64: string } }>;
  notices: string[];
}
export interface ExposureAnswer {
  variable: string;
  secret: string;
  version: number;
  holder: { id: string; kind: string; pid: number; program: string } | null;
  container: string | null;
  confirmedBy: string | null;
  since: string;
  until: string | null;
}

export interface AuditAnswer {
  seq: number;
  at: string;
  caller: string;
  action: string;
  target: string;
  outcome: string;
  detail: Record<string, unknown>;
}
export interface VerdictAnswer {
  ok: boolean;
  entries: number;
  problem: { seq: number; reason: string } | null;
}

export interface TokenAnswer {
  id: string;
  kind: string;
  name: string;
  session: string | null;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
  /** Only in the answer that made it. */
  token?: string;
}

export interface FindingAnswer {
  secret: string;
  version: number;
  current: boolean;
  encoding: 'raw' | 'line' | 'base64' | 'base64url' | 'hex' | 'url' | 'json';
  in: 'content' | 'name';
  path: string;
  line: number;
  offset: number;
  count: number;
  git: {
    repository: string;
    object: 'blob' | 'tree' | 'commit' | 'tag';
    id: string;
    commit: string | null;
    authoredAt: string | null;
    subject: string | null;
    path: string | null;
    commits: number;
    held: 'branch' | 'tag' | 'remote' | 'stash' | 'notes' | 'ref' | 'reflog' | 'dangling' | 'unknown';
    ref: string | null;
  } | null;
}
export interface ScanAnswer {
  findings: FindingAnswer[];
  others: number;
  scanned: {
    files: number;
    bytes: number;
    objects: number;
    skipped: { path: string; reason: string }[];
    skippedTotal: number;
  };
  notSearched: { secret: string; version: number; reason: 'short' | 'unreadable' }[];
  complete: boolean;
  tookMs: number;
}
/** A command outside of sandboxes that had values. */
export interface OutsideAnswer {
  session: string;
  host: string;
  pid: number | null;
  command: string;
  since: string;
  until: string | null;
  unknown: boolean;
}
export interface LeakAnswer extends Change {
  name: string;
  leakedAt: string | null;
  exposures: {
    items: {
      session: string;
      sandbox: string;
      env: string;
      version: number;
      confirmedBy: string | null;
      since: string;
      until: string | null;
    }[];
    total: number;
    open: number;
  };
  outside: OutsideAnswer[];
  proof: {
    processes: number;
    holders: {
      sandbox: string;
      container: string;
      pid: number;
      program: string;
      in: 'environment' | 'arguments' | 'file';
    }[];
    cannotSee: string[];
  };
  rotation: {
    revoke: string[];
    revokePage: string | null;
    rotate: string[];
    rotatePage: string | null;
    command: string;
  };
}
export interface PanicAnswer extends Change {
  state: 'sealed' | 'unsealed';
  sessions: number;
  activations: number;
  ended: { id: string; name: string; session: string }[];
  outside: OutsideAnswer[];
  tookMs: number;
}
