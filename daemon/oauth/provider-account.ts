/** Two requests of a provider's own API: whose a token is, and GitHub's way to end one. Reads the one member it needs and repeats nothing. */

import { type GuardedFetch, UnexpectedStatus } from './guarded-fetch.js';
import type { Application } from './provider-client.js';
import { refused } from './provider-failure.js';

/**
 * The first of the members that is there; null: none, or nothing that a person could read.
 * @param access borrowed
 */
export async function loginIn(
  fetch: GuardedFetch,
  url: string,
  access: Uint8Array,
  members: readonly string[],
): Promise<string | null> {
  const answer = await fetch(url, {
    headers: { accept: 'application/json', authorization: `Bearer ${new TextDecoder().decode(access)}` },
  });
  if (answer.status !== 200) throw new UnexpectedStatus(answer.status);
  const json = await jsonOf(answer);
  for (const member of members) {
    const value = json.get(member);
    if (typeof value === 'string' && /^[^\p{C}\s](.{0,318}[^\p{C}\s])?$/u.test(value) && !/\p{C}/u.test(value))
      return value;
  }
  return null;
}

/**
 * `DELETE /applications/{client_id}/token`, as the application itself.
 * @returns false: it cannot be told, since the application's secret is not known.
 */
export async function revokeAsGithub(
  fetch: GuardedFetch,
  url: string,
  { clientId, secret }: Application,
  access: Uint8Array | null,
): Promise<boolean> {
  if (access === null) return true;
  if (secret === null) return false;
  const basic = Buffer.concat([Buffer.from(`${clientId}:`), secret]);
  const answer = await fetch(url.replace('{client_id}', encodeURIComponent(clientId)), {
    method: 'DELETE',
    headers: {
      ...{ accept: 'application/vnd.github+json', 'content-type': 'application/json' },
      authorization: `Basic ${basic.toString('base64')}`,
    },
    body: JSON.stringify({ access_token: new TextDecoder().decode(access) }),
  });
  basic.fill(0);
  // 404 and 422: it is no token of this application, or none any more.
  if ([204, 404, 422].includes(answer.status)) return true;
  if (answer.status === 401) throw refused('invalid_client', 'GitHub', 'See the secret of the application there.');
  throw new UnexpectedStatus(answer.status);
}

async function jsonOf(answer: Response): Promise<Map<string, unknown>> {
  try {
    const json: unknown = await answer.json();
    return new Map(typeof json === 'object' && json !== null ? Object.entries(json) : []);
  } catch {
    return new Map();
  }
}
