/** HTTP servers for an app that is served in more than one place. Binds nothing; answers what is no HTTP in our words. */

import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { isTar, STALLED } from './tar-body.js';

/** Milliseconds that answers under way have before their connections are cut. */
const PATIENCE = 3_000;
/** Milliseconds that a body may take, and a stream may stand still. */
const BODY = 120_000;
/** Looks within that time. They are counted, so that time in which we did not run ourselves is not the client's. */
const LOOKS = 8;
/** Milliseconds between looks at connections that have become idle meanwhile. */
const LOOK = 20;

/** Connections that speak something else than HTTP by now. */
const upgraded = new WeakMap<Server, Set<Duplex>>();

/**
 * A server in front of the app, to be bound by whoever knows where.
 * @param patience milliseconds that a body may take; of a stream: that it may stand still
 */
export function makeServer(app: Pick<FastifyInstance, 'routing' | 'server'>, patience = BODY): Server {
  const server = createServer({ requestTimeout: 0, headersTimeout: 20_000 }, (request, response) => {
    limitBody(request, patience);
    app.routing(request, response);
  });
  forwardUpgrades(server, app);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const [status, reason] =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? ([431, 'Request Header Fields Too Large'] as const)
        : ([400, 'Bad Request'] as const);
    refuse(socket, status, reason, 'This is no valid HTTP request. Check its request line and headers.');
  });
  return server;
}

/** A body that does not come is given up; a stream may take as long as it gets on, and as long as it is we who keep it waiting. */
function limitBody(request: IncomingMessage, patience: number): void {
  const { headers, socket } = request;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
  if (isTar(headers['content-type'])) {
    limitStream(request, patience);
    return;
  }
  const late = (): void => {
    if (!request.complete) socket.destroy();
  };
  const timer = setTimeout(late, patience).unref();
  request.once('close', () => clearTimeout(timer));
}

function limitStream(request: IncomingMessage, patience: number): void {
  const { socket } = request;
  let [seen, still] = [socket.bytesRead, 0];
  const look = setInterval(() => {
    // With as much in hand as we take at once nothing more is read: then it is not the client that stands still.
    const reading = request.readableLength < request.readableHighWaterMark && !request.complete;
    still = reading && socket.bytesRead === seen ? still + 1 : 0;
    seen = socket.bytesRead;
    if (still < LOOKS) return;
    still = 0;
    // Whoever reads it says why in an answer; where nobody does, or for the second time, the connection is cut.
    if (!request.emit(STALLED)) socket.destroy();
  }, patience / LOOKS).unref();
  request.once('close', () => clearInterval(look));
}

/**
 * Hands WebSockets to the app. Other protocols are not spoken here, and a client that only offers one (h2c) is answered as if it had
 * not; what it sends with the offer is not readable any more, so a body is refused.
 */
function forwardUpgrades(server: Server, app: Pick<FastifyInstance, 'routing' | 'server'>): void {
  const open = new Set<Duplex>();
  upgraded.set(server, open);
  server.on('upgrade', (request, socket, head) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const { upgrade, ...headers } = request.headers;
    if (upgrade?.toLowerCase() === 'websocket') {
      if (!app.server.emit('upgrade', request, socket, head)) socket.destroy();
    } else if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) {
      refuse(socket, 400, 'Bad Request', 'Nothing but WebSockets is upgraded here. Send it without an Upgrade header.');
    } else {
      const response = new ServerResponse(request);
      response.shouldKeepAlive = false;
      response.assignSocket(socket as Socket);
      response.once('finish', () => socket.end());
      app.routing(request, response);
    }
  });
}

function refuse(socket: Duplex, status: number, reason: string, detail: string): void {
  const body = JSON.stringify({
    type: 'urn:ampoule:error:REQUEST_MALFORMED',
    title: 'The request cannot be read',
    status,
    detail,
    code: 'REQUEST_MALFORMED',
    requestId: '',
  });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n` +
      `connection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Takes no new connections and lets answers finish; what is still there after 3 s is cut. Streams end with `app.close()`. */
export function endServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const look = setInterval(() => server.closeIdleConnections(), LOOK);
    const cut = setTimeout(() => {
      server.closeAllConnections();
      for (const socket of upgraded.get(server) ?? []) socket.destroy();
    }, PATIENCE);
    server.close(() => {
      clearInterval(look);
      clearTimeout(cut);
      resolve();
    });
  });
}
