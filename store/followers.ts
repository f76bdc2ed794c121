/** Variables that follow a secret's own: programs read the same value under several names (GH_TOKEN beside GITHUB_TOKEN). Reads nothing. */

import type { Secret } from './types.js';

interface Placed {
  secret: Pick<Secret, 'env' | 'followers'>;
  env: string;
}

/**
 * Each of these, and after it those of its followers that are free. A secret under another variable than its own has none; and
 * a secret whose variable it is comes before one that only follows: who registered GH_TOKEN means that one. What two follow into
 * nobody gets: it would be chance whose value it is.
 */
export function withFollowers<T extends Placed>(placed: readonly T[]): T[] {
  const taken = new Set(placed.map(({ env }) => env));
  const claims = new Map<string, number>();
  for (const env of placed.flatMap(followersOf)) claims.set(env, (claims.get(env) ?? 0) + 1);
  return placed.flatMap((one) => [
    one,
    ...followersOf(one)
      .filter((env) => !taken.has(env) && claims.get(env) === 1)
      .map((env) => ({ ...one, env })),
  ]);
}

/** Variables that follow, of a secret under this variable. */
export function followersOf({ secret, env }: Placed): string[] {
  return env === secret.env ? secret.followers : [];
}
