/** Passes a stream of the engine on as long as it gets on: one that stands still is given up. Knows no call. */

import { UnknownOutcome } from '../errors.js';

/**
 * Its chunks; only the time counts in which somebody waits for one. `giveUp` ends the call behind it.
 * @throws UnknownOutcome when nothing came for `idleMs`.
 */
export async function* steadily(
  stream: AsyncIterable<Uint8Array>,
  call: string,
  idleMs: number,
  giveUp: () => void,
): AsyncGenerator<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new UnknownOutcome(call, `nothing came for ${idleMs} ms`)), idleMs);
      });
      const next = await Promise.race([chunks.next(), late]).finally(() => clearTimeout(timer));
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    giveUp();
  }
}
