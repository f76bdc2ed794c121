/** An HTTP server on a unix socket that plays the engine's part, for what a real one does not do on demand. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PlayedCall {
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
  /** As it travelled. */
  url: string;
}

export interface PlayedEngine {
  host: string;
  readonly calls: PlayedCall[];
  stop(): Promise<void>;
}

/** `answer` gets each call once its body is there; it ends the response itself, or never. */
export async function playEngine(
  answer: (call: PlayedCall, response: ServerResponse, incoming: IncomingMessage) => void,
): Promise<PlayedEngine> {
  const calls: PlayedCall[] = [];
  // A unix socket's path holds 107 bytes, and node cuts a longer one.
  const directory = mkdtempSync(join(tmpdir(), 'ap-'));
  const socket = join(directory, 's');
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = incoming.url ?? '';
      const { pathname, searchParams } = new URL(url, 'http://engine');
      const body = Buffer.concat(chunks).toString('latin1');
      const call = { method: incoming.method ?? '', path: pathname, query: searchParams, body, url };
      calls.push(call);
      answer(call, response, incoming);
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    host: `unix://${socket}`,
    calls,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          rmSync(directory, { recursive: true, force: true });
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
