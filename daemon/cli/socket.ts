/** Opens a WebSocket to the API over a unix socket or TCP. The only owner of ws; knows no route. */

import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Address } from './address.js';

/** Open and paused. Rejects with the answer (an `IncomingMessage`) where it was refused, with an error where nobody answered. */
export function openSocket(
  address: Address,
  path: string,
  options: { protocols: string[]; headers: Record<string, string>; deadline: number },
): Promise<WebSocket> {
  const socket = new WebSocket(url(address, path), options.protocols, {
    headers: options.headers,
    handshakeTimeout: options.deadline,
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.off('error', reject);
      socket.on('error', () => socket.terminate());
      // Nothing comes before somebody listens: whoever takes it resumes it.
      socket.pause();
      resolve(socket);
    });
    socket.once('error', reject);
    socket.once('unexpected-response', (_request, answer: IncomingMessage) => reject(answer));
  });
}

function url(address: Address, path: string): string {
  if (address.kind === 'unix') return `ws+unix:${address.path}:${path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${address.secure ? 'wss' : 'ws'}://${host}:${address.port}${path}`;
}
