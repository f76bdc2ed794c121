/** A small HTTP client of the API over a unix socket or TCP: JSON, bytes and streams, each with a deadline. Knows no route and prints nothing. */

import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { WebSocket } from 'ws';
import { type Address, addressText } from './address.js';
import { ApiError, CliError, interrupted, isProblem } from './errors.js';
import { upload } from './upload.js';

/** The API waits at most 60 s for a change to be in effect. */
const DEADLINE = 75_000;
const LARGEST = 64 * 1024 * 1024;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export interface Call {
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as they are, under `contentType`; wiped once they are sent. */
  bytes?: Uint8Array;
  /** Sent while it is made, under `contentType`. */
  stream?: AsyncIterable<Uint8Array>;
  /** Default `application/octet-stream`. */
  contentType?: string;
  accept?: string;
  headers?: Record<string, string>;
  /** Milliseconds to the whole answer, of a stream to its head; 0: none. */
  deadline?: number;
  signal?: AbortSignal;
}
export interface Answer<T> {
  status: number;
  body: T;
  /** The body as it came. */
  text: string;
}
export interface Stream {
  status: number;
  contentType: string;
  /** Throws where the connection breaks before the end. */
  body: AsyncIterable<Uint8Array>;
}

export class Client {
  readonly #address: Address;
  readonly #token: string | null;

  constructor(address: Address, token: string | null) {
    this.#address = address;
    this.#token = token;
  }

  get address(): string {
    return addressText(this.#address);
  }

  /** One request and its whole answer. @throws ApiError as the API refused, CliError where nobody or somebody else answered. */
  async request<T>(method: Method, path: string, call: Call = {}): Promise<Answer<T>> {
    const answer = await this.#send(method, path, call);
    const clear = this.#limit(answer, call.deadline ?? DEADLINE);
    try {
      const text = await this.#text(answer);
      const status = answer.statusCode ?? 0;
      return { status, body: this.#parse<T>(answer, text), text };
    } finally {
      clear();
    }
  }

  /** One request whose answer is read while it comes. Refusals are thrown as by `request`. */
  async stream(method: Method, path: string, call: Call = {}): Promise<Stream> {
    const answer = await this.#send(method, path, call);
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 299) {
      const clear = this.#limit(answer, DEADLINE);
      try {
        this.#parse(answer, await this.#text(answer));
      } finally {
        clear();
      }
      throw this.#foreign(answer);
    }
    return {
      status,
      contentType: String(answer.headers['content-type'] ?? ''),
      body: this.#chunks(answer, call.signal),
    };
  }

  /** A WebSocket that is open. Refusals are thrown as by `request`. @param protocols offered; with a ticket among them no token is sent. */
  async socket(path: string, protocols: string[], options: { ticket?: string } = {}): Promise<WebSocket> {
    const { openSocket } = await import('./socket.js');
    const { ticket } = options;
    const headers = this.#token === null || ticket !== undefined ? {} : { authorization: `Bearer ${this.#token}` };
    const offered = ticket === undefined ? protocols : [...protocols, `ampoule.ticket.${ticket}`];
    return openSocket(this.#address, path, { protocols: offered, headers, deadline: DEADLINE }).catch(
      async (refusal: unknown) => {
        if (!isAnswer(refusal)) throw this.#unreachable(refusal);
        this.#parse(refusal, await this.#text(refusal));
        throw this.#foreign(refusal);
      },
    );
  }

  async #send(method: Method, path: string, call: Call): Promise<IncomingMessage> {
    const body = call.bytes ?? (call.json === undefined ? undefined : Buffer.from(JSON.stringify(call.json)));
    const type = call.bytes === undefined ? 'application/json' : (call.contentType ?? 'application/octet-stream');
    const headers: Record<string, string> = {
      accept: call.accept ?? 'application/json',
      ...(body === undefined ? {} : { 'content-type': type, 'content-length': String(body.byteLength) }),
      ...(call.stream === undefined ? {} : { 'content-type': call.contentType ?? 'application/octet-stream' }),
      ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
      ...call.headers,
    };
    const request = await this.#open({ method, path: withQuery(path, call.query), headers, agent: false });
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        settled();
        request.destroy();
        reject(error);
      };
      const onAbort = (): void => fail(interrupted());
      const deadline = call.deadline ?? DEADLINE;
      const timer = deadline === 0 ? undefined : setTimeout(() => fail(this.#late(deadline)), deadline);
      const settled = (): void => {
        clearTimeout(timer);
        call.signal?.removeEventListener('abort', onAbort);
        body?.fill(0);
      };
      request.on('error', (error) => fail(this.#unreachable(error)));
      if (call.signal?.aborted) return onAbort();
      call.signal?.addEventListener('abort', onAbort, { once: true });
      request.on('response', (answer) => {
        settled();
        resolve(answer);
      });
      if (call.stream === undefined) request.end(body);
      else upload(request, call.stream).catch(fail);
    });
  }

  async #open(options: RequestOptions): Promise<ClientRequest> {
    const address = this.#address;
    if (address.kind === 'unix') {
      const { request } = await import('node:http');
      return request({ ...options, socketPath: address.path, host: 'localhost', setHost: true });
    }
    const { request } = address.secure ? await import('node:https') : await import('node:http');
    return request({ ...options, host: address.host, port: address.port });
  }

  async #text(answer: IncomingMessage): Promise<string> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this.#chunks(answer)) {
      size += chunk.byteLength;
      if (size > LARGEST) throw this.#foreign(answer);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  async *#chunks(answer: IncomingMessage, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const onAbort = (): void => {
      answer.destroy(interrupted());
    };
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      for await (const chunk of answer) yield chunk;
    } catch (error) {
      throw error instanceof CliError ? error : this.#unreachable(error);
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #limit(answer: IncomingMessage, deadline: number): () => void {
    if (deadline === 0) return () => {};
    const timer = setTimeout(() => answer.destroy(this.#late(deadline)), deadline);
    return () => clearTimeout(timer);
  }

  #parse<T>(answer: IncomingMessage, text: string): T {
    const status = answer.statusCode ?? 0;
    const type = String(answer.headers['content-type'] ?? '');
    let body: unknown;
    if (text !== '') {
      if (!/^application\/(problem\+)?json\b/.test(type)) throw this.#foreign(answer);
      try {
        body = JSON.parse(text);
      } catch {
        throw this.#foreign(answer);
      }
    }
    if (status >= 200 && status <= 299) return body as T;
    if (isProblem(body)) throw new ApiError(body, text);
    throw this.#foreign(answer);
  }

  #late(deadline: number): CliError {
    return new CliError(
      'NO_ANSWER',
      `The daemon at ${this.address} did not answer within ${deadline / 1000} s; whether it did what was asked is unknown. Run \`ampoule status\`, and ask again.`,
    );
  }

  #foreign(answer: IncomingMessage): CliError {
    return new CliError(
      'NOT_AMPOULE',
      `What answers at ${this.address} (status ${answer.statusCode}) is not Ampoule's API. Check AMPOULE_ADDR.`,
    );
  }

  #unreachable(cause: unknown): CliError {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const nobody = `No daemon listens at ${this.address}. Start it (\`systemctl start ampouled\`; after the quickstart \`npm run quickstart\`), or set AMPOULE_ADDR.`;
    const why: Record<string, string> = {
      ENOENT: nobody,
      ECONNREFUSED: nobody,
      EACCES: `You may not open ${this.address}. Run as the daemon's user, or set AMPOULE_ADDR=http://127.0.0.1:7433.`,
      ENOTFOUND: `The host of ${this.address} is unknown. Check AMPOULE_ADDR.`,
    };
    const broken = `The connection to ${this.address} broke (${code || 'no reason given'}); whether the daemon did what was asked is unknown. Run \`ampoule status\`, and ask again.`;
    return new CliError('DAEMON_UNREACHABLE', why[code] ?? broken, { cause });
  }
}

function isAnswer(thrown: unknown): thrown is IncomingMessage {
  return typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown;
}

function withQuery(path: string, query: Call['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

/** A path from its parts, each escaped. */
export function path(...parts: string[]): string {
  return `/v1/${parts.map(encodeURIComponent).join('/')}`;
}
