/** Finds phrases of the grammar in a row of words. Knows no secret. */

import { type Meaning, VOCABULARY } from './vocabulary.js';

/** Words of the longest phrase. */
const LONGEST = 8;

const PHRASES = phrases();

function phrases(): ReadonlyMap<string, readonly Meaning[]> {
  const found = new Map<string, Meaning[]>();
  for (const [meaning, text] of Object.entries(VOCABULARY) as [Meaning, string][])
    for (const phrase of text.split('|').map((part) => part.trim().replace(/\s+/g, ' ')))
      found.set(phrase, [...(found.get(phrase) ?? []), meaning]);
  // "doesnt", where that is no word of its own.
  for (const [phrase, meanings] of [...found]) {
    const bare = phrase.replaceAll(/n't(?= |$)/g, 'nt');
    if (!found.has(bare)) found.set(bare, meanings);
  }
  return found;
}

/** All meanings that a phrase has; none for one that is not of the grammar. */
export function meaningsOf(phrase: string): readonly Meaning[] {
  return PHRASES.get(phrase) ?? [];
}

/** The longest phrase that begins at `at`: its meanings, and how many words it has; null for none. */
export function phraseAt(
  words: readonly string[],
  at: number,
): { meanings: readonly Meaning[]; length: number } | null {
  for (let length = Math.min(LONGEST, words.length - at); length > 0; length -= 1) {
    const meanings = PHRASES.get(words.slice(at, at + length).join(' '));
    if (meanings !== undefined) return { meanings, length };
  }
  return null;
}

/** Single words of the grammar that change what is proposed, for finding what was mistyped. */
export const CHANGING: readonly string[] = [...PHRASES]
  .filter(([phrase, meanings]) => !phrase.includes(' ') && phrase.length > 4 && meanings.some(changes))
  .map(([phrase]) => phrase);

function changes(meaning: Meaning): boolean {
  return [
    'on',
    'off',
    'except',
    'noun',
    'key',
    'all',
    'made-on',
    'made-off',
    'session',
    'tagged',
    'environment',
  ].includes(meaning);
}
