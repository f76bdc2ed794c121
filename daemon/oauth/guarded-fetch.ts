/**
 * Requests to providers: to addresses that were looked up and checked here, over TLS, without redirects, cookies or compression, and
 * with an end in time and size. Repeats nothing that came from afar, neither in errors nor in a log.
 */

import { lookup as resolveName } from 'node:dns/promises';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP } from 'node:net';
import { isLoopbackAddress, isPublicAddress } from './public-address.js';

/** Milliseconds for all of it. */
const PATIENCE = 10_000;
/** Bytes of an answer's body. */
const LARGEST = 256 * 1024;

/** No answer. The message is a clause for people ("it did not answer within 10 s"). */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** The request may have reached the provider. */
  readonly sent: boolean;
  constructor(message: string, sent: boolean) {
    super(message);
    this.sent = sent;
  }
}

/** An answer of another status than was hoped for. */
export class UnexpectedStatus extends Error {
  override readonly name = 'UnexpectedStatus';
  readonly status: number;
  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

export interface GuardOptions {
  /** What the operator configured, the only origin that may be private, or without TLS where it is this machine itself. */
  own: URL | null;
  /** Addresses of a name. */
  lookup?: (name: string) => Promise<string[]>;
  patience?: number;
}

/** The part of fetch's options that is heeded. */
export interface GuardedRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal | null | undefined;
}
export type GuardedFetch = (url: string, request?: GuardedRequest) => Promise<Response>;

const byName = async (name: string): Promise<string[]> =>
  (await resolveName(name, { all: true })).map(({ address }) => address);

/** A fetch within these bounds. It rejects with {@link NoAnswer} alone. */
export function guardedFetch({ own, lookup = byName, patience = PATIENCE }: GuardOptions): GuardedFetch {
  return async (text, request = {}) => {
    const started = Date.now();
    const url = permitted(text, own);
    const addresses = await checkedAddresses(url, own, lookup, patience);
    const left = Math.max(1, patience - (Date.now() - started));
    return send(url, addresses, request, left, patience);
  };
}

/** @throws NoAnswer for what is not asked at all. */
function permitted(text: string, own: URL | null): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.username !== '' || url.password !== '') throw new NoAnswer('its address is none', false);
  const plain = url.protocol === 'http:' && url.origin === own?.origin;
  if (url.protocol !== 'https:' && !plain) throw new NoAnswer('its address is not one of https', false);
  return url;
}

async function checkedAddresses(
  url: URL,
  own: URL | null,
  lookup: (name: string) => Promise<string[]>,
  patience: number,
): Promise<string[]> {
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(name) === 0 ? await found(name, lookup, patience) : [name];
  const trusted = url.origin === own?.origin;
  const good = url.protocol === 'http:' ? isLoopbackAddress : trusted ? () => true : isPublicAddress;
  if (!addresses.every(good)) {
    const what = url.protocol === 'http:' ? 'is not this machine itself' : 'is a private one, which was not configured';
    throw new NoAnswer(`its address ${what}`, false);
  }
  return addresses;
}

async function found(name: string, lookup: (name: string) => Promise<string[]>, patience: number): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer('its name could not be looked up in time', false)), patience);
  });
  try {
    const addresses = await Promise.race([lookup(name), late]);
    if (addresses.length > 0 && addresses.every((address) => isIP(address) !== 0)) return addresses;
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
  } finally {
    clearTimeout(timer);
  }
  throw new NoAnswer('its name is not known here; see whether this machine reaches the internet', false);
}

function send(url: URL, addresses: string[], request: GuardedRequest, left: number, patience: number) {
  const { method = 'GET', headers = {}, signal } = request;
  return new Promise<Response>((resolve, reject) => {
    const body = bodyOf(request.body);
    const state = { sent: false };
    const make = url.protocol === 'https:' ? requestTls : requestPlain;
    const sending = make(url, {
      method,
      // A connection of its own; the name is not looked up a second time.
      ...{ agent: false, autoSelectFamily: addresses.length > 1, maxHeaderSize: 32 * 1024 },
      lookup: (_name, options, done) => {
        const all = addresses.map((address) => ({ address, family: isIP(address) }));
        const [first] = all;
        if (options.all === true) done(null, all);
        else done(null, first?.address ?? '', first?.family ?? 0);
      },
      headers: {
        ...headers,
        ...{ 'accept-encoding': 'identity', connection: 'close', 'user-agent': 'ampoule' },
        ...(body === null ? {} : { 'content-length': body.length }),
      },
    });
    const over = (outcome: Response | NoAnswer): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stopped);
      body?.fill(0);
      sending.on('error', () => {});
      sending.destroy();
      if (outcome instanceof NoAnswer) reject(outcome);
      else resolve(outcome);
    };
    const none = (why: string) => over(new NoAnswer(why, state.sent));
    const stopped = () => none('it was given up');
    const timer = setTimeout(() => none(`it did not answer within ${patience / 1000} s`), left);
    signal?.addEventListener('abort', stopped, { once: true });
    if (signal?.aborted === true) stopped();
    sending.once('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        state.sent = true;
      });
    });
    sending.once('error', (error: Error & { code?: string }) => none(wordsFor(error.code ?? '')));
    sending.once('response', (answer) => void readAnswer(answer).then(over, () => none('its answer broke off')));
    sending.end(body ?? undefined);
  });
}

async function readAnswer(answer: IncomingMessage): Promise<Response | NoAnswer> {
  const { statusCode: status = 0, headers } = answer;
  const encoding = headers['content-encoding'] ?? 'identity';
  if (status >= 300 && status < 400) return new NoAnswer('it sent on to another address, which is not followed', true);
  if (status < 200 || status > 599) return new NoAnswer('its answer is not one of HTTP', true);
  if (encoding !== 'identity') return new NoAnswer('its answer is compressed, which was not asked for', true);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST) return new NoAnswer('its answer is too large', true);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  for (const chunk of chunks) chunk.fill(0);
  const kept = ['content-type', 'www-authenticate', 'retry-after'].flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
  return new Response(status === 204 || status === 205 ? null : bytes, { status, headers: kept });
}

function bodyOf(body: unknown): Buffer | null {
  if (body === undefined || body === null) return null;
  if (body instanceof URLSearchParams || typeof body === 'string') return Buffer.from(body.toString());
  if (body instanceof Uint8Array) return Buffer.from(body);
  throw new TypeError('The body of a request to a provider is a text or bytes.');
}

function wordsFor(code: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'it refused the connection';
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return 'there is no way to it from here';
    case 'ETIMEDOUT':
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection broke';
    default:
      if (code.startsWith('HPE_')) return 'its answer is not one of HTTP';
      // Codes of TLS are words of its own table, such as CERT_HAS_EXPIRED.
      return /^[A-Z_]{3,60}$/.test(code) ? `no secure connection could be made (${code})` : 'the connection failed';
  }
}
