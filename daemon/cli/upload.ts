/** Sends a body that is made while it goes out, no faster than it is taken. Reads no answer. */

import type { ClientRequest } from 'node:http';

/** Resolves when all is sent, or when nobody wants more. Rejects with what `body` throws; the request is broken off then. */
export async function upload(request: ClientRequest, body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of body) {
      if (request.destroyed) return;
      if (!request.write(chunk)) await drained(request);
    }
    request.end();
  } catch (error) {
    // An answer may have come in the middle; what is wrong with the connection, its reader says.
    if (!request.destroyed) {
      request.destroy();
      throw error;
    }
  }
}

/** Until more is taken, or nothing will be any more. */
function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      request.removeListener('drain', over).removeListener('close', over);
      resolve();
    };
    request.on('drain', over).on('close', over);
    if (request.destroyed) over();
  });
}
