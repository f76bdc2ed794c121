/** Which secrets an item of a sentence means by itself, whatever is to be done with them. Where words fit in several ways, all of them. */

import type { Dimension, Entities, Reading } from './entities.js';
import type { Item, Target } from './items.js';
import type { Lexicon } from './types.js';

const HEADS: readonly Dimension[] = ['name', 'provider', 'kind', 'part'];
/** Which reading of a word counts first: the vault's own words before ours, a part of a name only where nothing else fits. */
const RANK: Readonly<Record<Dimension, number>> = {
  name: 0,
  provider: 0,
  environment: 1,
  account: 1,
  tag: 1,
  kind: 2,
  part: 3,
};
/** So many words describe one item at most. */
const MOST_TARGETS = 5;

export interface Meant {
  /** Sets that it can mean; one where there is no doubt, none where nothing fits. */
  sets: ReadonlySet<number>[];
  /** An environment was named. */
  environment: boolean;
}

/** true: says what kind of thing, not only whose or where. */
export function isHead({ readings }: Target): boolean {
  return readings.some(({ dimension }) => HEADS.includes(dimension));
}

/** Nothing but whose, where or how it is tagged. */
export function isHeadless({ targets, all, rest, nouns, keys }: Item): boolean {
  return targets.length > 0 && !targets.some(isHead) && !all && !rest && nouns.length + keys.length === 0;
}

/** Everything that the item's words fit together. */
export function meantBy({ targets, keys, nouns }: Item, entities: Entities, { secrets, session }: Lexicon): Meant {
  if (targets.length > MOST_TARGETS) return { sets: [], environment: false };
  const everything: ReadonlySet<number> = new Set(secrets.keys());
  let ways: { set: ReadonlySet<number>; rank: number; used: readonly Reading[] }[] = [
    { set: everything, rank: 0, used: [] },
  ];
  for (const { readings } of targets)
    ways = ways.flatMap(({ set, rank, used }) =>
      readings.flatMap((one) => {
        const meant =
          one.dimension === 'environment' && one.value === session.environment
            ? unbound(one, secrets, set)
            : one.secrets;
        const both = intersection(set, meant);
        return both.size === 0 ? [] : [{ set: both, rank: rank + RANK[one.dimension], used: [...used, one] }];
      }),
    );
  const best = Math.min(...ways.map(({ rank }) => rank));
  const fit = ways.filter(({ rank }) => rank === best);
  const environment = fit.some(({ used }) =>
    used.some((one) => one.dimension === 'environment' || /\.[a-z]/.test(one.value)),
  );
  const sets = distinct(fit.map(({ set }) => narrowed(set, keys, nouns, entities, secrets)));
  return { sets: targets.length === 0 && keys.length > 0 ? [] : sets, environment };
}

/** Of the session's own environment; where there is none of it, what has no environment and so is of every one. */
function unbound(one: Reading, secrets: Lexicon['secrets'], among: ReadonlySet<number>): ReadonlySet<number> {
  const strict = intersection(among, one.secrets);
  if (strict.size > 0) return strict;
  return new Set([...among].filter((index) => secrets[index]?.environment === null));
}

/** "the stripe key": of several secrets, the ones that are keys. Those alone, or no choice at all. */
function narrowed(
  set: ReadonlySet<number>,
  keys: readonly string[],
  nouns: readonly string[],
  entities: Entities,
  secrets: Lexicon['secrets'],
): ReadonlySet<number> {
  if (keys.length === 0 || nouns.length > 0) return set;
  let fits = set;
  for (const word of keys.flatMap((key) => key.split(' '))) fits = intersection(fits, entities.part(word));
  if (fits.size === 0) return set;
  const variables = new Set([...fits].map((index) => secrets[index]?.env));
  return variables.size === 1 ? fits : set;
}

/** true: one key was asked for, and it is not certain which of several is meant. */
export function isVague(
  { keys, nouns, targets }: Item,
  set: ReadonlySet<number>,
  all: ReadonlySet<number>,
  secrets: Lexicon['secrets'],
): boolean {
  if (
    keys.length === 0 ||
    nouns.length > 0 ||
    targets.some(({ readings }) => readings.some(({ dimension }) => dimension === 'name'))
  )
    return false;
  return [...all].some((index) => !set.has(index) && secrets[index]?.sensitive === true);
}

export function intersection(a: ReadonlySet<number>, b: ReadonlySet<number>): Set<number> {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  return new Set([...small].filter((index) => large.has(index)));
}

function distinct(sets: ReadonlySet<number>[]): ReadonlySet<number>[] {
  const seen = new Map<string, ReadonlySet<number>>();
  for (const set of sets) seen.set([...set].sort((a, b) => a - b).join(), set);
  return [...seen.values()];
}
