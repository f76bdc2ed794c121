/** Reads a body that is a stream as it comes, and says so where its client stands still. Gathers nothing and cuts no connection. */

import type { Readable } from 'node:stream';
import { DaemonError } from '../errors.js';

export const TAR = 'application/x-tar';

/** Emitted by the server on a request whose client sends nothing although it would be read. */
export const STALLED = Symbol('stalled');

export function isTar(contentType: string | undefined): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === TAR;
}

/** Its bytes. What is left when nobody wants more is let go, so that an answer can be sent. @throws DaemonError BODY_STALLED */
export async function* tarBody(body: Readable): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = body.iterator({ destroyOnReturn: false });
  let failure: DaemonError | null = null;
  let wake = (_error: DaemonError): void => {};
  const onStalled = (): void => {
    failure = stalled();
    wake(failure);
  };
  body.once(STALLED, onStalled);
  try {
    for (;;) {
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        wake = reject;
        if (failure === null) chunks.next().then(resolve, reject);
        else reject(failure);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    body.removeListener(STALLED, onStalled);
    body.resume();
  }
}

function stalled(): DaemonError {
  return new DaemonError(
    'BODY_STALLED',
    'The body did not come on for too long, so it was given up. See what holds up whoever sends it, and run `ampoule scan` again.',
  );
}
