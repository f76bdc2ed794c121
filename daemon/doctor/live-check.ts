/** Asks a provider whether it takes a value, by the request that the catalogue describes. Asked for only; keeps no value and no body. */

import type { Claim } from '../../store/index.js';
import type { Provider, ProviderCheck } from '../providers/provider.js';
import type { LiveFacts } from './live-facts.js';
import { askLive, type LiveRequestOptions, NoAnswer } from './live-request.js';
import { requestBytes, UnfitValue } from './request-bytes.js';

export interface LiveCheckOptions extends LiveRequestOptions {
  /** Address in place of the catalogue's, without a path's end; from the operator's configuration alone. */
  base?: string | undefined;
  version: string;
  now?: () => number;
}

/** @param claims active secrets of this provider and one account. Never throws. */
export async function liveCheck(
  provider: Provider,
  claims: readonly Pick<Claim, 'name' | 'env' | 'account' | 'open'>[],
  options: LiveCheckOptions,
): Promise<LiveFacts> {
  const { check } = provider;
  const account = claims[0]?.account ?? null;
  const none = { provider: provider.id, account, status: null, scopes: null, clockAhead: null };
  if (check === undefined) {
    const why = 'no request is known that does nothing but say whether a value is good';
    return { ...none, secrets: claims.map(({ name }) => name), outcome: 'unavailable', why };
  }
  const names = namesIn(check);
  const used = claims.filter(({ env }) => names.includes(env));
  const secrets = used.map(({ name }) => name);
  const missing = names.filter((name) => !used.some(({ env, open }) => env === name && open !== null));
  if (missing.length > 0) {
    const why = `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not active`;
    return { ...none, secrets, outcome: 'unavailable', why };
  }
  try {
    return { ...none, secrets, ...(await ask(check, used, options)) };
  } catch (error) {
    if (error instanceof UnfitValue) return { ...none, secrets, outcome: 'unavailable', why: error.message };
    if (error instanceof NoAnswer) return { ...none, secrets, outcome: 'unreachable', why: error.message };
    throw error;
  }
}

async function ask(
  check: ProviderCheck,
  used: readonly Pick<Claim, 'env' | 'open'>[],
  options: LiveCheckOptions,
): Promise<Pick<LiveFacts, 'outcome' | 'status' | 'why' | 'scopes' | 'clockAhead'>> {
  const base = new URL(options.base ?? check.base);
  const opened: Uint8Array[] = [];
  const value = (name: string): Uint8Array => {
    const bytes = used.find(({ env }) => env === name)?.open?.() ?? new Uint8Array(0);
    opened.push(bytes);
    return bytes;
  };
  const path = `${base.pathname.replace(/\/$/, '')}${check.path}`;
  const { header = {}, basic } = check;
  let request: Buffer | null = null;
  try {
    request = requestBytes(
      { host: base.host, path, header, basic: basic ?? null, userAgent: `ampoule/${options.version}` },
      value,
    );
    const { status, headers } = await askLive(base, request, options);
    const date = Date.parse(headers.get('date') ?? '');
    return {
      ...judged(check, status),
      scopes: scopesFrom(check.scopes === undefined ? undefined : headers.get(check.scopes.toLowerCase())),
      clockAhead: Number.isNaN(date) ? null : date - (options.now ?? Date.now)(),
    };
  } finally {
    request?.fill(0);
    for (const bytes of opened) bytes.fill(0);
  }
}

function judged({ good, wrong }: ProviderCheck, status: number): Pick<LiveFacts, 'outcome' | 'status' | 'why'> {
  if (good.includes(status)) return { outcome: 'works', status, why: null };
  if (wrong.includes(status)) return { outcome: 'refused', status, why: null };
  if (status === 403) return { outcome: 'forbidden', status, why: null };
  const redirect = status >= 300 && status < 400;
  return { outcome: 'unclear', status, why: redirect ? 'it redirects, and a value is not taken elsewhere' : null };
}

/** Variables whose values the request needs. */
function namesIn({ path, header = {}, basic }: ProviderCheck): string[] {
  const text = [path, ...Object.values(header), ...(basic ?? [])].join(' ');
  return [...new Set([...text.matchAll(/\{([A-Za-z_][A-Za-z0-9_]*)\}/g)].map(([, name = '']) => name))];
}

/** What came from afar is shown as words of letters alone. */
function scopesFrom(header: string | undefined): string[] | null {
  if (header === undefined) return null;
  const words = header.slice(0, 4096).split(/[\s,]+/);
  return words.filter((word) => /^[\w.:/*-]{1,100}$/.test(word));
}
