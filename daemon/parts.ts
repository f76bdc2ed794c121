/** The parts that the process wires together and the routes work with. Types only. */

import type { Delivery, Reconciler } from '../sandbox/index.js';
import type { Caller, DeliveryKind, RequestedDelivery, SandboxId, SessionId, TokenId, Vault } from '../store/index.js';
import type { Config } from './config.js';
import type { Doctor } from './doctor/doctor.js';
import type { Prove } from './leak/proof.js';
import type { Guides } from './leak/rotation.js';
import type { OauthService } from './oauth/service-types.js';
import type { Catalogue } from './providers/catalogue.js';
import type { ScanService } from './scan/service.js';

/** What `GET /v1/events` says: that something of this kind and id changed, never its state. */
export interface Event {
  kind: 'secret' | 'session' | 'sandbox' | 'token' | 'vault' | 'request' | 'connection';
  id: string;
}
/** In-memory ring of the last 1,000 events, numbered `<start of the process>-<n>`. */
export interface EventHub {
  emit(event: Event): void;
  /** Events after `lastEventId`; 'reset' when that is unknown. */
  since(lastEventId: string): { id: string; event: Event }[] | 'reset';
  subscribe(listener: (id: string, event: Event) => void): () => void;
  /** Id of the newest one. */
  readonly last: string;
}

/** Counters and gauges of `/metrics`, by name; prom-client stays in daemon/metrics.ts. */
export interface Metrics {
  count(name: string, labels?: Record<string, string>, by?: number): void;
  observe(name: string, seconds: number, labels?: Record<string, string>): void;
  render(): Promise<string>;
}

/** Replaces values in a stream of bytes. One per stream; `end` gives what was held back. */
export interface Redactor {
  /** @param cut what came right before is lost, see StreamRedactor. */
  push(chunk: Uint8Array, cut?: boolean): Uint8Array;
  end(): Uint8Array;
}

/** For both streams of a command. */
export type Redactors = Record<'stdout' | 'stderr', Redactor>;

/** Both, which know the same. */
export interface Masking extends Redactors {
  /** A text that is complete, with what they know by now. */
  text(given: string): string;
}

/** pino behind an allow-list: fields that are not in it do not exist. */
export interface LogFields {
  requestId?: string;
  method?: string;
  /** Route pattern, never the URL. */
  route?: string;
  status?: number;
  ms?: number;
  code?: string;
  token?: TokenId;
  session?: string;
  sandbox?: string;
  container?: string;
  operation?: string;
  cause?: string;
  count?: number;
  address?: string;
  path?: string;
}
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Which delivery a new sandbox gets when nobody asks for one, and why. */
export interface DeliveryReport {
  configured: RequestedDelivery;
  resolved: DeliveryKind;
  /** Of delivery by memory: found out to work or not, being found out, or not asked for. */
  state: 'works' | 'unavailable' | 'probing' | 'unasked';
  /** Why it is not memory. */
  reason?: string;
}
/** What a new sandbox gets; notices go into the answer. */
export interface Resolution {
  delivery: DeliveryKind;
  notices: string[];
}
export interface Deliveries {
  report(): DeliveryReport;
  /** Waits for a probe at most 10 s. Throws DELIVERY_UNAVAILABLE for memory where it cannot be had. */
  resolve(requested: RequestedDelivery): Promise<Resolution>;
  start(): void;
  stop(): Promise<void>;
}

export interface Parts {
  config: Config;
  vault: Vault;
  reconciler: Reconciler;
  /** The delivery that a sandbox was resolved to. */
  delivery(sandbox: SandboxId): Delivery;
  deliveries: Deliveries;
  /** Kinds of service, with their variables. */
  providers: Catalogue;
  /** Signs in to providers; null: to none. */
  oauth: OauthService | null;
  /** Why a variable is, or is not, where it should be. */
  doctor: Doctor;
  events: EventHub;
  metrics: Metrics;
  log: Logger;
  now(): number;
  /** Program's version, from package.json. */
  version: string;
  /** true from the end of the first look at Docker; before it `/readyz` says starting. */
  started(): boolean;
  /** For everything that this sandbox was given and will be. Throws VAULT_SEALED. */
  redactors(sandbox: SandboxId): Masking;
  /** Live sandboxes of these sessions. */
  sandboxesOf(sessions: SessionId[]): SandboxId[];
  /** Writes what was heard of holders and is not written yet. */
  writeHolders(): void;
  /** Ends every process that holds a value (seal with revoke). Resolves with what could not be ended. */
  revokeAll(): Promise<{ failed: SandboxId[] }>;
  /** Tokens whose open streams end: a hook that streams subscribe to. */
  onTokenRevoked(listener: (token: TokenId) => void): () => void;
  tokenRevoked(token: TokenId): void;
  /** Looks for values of the vault in workspaces and streams, one scan at a time. */
  scans: ScanService;
  /** Whether a process of a sandbox shows a value of this secret. */
  prove: Prove;
  /** What to do at a provider. */
  guides: Guides;
  /** The timer looks again at what expires next. */
  reschedule(): void;
}

export type { Caller };
