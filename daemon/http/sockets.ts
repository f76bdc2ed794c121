/** WebSockets: lets the app take upgrades, which its servers hand to it, and gives routes that are for them. The only owner of @fastify/websocket. */

import websocket, { type WebSocket } from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import { DaemonError } from '../errors.js';
import type { App, Operation } from './fastify.js';

export type { WebSocket };

/** Largest message of a client in bytes. */
const LARGEST = 2 ** 20;
/** Subprotocol of terminals and attached commands. */
export const PROTOCOL = 'ampoule.terminal.v1';
const TICKET = 'ampoule.ticket.';

/** To be called before any route is added. */
export async function acceptSockets(app: App): Promise<void> {
  await app.register(websocket, {
    options: {
      maxPayload: LARGEST,
      perMessageDeflate: false,
      // A ticket is not said again, unless nothing else was offered: clients want one of what they offered.
      handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : ([...offered][0] ?? false)),
    },
  });
}

/** The ticket that a client offered as a subprotocol; null: none. */
export function ticketOf(request: FastifyRequest): string | null {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const found = offered.find((name) => name.startsWith(TICKET));
  return found === undefined ? null : found.slice(TICKET.length);
}

export interface SocketRoute<T> {
  url: string;
  schema: object;
  operation: Operation;
  /** Before the upgrade: what it throws is answered as a problem. */
  prepare(request: FastifyRequest): Promise<T> | T;
  /** Has the socket, to the end. */
  carry(socket: WebSocket, prepared: T, request: FastifyRequest): Promise<void>;
  /** The client went before the upgrade: ends what was prepared. */
  abandon(prepared: T): void;
}

/** A route that is for WebSockets alone. */
export function socketRoute<T>(app: App, route: SocketRoute<T>): void {
  const { url, schema, operation, prepare, carry, abandon } = route;
  const waiting = new WeakMap<object, { prepared: T }>();
  app.route({
    method: 'GET',
    url,
    schema,
    config: { operation: { ...operation, socket: true } },
    async preHandler(request) {
      if (!isUpgrade(request)) {
        throw new DaemonError('UPGRADE_REQUIRED', 'This is for WebSockets. Connect with one, or run `ampoule shell`.', {
          headers: { upgrade: 'websocket' },
        });
      }
      const { raw } = request;
      const prepared = await prepare(request);
      waiting.set(raw, { prepared });
      const gone = (): void => {
        if (waiting.delete(raw)) abandon(prepared);
      };
      raw.socket.once('close', gone);
      if (raw.socket.destroyed) gone();
    },
    handler: async () => undefined,
    async wsHandler(socket, request) {
      const there = waiting.get(request.raw);
      waiting.delete(request.raw);
      if (there === undefined) socket.terminate();
      else await carry(socket, there.prepared, request as FastifyRequest);
    },
  });
}

/** One that will be taken: nothing is begun for any other. */
function isUpgrade({ ws, headers }: FastifyRequest): boolean {
  const key = headers['sec-websocket-key'];
  const version = headers['sec-websocket-version'];
  return ws && /^[+/0-9A-Za-z]{22}==$/.test(key ?? '') && (version === '13' || version === '8');
}
