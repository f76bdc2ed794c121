/** What is said in requests: why somebody asks, why somebody refuses. Untrusted text that a person reads at a terminal. */

import { assertNone } from './problems.js';

export const LONGEST_REASON = 500;

/** Controls, and characters that turn the direction of what follows: with these a text shows other than it is. */
const HIDING = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

/** The text without white space around it. INVALID_INPUT. */
export function readWords(text: string, pointer: string, { empty = false } = {}): string {
  const words = text.trim();
  const add = (detail: string | null) => (detail === null ? [] : [{ pointer, detail }]);
  assertNone(
    [
      ...add(words === '' && !empty ? 'is empty' : null),
      ...add(words.length > LONGEST_REASON ? `has more than ${LONGEST_REASON} characters` : null),
      ...add(HIDING.test(words) ? 'holds control characters or turns the direction of text' : null),
    ],
    'Say in one line of plain text why.',
  );
  return words;
}
