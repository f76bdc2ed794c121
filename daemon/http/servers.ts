/** HTTP servers for an app that is served in more than one place. Binds nothing; answers what is no HTTP in our words. */

import { createServer, type Server } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** Milliseconds that answers under way have before their connections are cut. */
const PATIENCE = 3_000;
/** Milliseconds between looks at connections that have become idle meanwhile. */
const LOOK = 20;

/** A server in front of the app, to be bound by whoever knows where. */
export function makeServer(app: FastifyInstance): Server {
  const server = createServer({ requestTimeout: 120_000, headersTimeout: 20_000 }, (request, response) =>
    app.routing(request, response),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const [status, reason] =
      error.code === 'HPE_HEADER_OVERFLOW' ? [431, 'Request Header Fields Too Large'] : [400, 'Bad Request'];
    const body = JSON.stringify({
      type: 'urn:ampoule:error:REQUEST_MALFORMED',
      title: 'The request cannot be read',
      status,
      detail: 'This is no valid HTTP request. Check its request line and headers.',
      code: 'REQUEST_MALFORMED',
      requestId: '',
    });
    socket.end(
      `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n` +
        `connection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
  return server;
}

/** Takes no new connections and lets answers finish; what is still there after 3 s is cut. Streams end with `app.close()`. */
export function endServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const look = setInterval(() => server.closeIdleConnections(), LOOK);
    const cut = setTimeout(() => server.closeAllConnections(), PATIENCE);
    server.close(() => {
      clearInterval(look);
      clearTimeout(cut);
      resolve();
    });
  });
}
