/** What a diagnosis is made from: facts about a variable, its secrets, and the sandboxes that should have it. Types only; no value of a secret. */

import type { Claim, Known, Millis, Session, Version } from '../../store/index.js';
import type { ShapeProblem } from '../providers/shape.js';
import type { LiveFacts } from './live-facts.js';

/**
 * What something has of a variable, compared with the vault: `right`, the current version; `old`, an earlier one; `other`, what the
 * vault never gave it; `unknown`, it could not be looked at.
 */
export type Has = { kind: 'right' | 'absent' | 'other' | 'unknown' } | { kind: 'old'; version: Version };

/** What can be known of a value without saying what it is. */
export interface ValueFacts {
  problems: ShapeProblem[];
  /** Lines in it end as on Windows. */
  crlf: boolean;
  /** Expiry that the value itself states (a JWT's `exp`). */
  statedExpiry: Millis | null;
  url: UrlFacts | null;
}
export interface UrlFacts {
  /** One of the schemes of databases; null: another. */
  scheme: string | null;
  /** Its host means the machine that it is used on. */
  local: boolean;
  /** User or password have characters that belong percent-encoded. */
  unescaped: boolean;
}

/** What is known of the provider that a secret belongs to, as far as a diagnosis uses it. */
export interface ProviderFacts {
  id: string;
  name: string;
  /** What the value of this variable looks like. */
  expected: string | null;
  source: string | null;
  /** Its other variables that have to be there; of alternatives one is enough. */
  needs: string[][];
  /** Schemes that its URLs may have; empty: it has none. */
  schemes: string[];
  /** Requests are signed with the time. */
  signed: boolean;
  scopes: { page: string; least: string[] };
  rotate: { page: string; steps: string[] };
}

/** A secret that wants the variable, with what is known of its value. */
export interface ClaimFacts extends Omit<Claim, 'open'> {
  /** null: it was not looked at, since it is not active or the vault is sealed. */
  value: ValueFacts | null;
  provider: string | null;
  of: ProviderFacts | null;
}

/** A process of a sandbox that was looked at. */
export interface ProcessFacts {
  /** As the sandbox numbers it. */
  pid: number;
  program: string;
  /** `main`; `command`: one of ours; `entered`: started from outside, as by `docker exec`; `inner`: by another process. */
  place: 'main' | 'command' | 'entered' | 'inner';
  /** Id of the command, where it is one. */
  exec: string | null;
  startedAt: Millis;
  has: Has;
}

/** One variable in one sandbox. */
export interface VariableFacts {
  variable: string;
  /** The secret that it should come from; null: from none. */
  secret: string | null;
  version: Version | null;
  /** What a command has that is started now. */
  fresh: Has;
  /** The image sets it; null: nobody knows. */
  inImage: boolean | null;
  /** The sandbox's own `env` sets it. */
  inOwn: boolean;
  /** Of a secret that is a file: what is at the place that the variable names; null: it is none. */
  file: 'right' | 'other' | 'missing' | 'unreadable' | 'unknown' | null;
  processes: ProcessFacts[];
}

export interface SandboxFacts {
  id: string;
  name: string;
  delivery: 'memory' | 'env';
  state: string;
  reason: string | null;
  /** Generation that is in effect in it, and the one that should be. */
  reached: number;
  wanted: number;
  /** Its processes were looked at. */
  sawProcesses: boolean;
  /** Why no new command could be tried; null: one was. */
  untried: string | null;
  variables: VariableFacts[];
}

export interface Facts {
  now: Millis;
  session: Session;
  /** The variable in question; null: all that are or were active. */
  variable: string | null;
  sealed: boolean;
  known: Known[];
  claims: ClaimFacts[];
  sandboxes: SandboxFacts[];
  /** Providers of the catalogue that have the variable in question. */
  providers: string[];
  live: LiveFacts[];
  /** Milliseconds that this machine's clock is off, as far as anybody says so; null: nobody does. */
  clockOff: number | null;
}
