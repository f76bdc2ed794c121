/** Names requests. Draws its randomness in large pieces: one system call per letter was a tenth of a short request. */

import { randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';

/** Bytes that are drawn at once; a name takes sixteen. */
const POOL = 4096;

/** Gives ULIDs, each greater than the one before. */
export function requestIds(): () => string {
  const pool = new Uint8Array(POOL);
  let used = POOL;
  const next = monotonicFactory(() => {
    if (used === POOL) {
      randomFillSync(pool);
      used = 0;
    }
    return (pool[used++] ?? 0) / 256;
  });
  return () => next();
}
