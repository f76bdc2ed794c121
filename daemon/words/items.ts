/** What a clause of a change says: what to do, with which items, except which, for how long. Types, and the making of empty ones. */

import type { Reading } from './entities.js';
import type { Label } from './label.js';

/** A word of the vault within an item. */
export interface Target {
  text: string;
  readings: readonly Reading[];
  /** Stands behind a preposition, as in "for work". */
  behind: boolean;
}

/** One member of a list: "the staging database", "everything tagged ci". */
export interface Item {
  targets: Target[];
  all: boolean;
  rest: boolean;
  it: boolean;
  /** "both": two of them, and no more or less. */
  both: boolean;
  /** "secrets", "credentials": names nothing by itself. */
  nouns: string[];
  /** "token", "key": may choose among the secrets of a provider. */
  keys: string[];
}

export interface Clause {
  act: 'on' | 'off' | null;
  /** The verb leaves no doubt; "need" does. */
  strong: boolean;
  /** "turn", which still lacks its particle. */
  turn: boolean;
  negated: boolean;
  longer: boolean;
  keep: boolean;
  only: boolean;
  sure: boolean;
  across: boolean;
  either: boolean;
  /** What is left out is named as that which it takes the place of. */
  instead: boolean;
  items: Item[];
  excluded: Item[];
  /** Its members are joined by "and" or "or", and not by commas alone. */
  joined: boolean;
  spans: number[];
  /** Words that are not understood here, or make it uncertain. */
  odd: Label[];
  /** Targets within the reason why. */
  reasons: Target[];
}

export function newClause(): Clause {
  return {
    ...{ act: null, strong: false, turn: false, negated: false, longer: false, keep: false, only: false },
    ...{
      sure: false,
      across: false,
      either: false,
      instead: false,
      joined: false,
      items: [],
      excluded: [],
      spans: [],
      odd: [],
      reasons: [],
    },
  };
}

export function newItem(): Item {
  return { targets: [], all: false, rest: false, it: false, both: false, nouns: [], keys: [] };
}

/** true: says nothing, as an article that nothing follows. */
export function isEmpty({ targets, all, rest, it, nouns, keys }: Item): boolean {
  return targets.length + nouns.length + keys.length === 0 && !all && !rest && !it;
}
