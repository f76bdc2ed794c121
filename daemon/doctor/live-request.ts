/** Sends one request and reads no more than the head of its answer: redirects are not followed, bodies are not read, nothing is logged. */

import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Milliseconds for all of it. */
const PATIENCE = 10_000;
/** Bytes that the head of an answer may have. */
const LONGEST_HEAD = 64 * 1024;

export interface AnswerHead {
  status: number;
  /** By name in lower case; what came twice is joined by commas. */
  headers: Map<string, string>;
}

/** No answer that could be read. The message is a clause for people, without anything that came from afar. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export interface LiveRequestOptions {
  patience?: number;
  signal?: AbortSignal;
}

/** @param base `https://host[:port]`, or `http://` to this machine itself. @param bytes of the request; the caller wipes them. */
export function askLive(base: URL, bytes: Uint8Array, options: LiveRequestOptions = {}): Promise<AnswerHead> {
  const secure = base.protocol === 'https:';
  const host = base.hostname.replace(/^\[|\]$/g, '');
  const port = base.port === '' ? (secure ? 443 : 80) : Number(base.port);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const socket: Socket = secure
      ? connectTls({ host, port, ...(/^[\d.:]+$/.test(host) ? {} : { servername: host }), ALPNProtocols: ['http/1.1'] })
      : connectPlain({ host, port });
    const over = (outcome: AnswerHead | NoAnswer): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', stopped);
      socket.removeAllListeners();
      socket.on('error', () => {});
      socket.destroy();
      if (outcome instanceof NoAnswer) reject(outcome);
      else resolve(outcome);
    };
    const stopped = () => over(new NoAnswer('it was given up'));
    const patience = options.patience ?? PATIENCE;
    const timer = setTimeout(() => over(new NoAnswer(`it did not answer within ${patience / 1000} s`)), patience);
    options.signal?.addEventListener('abort', stopped, { once: true });
    // The socket's own queue holds these bytes until they are gone; a copy is wiped then.
    const copy = Buffer.from(bytes);
    socket.once(secure ? 'secureConnect' : 'connect', () => socket.write(copy, () => copy.fill(0)));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      const head = headFrom(Buffer.concat(chunks));
      if (head !== null) over(head);
      else if (size > LONGEST_HEAD) over(new NoAnswer('its answer is not one of HTTP'));
    });
    socket.once('error', (error: Error & { code?: string }) => {
      copy.fill(0);
      over(new NoAnswer(wordsFor(error.code ?? '')));
    });
    socket.once('close', () => over(new NoAnswer('it closed the connection without an answer')));
  });
}

/** null: the head is not whole yet. Answers that only announce another (1xx) are passed over. */
export function headFrom(bytes: Buffer): AnswerHead | null {
  for (let from = 0; ; ) {
    const end = bytes.indexOf('\r\n\r\n', from);
    if (end < 0) return null;
    const [first = '', ...lines] = bytes.toString('latin1', from, end).split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1] ?? 0);
    if (status < 100 || status > 199) return { status, headers: headersFrom(lines) };
    from = end + 4;
  }
}

function headersFrom(lines: string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const before = headers.get(name);
    const value = line.slice(colon + 1).trim();
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function wordsFor(code: string): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name is not known here; see whether this machine reaches the internet';
    case 'ECONNREFUSED':
      return 'it refused the connection';
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return 'there is no way to it from here';
    case 'ETIMEDOUT':
    case 'ECONNRESET':
      return 'the connection broke';
    default:
      // Codes of TLS are words of its own table, such as CERT_HAS_EXPIRED.
      return /^[A-Z_]{3,60}$/.test(code) ? `no secure connection could be made (${code})` : 'the connection failed';
  }
}
