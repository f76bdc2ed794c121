/** Keyed digests of the moment: whether two values are the same, and nothing else, for as long as one diagnosis takes. */

import { createHmac, randomBytes } from 'node:crypto';

export interface Digests {
  /** Digest of the bytes, which are neither kept nor wiped. Throws after `end`. */
  of(bytes: Uint8Array): string;
  /** Opens, digests and wipes. */
  opened(open: () => Uint8Array): string;
  /** Wipes the key: digests that are left somewhere are of no use to anybody. */
  end(): void;
}

export function makeDigests(): Digests {
  const key = randomBytes(32);
  let over = false;
  const of = (bytes: Uint8Array): string => {
    if (over) throw new Error('the key of this diagnosis is wiped');
    return createHmac('sha256', key).update(bytes).digest('base64');
  };
  return {
    of,
    opened(open) {
      const bytes = open();
      try {
        return of(bytes);
      } finally {
        bytes.fill(0);
      }
    },
    end() {
      over = true;
      key.fill(0);
    },
  };
}
