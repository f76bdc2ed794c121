/** Words of commands outside of sandboxes that are given a session's active values. Types only. */

import type { Caller, HeldVersion, Millis, SecretId, SessionId, Version } from './types.js';

export type LocalCommandId = `loc_${string}`;

/** What a client says of the command that it is about to start. */
export interface NewLocalCommand {
  /** Name of the machine, 1 to 253 characters. */
  host: string;
  /** The command line, of which at most 1000 characters are written down. */
  command: string;
  pid?: number;
  /** Selectors; absent: everything that is active. */
  only?: string[];
  /**
   * These words as they may be written down: whoever gives them replaces these values in them.
   * @param values those that may not be shown: what is handed out, what else is active, and what was in this session before. Borrowed
   * until it returns.
   */
  masked(values: readonly { name: string; value: Uint8Array }[], words: readonly string[]): string[];
}

/** One variable of it, with its value. */
export interface LocalValue {
  env: string;
  secret: SecretId;
  name: string;
  version: Version;
  as: 'env' | 'file';
  path: string | null;
  /** false: a variable, whose value may be shown. */
  sensitive: boolean;
  /** The caller wipes it. */
  value: Uint8Array;
}

/**
 * A command that was given values. It lasts until its client says that it ended. Where its session ended before that, nobody can
 * know any more whether it runs: it is `unknown` for good, unless its client still says so.
 */
export interface LocalCommand {
  id: LocalCommandId;
  session: SessionId;
  host: string;
  pid: number | null;
  command: string;
  holds: HeldVersion[];
  givenTo: string;
  since: Millis;
  until: Millis | null;
  unknown: boolean;
}

export interface LocalCommands {
  /**
   * Hands out the active values of a session, once what they are for is written down. VAULT_SEALED; OUT_OF_BOUNDS for a launcher
   * where it may not have them all.
   */
  begin(caller: Caller, session: string, what: NewLocalCommand): { command: LocalCommand; values: LocalValue[] };
  /** It ended; a second time says when. LOCAL_COMMAND_NOT_FOUND. */
  end(caller: Caller, session: string, id: string): LocalCommand;
  /** Those that were given any version of it and are not known to have ended, newest first: the daemon's own. */
  holding(secret: SecretId): LocalCommand[];
  /** All that were ever given any version of it, those that may still run first, then the newest: the daemon's own. */
  had(secret: SecretId, limit: number): LocalCommand[];
  /** Those that hold values and may run, of which somebody will say when they end; newest first: the daemon's own. */
  running(limit: number): LocalCommand[];
}
