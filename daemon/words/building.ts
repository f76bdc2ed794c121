/** A sentence while it is taken apart into clauses: what is done, and what is open. */

import type { Dimension } from './entities.js';
import { type Clause, type Item, isEmpty, newClause, newItem } from './items.js';
import type { Lexicon } from './types.js';

export interface Building {
  readonly session: Lexicon['session'];
  readonly done: Clause[];
  clause: Clause;
  item: Item;
  /** What comes now is left out. */
  excluding: boolean;
  /** A preposition came right before. */
  behind: boolean;
  /** What the next word is said to be. */
  cue: Dimension | null;
}

export function newBuilding(session: Lexicon['session']): Building {
  return { session, done: [], clause: newClause(), item: newItem(), excluding: false, behind: false, cue: null };
}

/** Ends the member of a list. */
export function closeItem(state: Building): void {
  if (!isEmpty(state.item)) (state.excluding ? state.clause.excluded : state.clause.items).push(state.item);
  state.item = newItem();
  state.behind = false;
  state.cue = null;
}

/** Ends the clause. */
export function nextClause(state: Building): void {
  closeItem(state);
  state.done.push(state.clause);
  state.clause = newClause();
  state.excluding = false;
}

/** true: the clause says already what it is about. */
export function saysObject({ clause, item }: Building): boolean {
  return clause.items.length > 0 || !isEmpty(item);
}
