/** How a daemon and an init that knew each other know each other again: HMAC over both challenges; keeps no key. */

import { createHmac, timingSafeEqual } from 'node:crypto';

const WHO = { daemon: Buffer.from('daemon'), init: Buffer.from('init\0\0') };

/** The 32 bytes that prove `who` has the key. */
export function proof(
  key: Uint8Array,
  who: 'daemon' | 'init',
  challenges: { init: Uint8Array; daemon: Uint8Array },
): Buffer {
  return createHmac('sha256', key).update(WHO[who]).update(challenges.init).update(challenges.daemon).digest();
}

/** Whether two proofs are the same; takes as long for any two. */
export function sameProof(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
