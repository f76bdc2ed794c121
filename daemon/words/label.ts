/** Says of each word of a text what it is: a phrase of the grammar, something of the vault, a span of time, or not understood. */

import type { Entities, Reading } from './entities.js';
import { CHANGING, meaningsOf, phraseAt } from './grammar.js';
import { nearWords } from './near.js';
import type { Token } from './reading.js';
import { readSpan } from './spans.js';
import type { Meaning } from './vocabulary.js';

export interface Label {
  /** As it was typed. */
  text: string;
  is: Meaning | 'target' | 'span' | 'comma' | 'unknown';
  /** All of its meanings, the first being `is`. */
  meanings: readonly Meaning[];
  /** Of a target. */
  readings: readonly Reading[];
  /** Of a span, in milliseconds. */
  ms: number;
  /** Of an unknown word: what it is equally near to. */
  near: readonly string[];
}

/** So many words are looked at for being mistyped; a text with more is not one that somebody mistyped. */
const MOST_MISTYPED = 8;

/** Meanings that give way to a word of the vault. */
const WEAK: ReadonlySet<Meaning> = new Set([
  ...([
    'purpose',
    'aim',
    'list',
    'show',
    'doctor',
    'fail',
    'value',
    'version',
    'other',
    'when',
    'key',
    'noun',
  ] as const),
]);

/** The labels of a text, in order; `stop` is the end of a sentence, with its mark. */
export function labelled(tokens: readonly Token[], entities: Entities): Label[] {
  const labels: Label[] = [];
  let mistyped = 0;
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at] as Token;
    const found = markLabel(token) ?? quotedLabel(token, entities) ?? phraseLabel(tokens, at, entities);
    if (found !== null) {
      // "db access": what is wanted, not that it is.
      const access = /^access( for)?$/i.test(found.label.text) && labels.at(-1)?.is === 'target';
      labels.push(access ? label('access', 'noun', { meanings: ['noun'] }) : found.label);
      if (access) found.length = 1;
      at += found.length;
      continue;
    }
    const parts = token.word.split(/[-/]/);
    const apart = parts.length > 1 && parts.length < 6 && /^[a-z0-9/-]+$/.test(token.word);
    if (apart && parts.every((part) => isKnown(part, entities))) {
      const slashed = token.word.includes('/');
      for (const [index, part] of parts.entries()) {
        if (index > 0 && slashed) labels.push(label('/', 'or'));
        const one = phraseLabel([{ text: part, word: part, quoted: false, mark: false }], 0, entities);
        if (one !== null) labels.push(one.label);
      }
    } else {
      mistyped += 1;
      const meant = mistyped > MOST_MISTYPED ? null : mistypedLabel(token, tokens, at, entities, begins(labels));
      labels.push(meant?.label ?? label(token.text, 'unknown'));
      at += (meant?.length ?? 1) - 1;
    }
    at += 1;
  }
  return labels;
}

function label(text: string, is: Label['is'], more: Partial<Label> = {}): Label {
  return { text, is, meanings: [], readings: [], ms: 0, near: [], ...more };
}

type Found = { label: Label; length: number } | null;

function markLabel({ text, mark }: Token): Found {
  if (!mark) return null;
  if (/^[.!?;]$/.test(text)) return { label: label(text, 'stop'), length: 1 };
  if (/^[&+]$/.test(text)) return { label: label(text, 'and', { meanings: ['and'] }), length: 1 };
  if (/^[()]$/.test(text)) return { label: label(text, 'filler', { meanings: ['filler'] }), length: 1 };
  return { label: label(text, text === ':' ? 'unknown' : 'comma'), length: 1 };
}

/** What is in quotes is a name, or nothing that is understood. */
function quotedLabel({ text, word, quoted }: Token, entities: Entities): Found {
  if (!quoted) return null;
  const readings = entities.named(text) ?? entities.lookUp(word);
  return { label: readings.length > 0 ? label(text, 'target', { readings }) : label(text, 'unknown'), length: 1 };
}

function phraseLabel(tokens: readonly Token[], at: number, entities: Entities): Found {
  const token = tokens[at] as Token;
  const written = /[_@:.*]/.test(token.text) || /^[A-Z][A-Z0-9]+$/.test(token.text);
  const named = written ? entities.named(token.text) : null;
  const shouted = /^[A-Z0-9]+$/.test(token.text);
  if (named !== null && !(shouted && named.every(({ value }) => value !== token.text)))
    return { label: label(token.text, 'target', { readings: named }), length: 1 };
  const words = wordsFrom(tokens, at);
  const span = readSpan(words);
  const phrase = phraseAt(words, 0);
  const entity = entityAt(words, entities);
  const text = (length: number): string =>
    tokens
      .slice(at, at + length)
      .map((one) => one.text)
      .join(' ');
  if (span !== null && span.length >= (entity?.length ?? 0))
    return { label: label(text(span.length), 'span', { ms: span.ms }), length: span.length };
  // "to deploy" says what for, also where something is called so; "to the deploy secrets" does not.
  const aim = phrase?.meanings.includes('aim') === true && entity?.length === phrase.length;
  if (phrase !== null && aim && tokens[at - 1]?.word === 'to' && !isNoun(words[phrase.length]))
    return { label: label(text(phrase.length), 'aim', { meanings: phrase.meanings }), length: phrase.length };
  // "the deploy secrets" are called so.
  const called = phrase?.meanings.includes('purpose') === true && isNoun(words[phrase.length]);
  if (
    phrase !== null &&
    called &&
    phrase.length > 1 &&
    entities.lookUp(words.slice(1, phrase.length).join(' ')).length > 0
  )
    return { label: label(token.text, 'filler', { meanings: ['filler'] }), length: 1 };
  const weak = phrase?.meanings.every((meaning) => WEAK.has(meaning)) ?? true;
  const strong = entity?.readings.some(({ dimension }) => dimension !== 'part') ?? false;
  if (
    entity !== null &&
    (entity.length > (phrase?.length ?? 0) || (entity.length === phrase?.length && weak && strong))
  )
    return { label: label(text(entity.length), 'target', { readings: entity.readings }), length: entity.length };
  if (phrase === null) return null;
  const [is = 'filler'] = phrase.meanings;
  return { label: label(text(phrase.length), is, { meanings: phrase.meanings }), length: phrase.length };
}

/** Words up to the next mark or quote. */
function wordsFrom(tokens: readonly Token[], at: number): string[] {
  const words: string[] = [];
  for (let i = at; i < tokens.length && words.length < 10; i += 1) {
    const token = tokens[i] as Token;
    if (token.mark || token.quoted) break;
    words.push(token.word);
  }
  return words;
}

function entityAt(
  words: readonly string[],
  entities: Entities,
): { readings: readonly Reading[]; length: number } | null {
  const [first = '', second = ''] = words;
  // "git hub", where "hub" alone is nothing.
  const joined = second === '' || isKnown(second, entities) ? [] : entities.lookUp(first + second);
  for (let length = Math.min(words.length, entities.longest); length > 0; length -= 1) {
    const readings = entities.lookUp(words.slice(0, length).join(' '));
    if (length === 1 && joined.length > 0) return { readings: joined, length: 2 };
    if (readings.length > 0) return { readings, length };
  }
  return null;
}

function isKnown(word: string, entities: Entities): boolean {
  return meaningsOf(word).length > 0 || entities.lookUp(word).length > 0;
}

function isNoun(word = ''): boolean {
  return meaningsOf(word).some((meaning) => meaning === 'noun' || meaning === 'key');
}

/** true: what comes next is the first word that says something, as an imperative is. */
function begins(labels: readonly Label[]): boolean {
  const last = labels.findLastIndex(({ is }) => is !== 'filler' && is !== 'here');
  return last < 0 || ['comma', 'stop', 'and'].includes((labels[last] as Label).is);
}

function mistypedLabel(
  token: Token,
  tokens: readonly Token[],
  at: number,
  entities: Entities,
  first: boolean,
): NonNullable<Found> {
  const one = (found: Label): NonNullable<Found> => ({ label: found, length: 1 });
  const identifier = /^[A-Za-z0-9_]+(@[a-z0-9_-]+)?(\.[a-z0-9-]+)?$/.test(token.text) && /[_@]/.test(token.text);
  const plain = /^[a-z]+('s)?$/.test(token.word);
  if (!plain && !identifier) return one(label(token.text, 'unknown'));
  const word = token.word.replace(/'s$/, '');
  const near = nearWords(word, identifier ? entities.names() : both(entities.words(), CHANGING));
  const meant = new Map(near.map((each) => [identifier ? each : meaningKey(each, entities), each]));
  const verb = first && meant.size > 1 ? verbAmong([...meant.values()], entities) : null;
  const [only] = verb === null ? meant.values() : [verb];
  if (only === undefined) return one(label(token.text, 'unknown'));
  if (meant.size > 1 && verb === null) return one(label(token.text, 'unknown', { near: [...meant.values()] }));
  if (identifier) return one(label(only, 'target', { readings: entities.named(only) ?? [] }));
  // With what stands behind it, it may be one name: "databse url".
  const mended = [{ ...token, text: only, word: only }, ...tokens.slice(at + 1, at + 10)];
  return phraseLabel(mended, 0, entities) ?? one(label(token.text, 'unknown'));
}

/** Of words that all mean the same change ("activate", "active"), the verb. */
function verbAmong(near: readonly string[], entities: Entities): string | null {
  if (near.some((word) => entities.lookUp(word).length > 0)) return null;
  const all = (...meanings: Meaning[]) => near.every((word) => meaningsOf(word).some((one) => meanings.includes(one)));
  const verbs = near.filter((word) => meaningsOf(word).some((one) => one === 'on' || one === 'off'));
  const [verb, ...more] = verbs;
  const same = all('on', 'made-on') || all('off', 'made-off');
  return same && more.length === 0 ? (verb ?? null) : null;
}

/** The same for words that mean the same. */
function meaningKey(word: string, entities: Entities): string {
  const readings = entities.lookUp(word);
  if (readings.length === 0) return meaningsOf(word).join();
  return readings.map(({ dimension, value, secrets }) => `${dimension} ${value} ${[...secrets].join()}`).join();
}

function* both(a: Iterable<string>, b: Iterable<string>): Iterable<string> {
  yield* a;
  yield* b;
}
