/** Spoils a good request in one seeded way. Sends nothing itself. */

import type { Sample } from '../fixtures/samples.js';

/** What goes over the wire: `body` is bytes already, so that it need not be JSON. */
export interface RawRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array | null;
}
export interface Mutant {
  request: RawRequest;
  /** What was done to it, for the report. */
  how: string;
}

type Random = () => number;
const JSON_TYPE = { 'content-type': 'application/json' };
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** The good request as bytes. */
export function raw(sample: Sample): RawRequest {
  const body = sample.body === undefined ? null : encode(sample.body);
  return { method: sample.method, path: sample.path, headers: { ...(body ? JSON_TYPE : {}), ...sample.headers }, body };
}

/** A value of another type than the one it stands for, or far out of every limit. */
function wrongValue(random: Random, value: unknown): unknown {
  const others: unknown[] = [{ unexpected: { deep: [1, [2, [3]]] } }, -1e308, [[[[]]]], { toString: 'x' }];
  if (typeof value !== 'boolean') others.push(true);
  if (typeof value === 'string') others.push(12345, null, '\u0000', 'x'.repeat(300_000), [value, value]);
  if (typeof value !== 'string') others.push('a string', '');
  return pick(random, others);
}

const bodies: Record<string, (random: Random, body: Record<string, unknown>) => unknown> = {
  'an unknown member': (random, body) => ({ ...body, [`x${Math.floor(random() * 1e6)}`]: 'y' }),
  'a member of another type': (random, body) => {
    const keys = Object.keys(body);
    if (keys.length === 0) return { surprise: 1 };
    const key = pick(random, keys);
    return { ...body, [key]: wrongValue(random, body[key]) };
  },
  'an array for an object': (_random, body) => [body],
  'a string for an object': () => 'just text',
  'a number for an object': () => 42,
  'a prototype member': (_random, body) =>
    JSON.parse(
      `{"__proto__": {"admin": true}, ${JSON.stringify(body).slice(1) === '}' ? '"z": 1}' : JSON.stringify(body).slice(1)}`,
    ),
};

const wires: Record<string, (random: Random, request: RawRequest) => RawRequest> = {
  'truncated JSON': (random, request) => ({
    ...request,
    body: (request.body ?? encode({ a: 1 })).slice(0, 1 + Math.floor(random() * ((request.body?.length ?? 7) - 1))),
  }),
  'bytes that are no UTF-8': (_random, request) => ({
    ...request,
    headers: { ...request.headers, ...JSON_TYPE },
    body: new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  }),
  'a form': (_random, request) => ({
    ...request,
    headers: { ...request.headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new TextEncoder().encode('value=a%20b'),
  }),
  'an unknown content type': (_random, request) => ({
    ...request,
    headers: { ...request.headers, 'content-type': 'text/x-unknown' },
    body: new TextEncoder().encode('text'),
  }),
  'an empty body with a type': (_random, request) => ({
    ...request,
    headers: { ...request.headers, ...JSON_TYPE },
    body: new Uint8Array(0),
  }),
  'deep nesting': (_random, request) => ({
    ...request,
    headers: { ...request.headers, ...JSON_TYPE },
    body: new TextEncoder().encode('['.repeat(20_000)),
  }),
};

const HOSTILE_PARTS = [
  '%00',
  '..%2f..%2fetc%2fpasswd',
  '%ff',
  '%E0%A4%A',
  "'%20OR%201=1--",
  'x'.repeat(400),
  '%0d%0aX-A:%20b',
  '-',
  'sec_0',
  'ses_ZZZ',
  '%F0%9F%A6%8A',
  'no_such_thing_anywhere',
  '%20',
  'a%2Fb',
];
const HOSTILE_QUERIES = [
  'limit=abc',
  'limit=-1',
  'limit=100000',
  'cursor=%00',
  'cursor=bm90LWEtY3Vyc29y',
  'wait=never',
  'wait=99h',
  'wait=-1s',
  'unknown=1',
  'limit=5&limit=6',
  'token=amp_op_x',
  'force=maybe',
  'revoke=2',
];

/** Spoils what comes after the last fixed part of the path, or the query. */
function badPath(random: Random, path: string): { path: string; how: string } {
  const [bare = '', query] = path.split('?');
  const parts = bare.split('/');
  const named = parts.map((_, i) => i).filter((i) => i >= 3);
  if (named.length > 0 && random() < 0.5) {
    parts[pick(random, named)] = pick(random, HOSTILE_PARTS);
    return { path: parts.join('/') + (query === undefined ? '' : `?${query}`), how: 'a hostile path part' };
  }
  const extra = pick(random, HOSTILE_QUERIES);
  return { path: `${bare}?${query === undefined ? '' : `${query}&`}${extra}`, how: `the query ${extra}` };
}

/** One mutant of a good request. The same random numbers give the same mutant. */
export function mutate(sample: Sample, random: Random): Mutant {
  const request = raw(sample);
  const roll = random();
  if (request.body === null || roll < 0.35) {
    const { path, how } = badPath(random, request.path);
    return { request: { ...request, path }, how };
  }
  if (roll < 0.8) {
    const how = pick(random, Object.keys(bodies));
    const change = bodies[how] as (random: Random, body: Record<string, unknown>) => unknown;
    return { request: { ...request, body: encode(change(random, sample.body as Record<string, unknown>)) }, how };
  }
  const how = pick(random, Object.keys(wires));
  return { request: (wires[how] as (random: Random, request: RawRequest) => RawRequest)(random, request), how };
}
