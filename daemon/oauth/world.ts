/** What the parts of signing in work with, and the way from a connection to its provider. Holds no token. */

import type { Timers } from '../../sandbox/index.js';
import type { Connection, Connections, SessionId, Vault } from '../../store/index.js';
import { DaemonError } from '../errors.js';
import type { EventHub, Logger, Metrics } from '../parts.js';
import type { Catalogue } from '../providers/catalogue.js';
import type { OauthFact } from './fact.js';
import type { OauthFacts } from './facts.js';
import type { GuardOptions } from './guarded-fetch.js';
import { type Place, placeOf } from './places.js';
import { type ProviderClient, providerClient } from './provider-client.js';

export interface OauthWorld {
  facts: OauthFacts;
  providers: Pick<Catalogue, 'get'>;
  vault: Pick<Vault, 'connections'>;
  /** Places that the operator configured, by the id of the provider. */
  bases: Readonly<Record<string, string>>;
  /** How a browser reaches this daemon; null: it does not. Without a / at its end. */
  publicUrl: string | null;
  timers: Timers;
  /** From 0 to below 1. */
  chance(): number;
  /** 256 bits that nobody can guess, as base64url. */
  secretText(): string;
  /** These sessions have another value now. */
  changed(sessions: SessionId[]): void;
  events: Pick<EventHub, 'emit'>;
  metrics: Pick<Metrics, 'count'>;
  log: Logger;
  failpoint(name: string): void | Promise<void>;
  guard?: Omit<GuardOptions, 'own'>;
}

/** A provider that is open for one act. */
export interface Opened {
  fact: OauthFact;
  place: Place;
  client: ProviderClient;
}

type Whose = Pick<Connection, 'provider' | 'base' | 'clientId'> & { account?: string | null };

/** @throws PROVIDER_NOT_FOUND */
export function factOf({ facts }: Pick<OauthWorld, 'facts'>, provider: string): OauthFact {
  const fact = facts.get(provider);
  if (fact !== undefined) return fact;
  const known = [...facts.keys()].join(', ');
  throw new DaemonError(
    'PROVIDER_NOT_FOUND',
    `Nobody can sign in at ${JSON.stringify(provider)} from here. Known are: ${known}. Store a key by hand: \`ampoule add ${/^[a-z0-9-]+$/.test(provider) ? provider : 'PROVIDER'}\`.`,
  );
}

/** The command that a person types to sign in (again). */
export function connectCommand({ provider, base, account }: Pick<Whose, 'provider' | 'base' | 'account'>): string {
  const more = [account == null ? '' : ` --account ${account}`, base === null ? '' : ` --base ${base}`];
  return `\`ampoule connect ${provider}${more.join('')}\``;
}

/**
 * Runs `act` with the provider of a connection, as its application, whose secret is wiped after it.
 * @param todo behind each failure, a sentence
 * @throws OAUTH_CLIENT_NOT_FOUND, OAUTH_BASE_REFUSED, VAULT_SEALED, and what `act` throws
 */
export async function withProvider<T>(
  world: OauthWorld,
  whose: Whose,
  todo: string,
  act: (opened: Opened) => Promise<T>,
): Promise<T> {
  const fact = factOf(world, whose.provider);
  const configured = world.bases[whose.provider];
  const place = placeOf(fact, whose.base, whose.base === null ? undefined : configured);
  const { connections } = world.vault;
  const application = openApplication(connections, whose, configured);
  if (application === null || application.clientId !== whose.clientId) {
    application?.secret?.fill(0);
    throw new DaemonError(
      'OAUTH_CLIENT_NOT_FOUND',
      `The application that ${fact.name} was connected with is not registered here any more. Connect again: ${connectCommand(whose)}.`,
    );
  }
  try {
    return await act({ fact, place, client: providerClient({ fact, place, application, todo }, world.guard) });
  } finally {
    application.secret?.fill(0);
  }
}

/** Of this place; what the operator configured in place of the vendor's has the vendor's application too. */
function openApplication(
  connections: Pick<Connections, 'openClient'>,
  { provider, base }: Whose,
  configured: string | undefined,
): ReturnType<Connections['openClient']> {
  const own = connections.openClient(provider, base);
  return own === null && base !== null && base === configured ? connections.openClient(provider, null) : own;
}
