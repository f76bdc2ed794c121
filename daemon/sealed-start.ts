/** What a daemon that starts sealed says: that nothing is delivered, and which leases run out meanwhile. Reads no clock. */

import type { Vault } from '../store/index.js';

/** @param now milliseconds since the epoch */
export function sealedLines(
  { leased, longestLease }: Pick<ReturnType<Vault['sandboxes']['census']>, 'leased' | 'longestLease'>,
  now: number,
): string[] {
  const lines = ['The vault is sealed: nothing is delivered. Run `ampoule vault unseal`.'];
  if (leased === 0) return lines;
  const many = leased === 1 ? '1 sandbox holds values' : `${leased} sandboxes hold values`;
  const until = new Date(now + longestLease).toISOString();
  return [
    ...lines,
    `${many} under a lease that runs out by ${until}: unseal before that, or they lose them until it is unsealed.`,
  ];
}
