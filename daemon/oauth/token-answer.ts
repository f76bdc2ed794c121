/** Turns what providers answer into what the standard says, before anybody reads it. Keeps nothing, and asks nobody. */

import type { OauthFact } from './fact.js';

/**
 * An error with status 200 becomes one with 400, and an identity token goes: nobody reads it here, since the provider is asked whose the
 * token is. What is no JSON object stays as it is.
 */
export async function standardAnswer(answer: Response, { errorsWith200 }: Pick<OauthFact, 'errorsWith200'>) {
  if (answer.status !== 200 || !/^application\/(.+\+)?json\b/i.test(answer.headers.get('content-type') ?? ''))
    return answer;
  const text = await answer.text();
  const json = objectIn(text);
  const headers = { 'content-type': 'application/json' };
  if (json === null) return new Response(text, { status: 200, headers });
  if (errorsWith200 && typeof json.error === 'string')
    return new Response(JSON.stringify({ error: json.error }), { status: 400, headers });
  const { id_token: _unread, ...rest } = json;
  return new Response(JSON.stringify(rest), { status: 200, headers });
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : null;
  } catch {
    return null;
  }
}

/** What a token endpoint gave. Whoever gets it wipes the tokens. */
export interface Given {
  access: Uint8Array;
  /** null: none, or the one before stays. */
  refresh: Uint8Array | null;
  /** Milliseconds that the token lives from now; null: nobody knows, or for ever. */
  life: number | null;
  granted: string[];
}

/** No token is longer than this. */
const LONGEST = 16 * 1024;
const LONGEST_LIFE = 10 * 365 * 86_400_000;

/**
 * The tokens as bytes. @param asked scopes, granted where the answer names none.
 * @returns null for what can be no token: it would break headers, or files of others.
 */
export function givenBy(
  answer: { access_token: string; refresh_token?: unknown; expires_in?: unknown; scope?: unknown },
  asked: readonly string[],
): Given | null {
  const { access_token: access, refresh_token: refresh, expires_in: life, scope } = answer;
  if (!isToken(access) || (refresh !== undefined && refresh !== '' && !isToken(refresh))) return null;
  const seconds = typeof life === 'number' && Number.isFinite(life) && life > 0 ? life : null;
  return {
    access: new TextEncoder().encode(access),
    refresh: typeof refresh === 'string' && refresh !== '' ? new TextEncoder().encode(refresh) : null,
    life: seconds === null ? null : Math.min(Math.round(seconds * 1000), LONGEST_LIFE),
    granted: typeof scope === 'string' && scope !== '' ? scopesIn(scope) : [...asked],
  };
}

export function wipeGiven(given: Pick<Given, 'access' | 'refresh'>): void {
  given.access.fill(0);
  given.refresh?.fill(0);
}

function isToken(text: unknown): text is string {
  return typeof text === 'string' && text.length > 0 && text.length <= LONGEST && /^[\x21-\x7e]+$/.test(text);
}

/** Divided by spaces as the standard says, or by commas. */
function scopesIn(text: string): string[] {
  const scopes = text
    .split(/[ ,]+/)
    .filter((scope) => scope.length <= 200 && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope));
  return [...new Set(scopes)].slice(0, 64);
}
