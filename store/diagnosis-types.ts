/** What the vault says of a variable: who has it in a session, who would, and why not. Types only; no value. */

import type { Connection } from './connection-types.js';
import type {
  Caller,
  Millis,
  RequestId,
  Sandbox,
  SandboxId,
  SecretId,
  Session,
  Version,
  Wanted,
  WantedValue,
} from './types.js';

/** How an activation that is over came to its end. */
export interface Taken {
  at: Millis;
  /** 'deactivated', 'expired' (its own time, or the secret's), 'session', 'deleted'. */
  reason: string;
  /** Who did it; null where the audit does not say. */
  by: string | null;
}

/** A registered secret that has a variable in a session, or would have it. */
export interface Claim {
  secret: SecretId;
  name: string;
  /** Its own variable. */
  env: string;
  /** The variable it has in the session, had until it lapsed, or would have. */
  variable: string;
  provider: string | null;
  account: string | null;
  environment: string | null;
  as: 'env' | 'file';
  /** Where its file is to lie; null: a place of the delivery's own. */
  path: string | null;
  sensitive: boolean;
  /** null: every version was destroyed. */
  version: Version | null;
  /** When that version was stored. */
  versionAt: Millis | null;
  expiresAt: Millis | null;
  rotateEvery: Millis | null;
  /** Its value got out, and there is no newer one. */
  leaked: boolean;
  /** What keeps it fresh, or did until a person had to sign in again; null: nobody but people. */
  connection: Pick<Connection, 'id' | 'provider' | 'account' | 'base' | 'state' | 'problem' | 'failures'> | null;
  active: boolean;
  /** The activation that is in force or lapsed; null: there is none. */
  activation: {
    by: string;
    at: Millis;
    request: RequestId | null;
    until: Millis | null;
    /** Its session's last sandbox ended at this time, and it with it. */
    lapsedAt: Millis | null;
  } | null;
  /** Where it is not active: how it was taken away the last time; null: it never was active here. */
  taken: Taken | null;
  /** Other live sessions that the caller may know of, in which it is active. */
  elsewhere: string[];
  /** Variables that follow its own in the session, or would, unless another secret has them. */
  followers: string[];
  /**
   * Live sandboxes of the session, and the variable it has there, or would have; null: it lies outside the ceiling. `also`: those
   * that follow it there now.
   */
  sandboxes: { id: SandboxId; name: string; variable: string | null; also: string[] }[];
  /** Decrypts the current version; of an active one only. The caller wipes the bytes. Throws VAULT_SEALED. */
  open: (() => Uint8Array) | null;
}

/** A registered secret, as far as others are named beside one. */
export interface Known {
  name: string;
  /** The variable it has in the session, had until it lapsed, or would have. */
  variable: string;
  provider: string | null;
  account: string | null;
  environment: string | null;
  active: boolean;
}

export interface VariableAccount {
  session: Session;
  claims: Claim[];
  /** The live sandboxes of the session that the account is about. */
  sandboxes: Sandbox[];
  /** Every registered secret that the caller may know of, for "did you mean" and for what belongs together. */
  known: Known[];
}

/** One live sandbox with what it should have now. */
export interface Examined {
  wanted: Wanted;
  /** What it should have of the variables in question. */
  values: WantedValue[];
  /** Holders that run, as the vault knows them. */
  holders: {
    id: string;
    kind: 'main' | 'command' | 'bridge';
    pid: number;
    program: string;
    since: Millis;
    holds: { env: string; secret: SecretId; version: Version }[];
  }[];
  /** Docker's id of its current container; null: it has none. */
  container: string | null;
}

export interface Examination extends VariableAccount {
  examined: Examined[];
}

export interface ExamineOptions {
  /** The variable in question; all that are or were active unless given. */
  variable?: string;
  /** One live sandbox of the session; all unless given. */
  sandbox?: string;
  /** A provider is asked whether it takes the values: what is active of the same provider and account comes, too. */
  live?: boolean;
}

export interface Diagnosis {
  /** Who has the variable, who would, and why not. Reads metadata alone. @param sandbox one of the session's live ones */
  explain(caller: Caller, session: string, variable: string, sandbox?: string): VariableAccount;
  /** What a diagnosis starts from. Audited before it answers, since values are opened for it. */
  examine(caller: Caller, session: string, options?: ExamineOptions): Examination;
}
