/** What somebody meant who mistyped a word. Changes no short word, no digit and no first letter, and never decides between two. */

import { nearest } from '../nearest.js';

/** Words of their own that are near to words of the grammar: nobody mistyped these. */
const ENGLISH: ReadonlySet<string> = new Set(
  `remote attack think thinks staff state states taken expect expects ever grand giant grunt serve serves sever severe market masked
  logic upset invoke invoked insect infect reverse shelf spell alloy allot provoke unlock reload actively minds loader relates
  relate season provided thins thine stave stake octave permits hermit detect expense vender grants theme dutch`.split(
    /\s+/,
  ),
);

/** Edits that a word of this length may be away from what was meant. */
function mostEdits(word: string): number {
  if (word.length < 4) return 0;
  return word.length < 8 ? 1 : 2;
}

/** Whether typing `meant` could have given `word` at all; cheap, since it is asked of every name there is. */
function likely(word: string, meant: string, most: number): boolean {
  if (meant.length < 4 || Math.abs(meant.length - word.length) > most) return false;
  // Four letters are as near to many words: only one that was left out, or two that changed places.
  if (word.length === 4 && meant.length === 4 && !anagram(word, meant)) return false;
  if (meant[0] !== word[0] && !(meant[0] === word[1] && meant[1] === word[0])) return false;
  return meant.replace(/\D/g, '') === word.replace(/\D/g, '');
}

/** The words that are nearest to one that is none of them: none, the one that was meant, or several. */
export function nearWords(word: string, words: Iterable<string>): string[] {
  const most = mostEdits(word);
  if (most === 0 || ENGLISH.has(word)) return [];
  const near: string[] = [];
  for (const meant of words) if (likely(word, meant, most)) near.push(meant);
  if (near.length === 0) return [];
  return [...new Set(nearest(word, near, most))].filter((meant) => meant !== word && within(word, meant, most));
}

/** `nearest` gives none back where all are too far away, and all where there are none: what is left is looked at once more. */
function within(word: string, meant: string, most: number): boolean {
  return nearest(word, [meant], most).length === 1;
}

function anagram(a: string, b: string): boolean {
  return [...a].sort().join('') === [...b].sort().join('');
}
