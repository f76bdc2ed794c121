/** Where a provider is asked: the vendor's own place, one that the operator configured, or one of a person's own. Asks nobody. */

import { isIP } from 'node:net';
import { DaemonError } from '../errors.js';
import type { OauthFact } from './fact.js';
import { isPublicAddress } from './public-address.js';

/** Of one provider at one place. */
export interface Place {
  /** null: the vendor's own. Without a / at its end. */
  base: string | null;
  /** The operator configured it, so it may be private. */
  own: URL | null;
  endpoints: OauthFact['endpoints'];
}

/**
 * @param wished `https://git.example.org`, or null for the usual place. @param configured by the operator for this provider.
 * @throws OAUTH_BASE_REFUSED
 */
export function placeOf(fact: OauthFact, wished: string | null, configured: string | undefined): Place {
  const asked = wished === null ? null : trimmed(fact, wished);
  if (configured !== undefined && (asked === null || asked === configured)) return at(fact, configured, true);
  if (asked === null || new URL(asked).origin === new URL(fact.endpoints.authorization).origin)
    return { base: null, own: null, endpoints: fact.endpoints };
  if (!fact.selfHosted) throw refusedBase(`Nobody runs a ${fact.name} of their own. Leave out the address.`);
  const host = new URL(asked).hostname.replace(/^\[|\]$/g, '');
  if (!asked.startsWith('https://') || (isIP(host) !== 0 && !isPublicAddress(host)) || host === 'localhost')
    throw refusedBase(
      `${asked} is private or without TLS. Who runs the daemon may allow it: AMPOULE_OAUTH_BASES=${fact.id}=${asked}.`,
    );
  return at(fact, asked, false);
}

function at(fact: OauthFact, base: string, trusted: boolean): Place {
  const endpoints = Object.fromEntries(Object.entries(fact.paths).map(([name, path]) => [name, `${base}${path}`]));
  return { base, own: trusted ? new URL(base) : null, endpoints: endpoints as OauthFact['endpoints'] };
}

function trimmed({ id, name }: OauthFact, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const whole = url !== null && [url.username, url.password, url.search, url.hash].every((part) => part === '');
  if (
    url === null ||
    !whole ||
    !/^https?:$/.test(url.protocol) ||
    !/^[\x21-\x7e]{1,300}$/.test(text) ||
    text.includes('%')
  )
    throw refusedBase(
      `The address of ${name} is none. Give it as \`ampoule connect ${id} --base https://git.example.org\`.`,
    );
  return url.href.replace(/\/+$/, '');
}

function refusedBase(message: string): DaemonError {
  return new DaemonError('OAUTH_BASE_REFUSED', message, { problems: [{ pointer: '/base', detail: message }] });
}
