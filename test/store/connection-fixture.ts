/** Connections in a vault's domain: short ways to make them, and what a provider would have given. */

import type { Connection, NewConnection, Tokens } from '../../store/connection-types.js';
import { type Domain, operator } from './domain-fixture.js';

const bytes = (text: string) => new TextEncoder().encode(text);

/** Tokens whose texts are known; an hour to live. */
export function tokens(v: Pick<Domain, 'clock'>, name: string, more: Partial<Tokens> = {}): Tokens {
  const now = v.clock.now();
  return {
    ...{ access: bytes(`access-${name}`), refresh: bytes(`refresh-${name}`), granted: ['repo'] },
    ...{ expiresAt: now + 3_600_000, refreshAt: now + 3_000_000, ...more },
  };
}

/** One that waits for a person. */
export function begin(v: Domain, more: Partial<NewConnection> = {}): Connection {
  const what: NewConnection = { provider: 'github', scopes: ['repo'], flow: 'code', clientId: 'Iv1.test', ...more };
  return v.connections.begin(operator, what);
}

/** Somebody signs in to a pending one. */
export function signIn(v: Domain, { id }: Pick<Connection, 'id'>, name: string, more: Partial<Tokens> = {}) {
  const signedIn = { login: 'OctoCat', account: 'octocat', variable: 'GITHUB_TOKEN', followers: ['GH_TOKEN'] };
  return v.connections.established(id, { ...signedIn, tokens: tokens(v, name, more) });
}

/** One whose token is kept fresh. */
export function connect(v: Domain, name = 'first', more: Partial<NewConnection> = {}): Connection {
  return signIn(v, begin(v, more), name).connection;
}

export function textOf(value: Uint8Array | null | undefined): string | null {
  return value == null ? null : new TextDecoder().decode(value);
}
