/** What is said in requests: why somebody asks, why somebody refuses. Untrusted text that a person reads at a terminal. */

import { assertNone } from './problems.js';

export const LONGEST_REASON = 500;

/**
 * Controls, characters that turn the direction of what follows or are not seen, and halves of characters: with these a text shows
 * other than it is. The two joiners (U+200C, U+200D) are parts of words and of emoji.
 */
const HIDING = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/u;

/** The text with each run of blanks as one space, and none around it. */
export function singleSpaced(text: string): string {
  return text.replace(/[\p{Zs}\u115f\u1160\u2800\u3164\uffa0]+/gu, ' ').trim();
}

/** The text with single spaces, so that it cannot be laid out as something else, and none around it. INVALID_INPUT. */
export function readWords(text: string, pointer: string, { empty = false } = {}): string {
  const words = singleSpaced(text);
  const add = (detail: string | null) => (detail === null ? [] : [{ pointer, detail }]);
  assertNone(
    [
      ...add(words === '' && !empty ? 'is empty' : null),
      ...add(words.length > LONGEST_REASON ? `has more than ${LONGEST_REASON} characters` : null),
      ...add(
        HIDING.test(words)
          ? 'holds characters that control a terminal, turn the direction of text or are not seen'
          : null,
      ),
    ],
    'Say in one line of plain text why.',
  );
  return words;
}
