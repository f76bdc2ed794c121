/** What can be known of a value without saying what it is: its slips, its shape, what it states of itself. Keeps no copy of it. */

import type { ProviderVariable } from '../providers/provider.js';
import { type ShapeProblem, shapeProblems } from '../providers/shape.js';
import type { UrlFacts, ValueFacts } from './facts.js';

/** Schemes of databases: others are not repeated. */
const SCHEMES =
  /^(postgres|postgresql|mysql|mariadb|mongodb|mongodb\+srv|redis|rediss|amqp|amqps|mssql|sqlserver|sqlite)$/;
/** Hosts that mean the machine that they are used on. */
const LOCAL = /^(localhost|127(\.\d{1,3}){3}|0\.0\.0\.0|\[?::1\]?)$/i;

/**
 * @param variables what is known of such values; of several kinds one has to fit. None: only slips are looked for.
 * @param name variable that the value has.
 * @param bytes read, and not kept.
 */
export function valueFacts(variables: readonly ProviderVariable[], name: string, bytes: Uint8Array): ValueFacts {
  const isFile = variables.some((variable) => variable.as === 'file');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const bare = text.trim();
  return {
    problems: leastProblems(variables, name, bytes),
    crlf: !isFile && /\r\n[\s\S]*\S/.test(text),
    statedExpiry: statedExpiry(bare),
    url: isFile ? null : urlFacts(bare),
  };
}

function leastProblems(variables: readonly ProviderVariable[], name: string, bytes: Uint8Array): ShapeProblem[] {
  const each = (variables.length === 0 ? [null] : variables).map((variable) => shapeProblems(variable, name, bytes));
  return each.reduce((least, one) => (one.length < least.length ? one : least));
}

/** A JWT's `exp` (RFC 7519), in milliseconds; null: it is none, or states none. Its signature is nobody's business here. */
function statedExpiry(text: string): number | null {
  const parts = text.split('.');
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part))) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
    const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : null;
    return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : null;
  } catch {
    return null;
  }
}

function urlFacts(text: string): UrlFacts | null {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text) ?? [];
  if (scheme === '') return null;
  const authority = authorityOf(rest);
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? '' : authority.slice(0, at);
  const hosts = authority.slice(at + 1).split(',');
  return {
    scheme: SCHEMES.test(scheme.toLowerCase()) ? scheme.toLowerCase() : null,
    local: hosts.some((host) => LOCAL.test(host.replace(/:\d*$/, ''))),
    unescaped: unescaped(user),
  };
}

/** What stands before the path; where a password has cut it short, what was meant to stand there. */
function authorityOf(rest: string): string {
  const end = /[/?#]/.exec(rest)?.index ?? rest.length;
  const before = rest.slice(0, end);
  const after = rest.indexOf('@', end);
  // A name with a password that is no port, and the host that belongs to it further on.
  if (before.includes('@') || after < 0 || !/^[^:]+:.*\D/.test(before)) return before;
  return rest.slice(0, after) + authorityOf(rest.slice(after));
}

/** One `:` stands between user and password; everything else that is reserved (RFC 3986, 2.2) has to be percent-encoded. */
function unescaped(user: string): boolean {
  const colon = user.indexOf(':');
  const parts = colon < 0 ? [user] : [user.slice(0, colon), user.slice(colon + 1)];
  return parts.some((part) => /[/?#[\]@:\s]|%(?![0-9A-Fa-f]{2})/.test(part));
}
