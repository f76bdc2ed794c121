/** What the routes ask of the signing in at providers, and what they get. Types only: no token, and no word that a provider sent. */

import type { Affected, Caller, Connection, ConnectionFlow, ConnectionId } from '../../store/index.js';
import type { Chore } from '../upkeep.js';

/** What a person has to know before signing in, from the facts of a provider. */
export interface OauthProviderFacts {
  /** Id of the catalogue: `github`. */
  id: string;
  /** What people call it: "GitHub". */
  name: string;
  /** Flows that it knows, the usual one first. */
  flows: ConnectionFlow[];
  /** What may be asked for; `usual`: asked for where nobody says otherwise. */
  scopes: { scope: string; means: string; usual: boolean }[];
  /** How to register an application there. */
  create: {
    page: string;
    steps: string[];
    /** The exact redirect address to register; null: none is needed or possible, only the device flow works here. */
    callback: string | null;
  };
  /** Whether the code flow, or the device flow, needs the application's secret. */
  clientSecret: { code: boolean; device: boolean };
  /** Origin of one's own (`https://git.example.org`) is possible. */
  selfHosted: boolean;
  /** Variable that the token appears as. */
  variable: string;
  /** How it hears that a connection is over; not `byItself`: nobody can tell it, a person has to go to the page. */
  leave?: { byItself: boolean; page: string; steps: string[] };
}

/** A wish to sign in. The secret is borrowed: the caller wipes it. */
export interface ConnectWish {
  /** Id of a provider. PROVIDER_NOT_FOUND for one that nobody can sign in to. */
  provider: string;
  /** Origin of one's own, `https://git.example.org`; absent or null: the provider's. */
  base?: string | null;
  /** Slug that the account gets, and must be; absent: the one of the login that signs in. */
  account?: string | null;
  environment?: string | null;
  /** Absent: the usual ones. */
  scopes?: string[];
  flow: ConnectionFlow;
  /** An application to remember and use; absent: the remembered one. OAUTH_CLIENT_NOT_FOUND says how to make one. */
  clientId?: string;
  clientSecret?: Uint8Array;
}

/** What a person has to do now: one of both. Times are milliseconds since the epoch. */
export interface Begun {
  connection: Connection;
  /** Code flow: a one-use address of this daemon, which leads a browser to the provider. */
  authorize?: { url: string; expiresAt: number };
  /** Device flow: the code to type in at the address. The daemon asks the provider by itself. */
  device?: {
    userCode: string;
    verificationUri: string;
    /** Has the code in it already. */
    verificationUriComplete?: string;
    expiresAt: number;
  };
}

/** Where a browser goes from `/oauth/start/TICKET`. */
export interface Departure {
  /** At the provider. */
  location: string;
  /** The whole `Set-Cookie`. */
  cookie: string;
}

/** A browser is back, and the account is connected. */
export interface Arrival {
  connection: Connection;
  /** What the provider is called, for the page. */
  providerName: string;
  /** `Set-Cookie` that takes the cookie away. */
  cookie: string;
}

/** Signs in, keeps fresh, signs out. Refusals are errors of the table, whose words are ours alone. */
export interface OauthService {
  /** What can be signed in to, by id. */
  providers(): OauthProviderFacts[];

  /**
   * Writes down a pending connection and begins to sign in. Operator.
   * @throws PROVIDER_NOT_FOUND, OAUTH_CLIENT_NOT_FOUND, OAUTH_FLOW_UNAVAILABLE, OAUTH_BASE_REFUSED, INVALID_INPUT (a scope), and for
   * the device flow, which asks the provider at once, OAUTH_REFUSED, OAUTH_UNREACHABLE, OAUTH_ANSWER_INVALID.
   */
  begin(caller: Caller, wish: ConnectWish): Promise<Begun>;

  /** The ticket of `authorize.url`, once. @throws OAUTH_STATE_INVALID for one that is unknown, used or too old. */
  start(ticket: string): Departure;

  /**
   * The provider sent a browser back.
   * @param url of the request: path and query; its origin is not looked at.
   * @param cookie the `Cookie` header.
   * @throws OAUTH_STATE_INVALID (forged, used, too old, another browser, another provider), OAUTH_DENIED, OAUTH_REFUSED,
   * OAUTH_UNREACHABLE, OAUTH_ANSWER_INVALID; what the vault refuses.
   */
  callback(url: URL, cookie: string | undefined): Promise<Arrival>;

  /** The connection once it is not pending any more, or after `ms`. @throws CONNECTION_NOT_FOUND, FORBIDDEN. */
  wait(caller: Caller, id: ConnectionId, ms: number, signal?: AbortSignal): Promise<Connection>;

  /**
   * Refreshes now, or joins the refresh that runs. Operator.
   * @throws REFRESH_REFUSED (a person has to authorize again), OAUTH_REFUSED, OAUTH_UNREACHABLE, OAUTH_ANSWER_INVALID,
   * REFRESH_UNAVAILABLE (there is nothing to refresh with); what the vault refuses.
   */
  refresh(caller: Caller, id: string): Promise<Affected & { connection: Connection }>;

  /**
   * To be called in each look of the scheduler: begins the refreshes and farewells that are due, ends sign-ins for which nobody came.
   * Never waits.
   */
  chores(): Chore[];

  /** Gone here at once; the provider is told behind it, again and again until it heard. Operator. */
  disconnect(caller: Caller, id: string): Promise<Affected & { connection: Connection }>;

  /** Nothing new begins; resolves when what was sent to providers has its answer, or after 3 s. */
  stop(): Promise<void>;
}
