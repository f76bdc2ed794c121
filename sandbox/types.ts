/** What a sandbox should be, what is seen of it, and who remembers: the words of this layer. No HTTP, no SQLite, no crypto. */

import type { OutputPart } from './engine/demux.js';

export type DeliveryKind = 'memory' | 'env';
export type Privileges = 'standard' | 'strict' | 'sudo';
export type ContainerRole = 'current' | 'next' | 'old';

/** Everything a container is built from, typed; nothing is passed through to Docker. No value of a secret. */
export interface SandboxSpec {
  /** `sbx_…`; also the variable AMPOULE_SANDBOX. */
  id: string;
  /** Container's name is `ampoule-<name>`. */
  name: string;
  /** `ses_…` */
  session: string;
  vault: string;
  /** Token that made it; the workspace volume carries it as a label. null: the daemon. */
  owner: string | null;
  image: string;
  pull: 'missing' | 'always' | 'never';
  /** `hold`: a shell loop; `image`: the image's own entrypoint and command; `own`: the ones given here. */
  main: 'hold' | 'image' | 'own';
  command: string[] | null;
  entrypoint: string[] | null;
  restart: 'always' | 'never';
  /** Own variables, below the secrets in precedence. */
  env: Record<string, string>;
  user: string | null;
  workdir: string | null;
  labels: Record<string, string>;
  /** Milliseconds between TERM and KILL. */
  grace: number;
  tty: boolean;
  stdinOpen: boolean;
  privileges: Privileges;
  /** `memory` alone: milliseconds that values outlive the daemon; null: for ever. */
  lease: number | null;
  /** `memory` alone: the image has an init of its own, which takes PID 1 once the values are there. */
  oneShot: boolean;
  /** `memory` alone: whether main goes on or is started again when what is active changes. */
  onChange: 'keep' | 'restart';
  limits: { cpus: number; memory: number; pids: number };
  network: string;
  ports: { container: number; protocol: 'tcp' | 'udp'; host: number | null; ip: string }[];
  workspace:
    | { kind: 'volume'; volume: string; path: string; foreign: boolean }
    | { kind: 'hostPath'; hostPath: string; path: string };
}

/** A version of a secret under the name it has in a container. */
export interface Held {
  env: string;
  secret: string;
  version: number;
}

/** One value a sandbox should have. `open` gives bytes that whoever called it wipes; it throws while the vault is sealed. */
export interface ValueHandle extends Held {
  /** Secret's name, for messages. */
  name: string;
  /** Oldest version that may still be held; an older one counts as revoked. */
  floor: number;
  /** `file`: the variable holds the path of a file with the value; null: a path of the delivery's own. `env` knows no files. */
  as: 'env' | 'file';
  path: string | null;
  open(): Uint8Array;
}

/** Desired state of one sandbox. */
export interface Wish {
  spec: SandboxSpec;
  goal: 'running' | 'removed';
  /** Ends its volume too, with `removed`. */
  removeWorkspace: boolean;
  /** How often it was reset: what a main process that is not started again by itself has come to counts for its reset alone. */
  resets: number;
  epoch: number;
  generation: number;
  values: ValueHandle[];
  /**
   * Keyed digest of what its container is made with: with `env` the whole environment, with `memory` its own variables alone.
   * null while sealed (then revocation goes on, and nothing is created or started).
   */
  envMac: string | null;
  /** Value of the label `dev.ampoule.mac` for a nonce: HMAC(vault key, vault id, epoch, sandbox id, nonce). null while sealed. */
  mac(nonce: string): string | null;
}

/** A row of the ledger: a container that we meant to create, created, started. */
export interface LedgerRow {
  id: number;
  sandbox: string;
  role: ContainerRole;
  /** null until the engine's answer is known. */
  dockerId: string | null;
  nonce: string;
  epoch: number;
  generation: number;
  resets: number;
  pid: number | null;
  pidStart: string | null;
  bootId: string | null;
  imageDigest: string | null;
  envMac: string;
  holds: Held[];
}

/** A process that was given values, with all that came of it. */
export interface Holder {
  /** Row of its container. */
  row: number;
  /** `main-1`, `exe_…`, `bridge-42-1234567` */
  id: string;
  kind: 'main' | 'command' | 'bridge';
  /** As the container numbers it. */
  pid: number;
  /** Name of the program, at most 15 bytes. */
  program: string;
  holds: Held[];
  /** Milliseconds since 1970. */
  since: number;
}

/** The memory of the reconciler; each call is durable when it returns or its promise resolves. The daemon keeps it in the vault. */
export interface Ledger {
  rows(sandbox: string): LedgerRow[];
  /** Before a create. */
  intend(row: {
    sandbox: string;
    role: ContainerRole;
    epoch: number;
    generation: number;
    /** Of the wish; 0 when not given. */
    resets?: number;
    envMac: string;
    holds: Held[];
  }): LedgerRow;
  created(row: number, dockerId: string, imageDigest: string | null): void;
  /** Before a start: from here on the container may hold its values. */
  starting(row: number): void;
  started(row: number, process: { pid: number; pidStart: string | null; bootId: string | null }): void;
  /** Seen stopped: it holds nothing in a process any more. Its `pid`, `pidStart` and `bootId` become null. */
  stopped(row: number): void;
  /** Before values go to a running container: from here on it may hold these, all it held before among them. */
  delivering(row: number, holds: Held[]): void | Promise<void>;
  /** It holds exactly this, and nothing that it held beside it. */
  delivered(row: number, at: { epoch: number; generation: number }, holds: Held[]): void | Promise<void>;
  /** A process of the container was given these; for the history of who held what. Collected, and written within a second. */
  holderBegan(holder: Holder): void;
  /** Nothing of it is left. */
  holderEnded(row: number, id: string): void;
  role(row: number, role: ContainerRole): void;
  /** The same environment under a newer generation. */
  generation(row: number, epoch: number, generation: number): void;
  ended(row: number): void;
  /** Host ports chosen at the first start. */
  keepPorts(sandbox: string, ports: SandboxSpec['ports']): void;
  /**
   * Says whether a container without a live row that carries these labels is ours to remove (nonce or MAC fits).
   * Labels can be copied: a nonce whose row recorded another id than `dockerId` is not ours.
   */
  ours(
    labels: { vault: string; epoch: number; sandbox: string; nonce: string; mac: string },
    dockerId: string,
  ): boolean;
}

/** Where wishes come from: vault rows turned into desired state by one file of the daemon. */
export interface Wishes {
  /** null: nothing is known of it (then nothing of it is touched). */
  of(sandbox: string): Wish | null;
  /** Every sandbox that is live, or ended with containers left. */
  all(): string[];
}

export type SandboxState =
  | 'pulling'
  | 'creating'
  | 'running'
  | 'restarting'
  | 'exited'
  | 'failed'
  | 'removing'
  | 'removed';

/** A wanted environment of a sandbox; the later one has the higher epoch, or in the same the higher generation. */
export interface Point {
  epoch: number;
  generation: number;
}

export interface SettleOptions {
  orEmpty?: boolean;
}

/** How far a sandbox has come. */
export interface Outcome {
  state: 'applied' | 'pending' | 'failed';
  /** Code of the table in sandbox/errors.ts, where pending or failed. */
  code?: string;
  /** What was wrong and what to do, for people. */
  reason?: string;
  epoch: number;
  generation: number;
  /** Milliseconds from the call to this outcome. */
  tookMs: number;
  /** There is no container that it could be in effect in. */
  empty?: true;
  /** Said once to whoever asked: 'the writable layer was lost' … */
  notices: string[];
}

/** What is known of a sandbox without asking Docker again. */
export interface SandboxView {
  /** The last look at Docker, by this process, found no container of it. */
  vacant: boolean;
  state: SandboxState;
  code?: string;
  reason?: string;
  containerId: string | null;
  imageDigest: string | null;
  epoch: number;
  generation: number;
  startedAt: number | null;
  exitCode: number | null;
}

export interface Reconciler {
  /** Looks at everything once and begins the rhythm (list every 4 s, every 3 s while anything is pending, ping watchdog). */
  start(): Promise<void>;
  /** A hint that this sandbox may have something to do. Never throws, never waits. */
  wake(sandbox: string): void;
  wakeAll(): void;
  /**
   * Resolves when the sandbox has reached this generation or a newer one, failed, or `waitMs` passed (then `pending`). With
   * `orEmpty` also when it has no container, none was asked for that may come yet, and the next is made for this generation.
   */
  settle(sandbox: string, target: Point, waitMs: number, options?: SettleOptions): Promise<Outcome>;
  view(sandbox: string): SandboxView;
  /** Engine answered the last ping. */
  reachable(): boolean;
  /** Called on each change of a sandbox's state. */
  onChange(listener: (sandbox: string) => void): void;
  stop(): Promise<void>;
}

export interface ExecRequest {
  sandbox: string;
  /** `exe_…` */
  execId: string;
  /** An array runs exactly; a string goes to `sh -c`. */
  command: string[] | string;
  env: Record<string, string>;
  workdir: string | null;
  user: string | null;
  stdin: Uint8Array | null;
  /** Milliseconds; null: none. */
  timeout: number | null;
  /** Gives it a terminal of this size, which is also where it reads from. */
  tty?: { columns: number; rows: number };
  /** Leaves its stdin open for {@link RunningExec.write}. */
  interactive?: boolean;
  /** It goes on when nobody listens, and keeps its last 256 KiB of output; `memory` alone. */
  detach?: boolean;
}
/** A command that the init knows of, also from before the daemon started. */
export interface KnownExec {
  execId: string;
  /** As the container numbers it. */
  pid: number;
  detached: boolean;
  tty: boolean;
  /** Milliseconds since 1970. */
  startedAt: number;
}
/** A detached command that is over. */
export interface EndedExec extends Omit<KnownExec, 'pid'> {
  /** Milliseconds since 1970. */
  endedAt: number;
  exit: Omit<ExecExit, 'tookMs'>;
}
export interface ExecExit {
  /** null when it ended by a signal or was ended by us. */
  code: number | null;
  signal?: string;
  /** 'TIMEOUT', 'CLIENT_GONE', 'SANDBOX_REPLACED' … */
  reason?: string;
  tookMs: number;
}
export interface RunningExec {
  execId: string;
  /** Chunks in order; the consumer's pace is the producer's (back-pressure). Not yet redacted. */
  output: AsyncIterable<OutputPart>;
  exit: Promise<ExecExit>;
  /** Ends the command and all that came of it; resolves when nothing of it is left. */
  end(reason: string): Promise<void>;
  /** To its stdin, which is open for `interactive` and `tty`; resolves when there is room for more. Wipes nothing. */
  write?(data: Uint8Array): Promise<void>;
  /** Ends its stdin. */
  closeInput?(): void;
  resize?(columns: number, rows: number): void;
}

/** What one look at a sandbox's containers came to. */
export interface Applied {
  changed: boolean;
  notices: string[];
  /** What is there now, for the view. */
  seen: Pick<SandboxView, 'state' | 'containerId' | 'imageDigest' | 'startedAt' | 'exitCode' | 'vacant'>;
  /** Milliseconds after which to look again without a hint (restart back-off); null: no need. */
  againMs: number | null;
}

/** One way for values to reach a sandbox. */
export interface Delivery {
  readonly kind: DeliveryKind;
  /**
   * Brings containers to the wish: observes, plans, executes. Throws SandboxError where it could not.
   * `signal` gives a pass up at its next call, `progress` hears of states on the way. `look: false`: nothing is known
   * to have changed but the wish, so a delivery that needs no Docker for it may leave Docker alone.
   */
  apply(
    wish: Wish,
    options?: { signal?: AbortSignal; progress?: (state: SandboxState) => void; look?: boolean },
  ): Promise<Applied>;
  /** Ends everything that holds a value, whatever the engine does; for seal with revoke and a dead engine. */
  revoke(sandbox: string): Promise<void>;
  exec(request: ExecRequest): Promise<RunningExec>;
  /** Commands that run; where the delivery cannot tell, none. */
  execs?(sandbox: string): KnownExec[];
  /** Detached commands that ended lately, oldest first. */
  ended?(sandbox: string): EndedExec[];
  /**
   * Listens to a detached command: its last output, then what comes; `end` ends the command, leaving does not. Of one that ended
   * lately, what it wrote last and how it ended. Throws EXEC_NOT_FOUND.
   */
  attach?(sandbox: string, execId: string, signal: AbortSignal, options?: { tail?: number }): Promise<RunningExec>;
  /** Output of the main process, or of the last one where none runs; not yet redacted. */
  logs(sandbox: string, options: { follow: boolean; tail?: number }, signal: AbortSignal): AsyncIterable<OutputPart>;
}

/** Structured log line: allow-listed fields only, never an environment or a foreign body. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: { sandbox?: string; container?: string; operation?: string; cause?: string; code?: string; ms?: number },
) => void;

/** Called around each Docker call with a name such as `engine.create:before`. Does nothing but in test builds. */
export type Failpoint = (name: string) => void | Promise<void>;
