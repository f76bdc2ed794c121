/** A real HTTP server that plays the API's answers, and a run of the CLI against it with streams of its own. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { Test } from 'tap';
import { type WebSocket, WebSocketServer } from 'ws';
import { run } from '../../../daemon/cli/program.js';
import type { Input, Output } from '../../../daemon/cli/surroundings.js';

export interface Asked {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The body as JSON; undefined where it is none. */
  json: unknown;
}
export interface Played {
  status?: number;
  json?: unknown;
  /** Sent as it is, under `type`. */
  text?: string | Buffer;
  type?: string;
  /** Takes the answer over, for streams and broken connections. */
  raw?: (response: ServerResponse) => void;
}
export type Script = Record<string, Played | ((asked: Asked) => Played)>;
/** By path: takes a WebSocket over. */
export type Sockets = Record<string, (socket: WebSocket, headers: IncomingHttpHeaders) => void>;

export const TOKEN = 'amp_op_0123456789abcdef0123456789abcdef';

export class PlayedApi {
  readonly asked: Asked[] = [];
  readonly dir: string;
  readonly socket: string;
  readonly #server: Server;

  constructor(script: Script, sockets: Sockets = {}) {
    this.dir = mkdtempSync(join(tmpdir(), 'ampoule-cli-'));
    this.socket = join(this.dir, 'api.sock');
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url ?? '', 'http://localhost');
        const body = Buffer.concat(chunks);
        const asked: Asked = {
          method: request.method ?? '',
          path: url.pathname,
          query: Object.fromEntries(url.searchParams),
          headers: request.headers,
          body,
          json: request.headers['content-type'] === 'application/json' ? JSON.parse(body.toString()) : undefined,
        };
        this.asked.push(asked);
        const line = script[`${asked.method} ${asked.path}`];
        const played = typeof line === 'function' ? line(asked) : line;
        answer(response, played ?? problem(404, 'ROUTE_NOT_FOUND', `${asked.method} ${asked.path} is not played.`));
      });
    });
    this.#accept(sockets);
  }

  #accept(sockets: Sockets): void {
    const accepting = new WebSocketServer({ noServer: true });
    this.#server.on('upgrade', (request, socket, head) => {
      const taken = sockets[request.url ?? ''];
      if (taken === undefined) {
        const body = JSON.stringify(problem(401, 'TICKET_INVALID', 'The ticket is not good.').json);
        const type = 'content-type: application/problem+json';
        socket.end(`HTTP/1.1 401 Unauthorized\r\n${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      } else accepting.handleUpgrade(request, socket, head, (opened) => taken(opened, request.headers));
    });
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(this.socket, resolve));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A played API that is gone when the test is. */
export async function playApi(t: Test, script: Script, sockets: Sockets = {}): Promise<PlayedApi> {
  const api = new PlayedApi(script, sockets);
  await api.listen();
  t.teardown(() => api.close());
  return api;
}

function answer(response: ServerResponse, played: Played): void {
  if (played.raw !== undefined) {
    played.raw(response);
    return;
  }
  response.statusCode = played.status ?? 200;
  const type = played.type ?? (response.statusCode >= 400 ? 'application/problem+json' : 'application/json');
  const text = played.text ?? (played.json === undefined ? '' : JSON.stringify(played.json));
  if (text.length > 0) response.setHeader('content-type', type);
  response.end(text);
}

export function problem(
  status: number,
  code: string,
  detail: string,
  more: { errors?: { pointer: string; detail: string }[]; requestId?: string } = {},
): Played {
  return { status, json: { type: `urn:ampoule:error:${code}`, title: 'A title', status, detail, code, ...more } };
}

export interface CliOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** What standard input holds; without it, it is empty. */
  stdin?: string | Buffer | Readable;
  /** Makes the three streams terminals. */
  terminal?: { stdin?: boolean; stdout?: boolean; stderr?: boolean };
  /** Given standard output, to change its size. */
  screen?: (stdout: Output) => void;
  /** Called with the way to press Ctrl-C. */
  interrupt?: (press: () => void) => void;
  /** Called with the way to send a signal. */
  signal?: (send: (signal: NodeJS.Signals) => void) => void;
  /** Given what is said on standard error, as it is said. */
  heard?: (text: string) => void;
}
export interface CliRun {
  code: number;
  out: string;
  bytes: Buffer;
  err: string;
}

/** Runs a command line against the played API (null: with no address set). */
export async function cli(api: PlayedApi | null, argv: string[], options: CliOptions = {}): Promise<CliRun> {
  const { terminal = {} } = options;
  const stdout = collector(terminal.stdout === true);
  const stderr = collector(terminal.stderr === true);
  options.screen?.(stdout.stream);
  const given = options.stdin ?? '';
  const stdin: Input = given instanceof Readable ? given : Readable.from([Buffer.from(given)], { objectMode: false });
  if (terminal.stdin === true) stdin.isTTY = true;
  const listeners = new Set<() => void>();
  options.interrupt?.(() => {
    for (const listener of listeners) listener();
  });
  const hearing = new Set<(signal: NodeJS.Signals) => void>();
  options.signal?.((signal) => {
    if (hearing.size === 0) throw new Error(`${signal} would have ended the process`);
    for (const listener of hearing) listener(signal);
  });
  stderr.stream.on('data', (chunk: Buffer) => options.heard?.(chunk.toString()));
  const code = await run(
    argv,
    {
      env: {
        HOME: '/nonexistent',
        ...(api === null ? {} : { AMPOULE_ADDR: `unix://${api.socket}`, AMPOULE_TOKEN: TOKEN }),
        ...options.env,
      },
      cwd: options.cwd ?? api?.dir ?? tmpdir(),
      root: false,
      stdin,
      stdout: stdout.stream,
      stderr: stderr.stream,
      onInterrupt: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      onSignal: (listener) => {
        hearing.add(listener);
        return () => hearing.delete(listener);
      },
    },
    '1.2.3',
  );
  return { code, out: stdout.bytes().toString(), bytes: stdout.bytes(), err: stderr.bytes().toString() };
}

function collector(isTTY: boolean): { stream: Output; bytes: () => Buffer } {
  const chunks: Buffer[] = [];
  const stream: PassThrough & Output = new PassThrough();
  if (isTTY) stream.isTTY = true;
  stream.on('data', (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
  return { stream, bytes: () => Buffer.concat(chunks) };
}
