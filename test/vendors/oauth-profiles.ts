/** How each vendor differs from the standard, for the authorization server of the tests. Facts of the vendors' own pages; no server. */

import { readOauthFacts } from '../../daemon/oauth/facts.js';

export type ProfileId = 'github' | 'gitlab' | 'google' | 'microsoft';

export interface Profile {
  /** Paths, as the daemon's facts have them. */
  paths: Record<'issuer' | 'authorization' | 'token' | 'userinfo', string> & { device?: string; revocation?: string };
  scopes: string[];
  /** A refresh token is good once, and its second use ends all tokens of the family. */
  rotates: 'never' | 'kind' | 'strict';
  /** Whether an authorization gets a refresh token at all. */
  refreshable(asked: URLSearchParams): boolean;
  /** What a token looks like; the other way round in `inside`. */
  outside(kind: 'access' | 'refresh', token: string): string;
  inside(token: string): string;
  errorsWith200: boolean;
  /** The vendor's code for one of the standard, at a token endpoint. */
  error(standard: string, grant: string): string;
  /** The answer that says whose a token is. */
  account(login: string): Record<string, unknown>;
}

const PLAIN = {
  outside: (_kind: 'access' | 'refresh', token: string) => token,
  inside: (token: string) => token,
  errorsWith200: false,
  error: (standard: string) => standard,
};

const GITHUB_ERRORS: Record<string, string> = {
  'invalid_grant refresh_token': 'bad_refresh_token',
  'invalid_grant authorization_code': 'bad_verification_code',
  'invalid_client refresh_token': 'incorrect_client_credentials',
  'invalid_client authorization_code': 'incorrect_client_credentials',
};

const OWN: Record<ProfileId, Omit<Profile, 'paths' | 'scopes'>> = {
  github: {
    rotates: 'strict',
    refreshable: () => true,
    outside: (kind, token) => `${kind === 'access' ? 'ghu' : 'ghr'}_${Buffer.from(token).toString('hex')}`,
    inside: (token) => (/^gh[ur]_/.test(token) ? Buffer.from(token.slice(4), 'hex').toString() : token),
    errorsWith200: true,
    error: (standard, grant) => GITHUB_ERRORS[`${standard} ${grant}`] ?? standard,
    account: (login) => ({ login, id: 1, node_id: 'U_1' }),
  },
  gitlab: {
    ...PLAIN,
    ...{ rotates: 'strict', refreshable: () => true },
    account: (login) => ({ id: 1, username: login, state: 'active' }),
  },
  google: {
    ...PLAIN,
    rotates: 'never',
    refreshable: (asked) => asked.get('access_type') === 'offline' && asked.get('prompt') === 'consent',
    account: (login) => ({ sub: '1', email: login, email_verified: true }),
  },
  microsoft: {
    ...PLAIN,
    rotates: 'kind',
    refreshable: (asked) => (asked.get('scope') ?? '').split(' ').includes('offline_access'),
    account: (login) => ({ id: '1', userPrincipalName: login, mail: null }),
  },
};

export function profileOf(id: ProfileId): Profile {
  const fact = readOauthFacts().get(id);
  if (fact === undefined) throw new Error(`no facts of ${id}`);
  return { ...OWN[id], paths: fact.paths as Profile['paths'], scopes: fact.scopes.map(({ scope }) => scope) };
}
