/** What the tests of words begin with: the labels, sentences and clauses of a text over a vault of the corpus. */

import { clausesOf } from '../../../daemon/words/clauses.js';
import { entitiesOf } from '../../../daemon/words/entities.js';
import type { Clause } from '../../../daemon/words/items.js';
import { type Label, labelled } from '../../../daemon/words/label.js';
import { plainText, tokensOf } from '../../../daemon/words/reading.js';
import type { Lexicon } from '../../../daemon/words/types.js';
import { VAULTS } from './corpus.js';

export function vault(name: string): Lexicon {
  const lexicon = VAULTS[name];
  if (lexicon === undefined) throw new Error(`no vault ${name}`);
  return lexicon;
}

export function labelsOf(text: string, name = 'small'): Label[] {
  return labelled(tokensOf(plainText(text) ?? ''), entitiesOf(vault(name)));
}

export function clauses(text: string, name = 'small'): Clause[] {
  return clausesOf(labelsOf(text, name), vault(name).session);
}

/** Names of secrets by their places. */
export function namesOf(set: Iterable<number>, name = 'small'): string[] {
  return [...set].sort((a, b) => a - b).map((index) => vault(name).secrets[index]?.name ?? '');
}
