/** Words of connections: accounts at a provider whose token is refreshed by itself. Types only. */

import type { Affected, Caller, Millis, Page, PageRequest, Secret, SecretId } from './types.js';

export type ConnectionId = `con_${string}`;

/**
 * `pending`: a person has still to sign in. `connected`: its token is kept fresh. `reauthorize`: it is not any more; the last good
 * token stays until it is over. `disconnecting`: it is gone here, and the provider is still to be told. `ended`: nothing is left.
 */
export type ConnectionState = 'pending' | 'connected' | 'reauthorize' | 'disconnecting' | 'ended';
export type ConnectionFlow = 'code' | 'device';

/** Why something about a connection did not work, in words that hold nothing of what came from the provider but its error code. */
export interface ConnectionProblem {
  /** A stable code, such as REFRESH_REFUSED. */
  code: string;
  message: string;
  at: Millis;
}

export interface Connection {
  id: ConnectionId;
  provider: string;
  /** Origin of the provider where it is one's own; null: the one of the catalogue. */
  base: string | null;
  /** The account's slug; null until a person signed in, unless it was asked for. */
  account: string | null;
  /** What the provider calls the account. */
  login: string | null;
  environment: string | null;
  clientId: string;
  flow: ConnectionFlow;
  /** What was asked for, and what was granted. */
  scopes: string[];
  granted: string[];
  state: ConnectionState;
  secret: SecretId | null;
  secretName: string | null;
  createdAt: Millis;
  createdBy: string;
  connectedAt: Millis | null;
  /** Of the access token; null: it does not expire. */
  expiresAt: Millis | null;
  /** When it is refreshed next; null: never. */
  refreshAt: Millis | null;
  refreshedAt: Millis | null;
  refreshes: number;
  /** Failures since the last success. */
  failures: number;
  /** A refresh was begun and no end of it is known. */
  refreshingSince: Millis | null;
  problem: ConnectionProblem | null;
}

export interface NewConnection {
  provider: string;
  base?: string | null;
  account?: string | null;
  environment?: string | null;
  scopes: string[];
  flow: ConnectionFlow;
  clientId: string;
}

/** Of the application that the operator registered at a provider. */
export interface OauthClient {
  provider: string;
  base: string | null;
  clientId: string;
  hasSecret: boolean;
  createdAt: Millis;
  createdBy: string;
}

/** What a provider gave; borrowed until the call returns, the caller wipes them. */
export interface Tokens {
  access: Uint8Array;
  /** null: none, or the one that there is stays good. */
  refresh: Uint8Array | null;
  expiresAt: Millis | null;
  granted: string[];
  /** When to refresh next; null: never. */
  refreshAt: Millis | null;
}

export interface Connections {
  /** Remembers the application; a second one replaces the first. Operator. The secret is borrowed. */
  setClient(
    caller: Caller,
    client: { provider: string; base: string | null; clientId: string; secret: Uint8Array | null },
  ): OauthClient;
  /** null: none is registered. */
  client(caller: Caller, provider: string, base: string | null): OauthClient | null;
  clients(caller: Caller): OauthClient[];
  removeClient(caller: Caller, provider: string, base: string | null): void;
  /** The daemon's own. The caller wipes the secret. */
  openClient(provider: string, base: string | null): { clientId: string; secret: Uint8Array | null } | null;

  /** A person is to sign in. Operator. */
  begin(caller: Caller, connection: NewConnection): Connection;
  /** It came to nothing: the person said no, or did not come in time. A pending one ends. */
  abandoned(id: ConnectionId, problem: Omit<ConnectionProblem, 'at'>): Connection;
  /**
   * A person signed in as `login`: in one transaction the token becomes a secret (`variable`@account, with `followers`), created or
   * rotated, and the connection is the one of this provider and account; one that was before it ends, its tokens wiped.
   */
  established(
    id: ConnectionId,
    signedIn: { login: string; account: string; variable: string; followers: string[]; tokens: Tokens },
  ): Affected & { connection: Connection; secret: Secret; created: boolean };

  /** Newest first, without those that ended. */
  list(caller: Caller, page?: PageRequest): Page<Connection>;
  /** By its id, or by the name of its secret. CONNECTION_NOT_FOUND. */
  get(caller: Caller, id: string): Connection;
  /** How many there are of each provider in each state but `ended`. The daemon's own. */
  census(): { provider: string; state: ConnectionState; count: number }[];

  /** Those whose time to be refreshed, or whose time to tell the provider of their end, has come; and when the next one comes. Nothing while sealed. */
  due(now: Millis): { refresh: ConnectionId[]; revoke: ConnectionId[] };
  nextDue(): Millis | null;
  /**
   * Written down before the provider is asked: a refresh token may be good for one use only. REFRESH_RUNNING where the end of the
   * last one is not known, VAULT_SEALED, DISK_FULL: nothing was done. The caller wipes the token. null: nothing to refresh with.
   */
  beginRefresh(id: ConnectionId): { connection: Connection; refresh: Uint8Array } | null;
  /**
   * Both tokens are there from now on; the sandboxes of `sessions` get the new value as with a rotation. Of a connection that was
   * disconnected meanwhile they are kept to tell the provider with. VAULT_SEALED where it was sealed meanwhile: nothing was done, and
   * the same call after it is unsealed keeps them. A value that sandboxes have no room for, or that got out, leaves them the last one: a problem of
   * the connection, not an error.
   */
  refreshed(id: ConnectionId, tokens: Tokens): Affected & { connection: Connection };
  /**
   * `retryAt` null: for good, a person must sign in again. The refresh token stays, to tell the provider with; after REFRESH_UNKNOWN
   * {@link beginRefresh} never gives it out again. The first of several failures that are alike has an audit entry.
   */
  refreshFailed(id: ConnectionId, problem: Omit<ConnectionProblem, 'at'>, retryAt: Millis | null): Connection;
  /** Refreshes that were begun before this process: nobody knows whether the provider heard of them. */
  interrupted(): Connection[];

  /**
   * Gone here at once: the secret is revoked everywhere and deleted. What the provider is told with stays sealed until it heard.
   * Works while sealed. A pending one ends; one that is over already stays as it is.
   */
  disconnect(caller: Caller, id: string): Affected & { connection: Connection };
  /** To tell the provider with. The caller wipes them. */
  openTokens(id: ConnectionId): { access: Uint8Array | null; refresh: Uint8Array | null };
  revoked(id: ConnectionId): Connection;
  revokeFailed(id: ConnectionId, problem: Omit<ConnectionProblem, 'at'>, retryAt: Millis): Connection;
}
