/** Text as a person typed it, taken apart into words and marks. Refuses what cannot be seen; knows no meaning. */

/** Longest text that is read. A request keeps it, and a person reads it there. */
export const LONGEST_TEXT = 500;

export interface Token {
  /** As it was typed, without quotes around it. */
  text: string;
  /** Lower case. */
  word: string;
  /** A word in quotes is a name, never a part of the sentence. */
  quoted: boolean;
  /** Punctuation, which is `text`. */
  mark: boolean;
}

/** Controls, and what has no width or turns the direction of text: with these a text shows other than it is. */
const HIDING = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/u;

/** One word or mark. What is none of these is one character that nobody understands. */
const TOKEN =
  /"([^"]*)"|`([^`]*)`|(?<![\p{L}\p{N}])'([^']*)'(?![\p{L}\p{N}])|\$?\{?((?:\*@|[\p{L}\p{N}_])(?:[\p{L}\p{N}\p{M}_@.:/'*-]*[\p{L}\p{N}\p{M}_])?)\}?|((?:&(?!&)|[,;.!?:()+])|--?)|(&+|\S)/gu;

const MARKS = /^(?:[,;.!?:()&+]|--?)$/;

/** The text as it is understood and kept: one line, plain quotes, single spaces. null: something in it cannot be seen. */
export function plainText(text: string): string | null {
  const folded = text.trim().normalize('NFKC').replace(/\t/g, ' ');
  if (HIDING.test(folded)) return null;
  return folded
    .replace(/[‘’‚‛′]/g, "'")
    .replace(/[“”„‟″«»]/g, '"')
    .replace(/[‐‑‒–—―−]/g, '-')
    .replace(/\p{Zs}+/gu, ' ')
    .trim();
}

/** Words and marks of a plain text, in order. */
export function tokensOf(plain: string): Token[] {
  return [...plain.matchAll(TOKEN)].flatMap((match): Token[] => {
    const [, double, back, single, word, mark, other] = match;
    const quoted = double ?? back ?? single;
    if (quoted !== undefined) return [tokenOf(quoted.trim(), { quoted: true })];
    if (word !== undefined) return wordsOf(word);
    return [tokenOf(mark ?? other ?? '', { mark: mark !== undefined })];
  });
}

function tokenOf(text: string, { quoted = false, mark = false } = {}): Token {
  return { text, word: text.toLowerCase(), quoted, mark: mark && MARKS.test(text) };
}

/** `a:b` is two words with a colon between, unless it is a selector; a full stop within a word that is no name ends a sentence. */
function wordsOf(text: string): Token[] {
  if (/^(tag|env):./i.test(text)) return [tokenOf(text)];
  const parts = text.split(/(:+)/).filter((part) => part !== '');
  return parts.map((part) => (part.startsWith(':') ? tokenOf(':', { mark: true }) : tokenOf(part)));
}
