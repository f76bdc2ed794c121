/** A world that listens on a port of its own, and WebSockets to it. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import { WebSocket } from 'ws';
import { endServer, makeServer } from '../../../daemon/http/servers.js';
import { type World, world } from './fixture.js';

export interface Wire {
  w: World;
  port: number;
  /** A socket that has been opened. Rejects with the status and code of a refusal. */
  connect(path: string, options?: { token?: string | null; protocols?: string[]; headers?: object }): Promise<Client>;
}
export interface Client {
  socket: WebSocket;
  /** Binary messages as text, text messages parsed. */
  bytes: string;
  messages: Record<string, unknown>[];
  closed: Promise<{ code: number; reason: string }>;
}

export async function wire(t: Test): Promise<Wire> {
  const w = await world(t);
  const server = makeServer(w.app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => endServer(server));
  const { port } = server.address() as AddressInfo;
  return {
    w,
    port,
    async connect(path, { token = w.token, protocols = [], headers = {} } = {}) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, {
        headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
      });
      const client: Client = { socket, bytes: '', messages: [], closed: closing(socket) };
      socket.on('message', (data, binary) => {
        if (binary) client.bytes += String(data);
        else client.messages.push(JSON.parse(String(data)));
      });
      t.teardown(() => socket.terminate());
      await new Promise<void>((resolve, reject) => {
        socket.once('open', resolve);
        socket.once('error', reject);
        socket.once('unexpected-response', async (_request, response) => {
          let body = '';
          for await (const chunk of response) body += String(chunk);
          const code = body.startsWith('{') ? JSON.parse(body).code : body;
          reject(Object.assign(new Error(`${response.statusCode} ${code}`), { status: response.statusCode, code }));
        });
      });
      return client;
    },
  };
}

function closing(socket: WebSocket): Client['closed'] {
  return new Promise((resolve) => socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })));
}
