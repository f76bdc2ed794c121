/** Inflates one zlib stream out of a larger buffer, never beyond a bound, and counts what all of them took. Keeps nothing. */

import { inflateSync } from 'node:zlib';
import type { Limits } from './limits.js';

/** The bounds of a scan are reached: git's objects are left alone from here on. */
export class Exhausted extends Error {
  override readonly name = 'Exhausted';
}

export interface Inflater {
  /**
   * What the stream at `from` gives, and where it ends; null: it is broken, or gives more than `most` bytes.
   * @throws Exhausted
   */
  inflate(bytes: Uint8Array, from: number, most: number): { content: Buffer; end: number } | null;
  /** Counts one object. @throws Exhausted */
  object(): void;
  /** Counts bytes that were put together otherwise. @throws Exhausted */
  spend(bytes: number): void;
}

/** @param clock milliseconds */
export function makeInflater(
  limits: Pick<Limits, 'inflated' | 'objects' | 'gitTime'>,
  clock: () => number = () => performance.now(),
): Inflater {
  /** From its first use on. */
  let until: number | null = null;
  let left = limits.inflated;
  let objects = 0;
  const spend = (bytes: number): void => {
    left -= bytes;
    if (left <= 0) throw new Exhausted('its objects are too large altogether');
    until ??= clock() + limits.gitTime;
    if (clock() > until) throw new Exhausted('it took too long');
  };
  return {
    inflate(bytes, from, most) {
      spend(0);
      try {
        const chunkSize = Math.max(64, Math.min(most + 1, 64 * 1024));
        // An output of nothing at all still needs a bound of one byte.
        const options = { info: true, maxOutputLength: Math.max(1, most), chunkSize };
        const said = inflateSync(bytes.subarray(from), options) as unknown as {
          buffer: Buffer;
          engine: { bytesWritten: number };
        };
        left -= said.buffer.length;
        return { content: said.buffer, end: from + said.engine.bytesWritten };
      } catch {
        left -= Math.min(most, bytes.length * 1032);
        return null;
      }
    },
    object() {
      objects += 1;
      if (objects > limits.objects) throw new Exhausted('there are too many objects');
    },
    spend,
  };
}
