/** Sets aside what a sentence tells besides what it asks for: "we're deploying now, …", "…, publish fails without". Changes nothing itself. */

import type { Target } from './items.js';
import type { Label } from './label.js';

export interface Apart {
  /** What is left: the request alone. */
  labels: Label[];
  /** What the vault has of that which was set aside; the request has to be about the same. */
  reasons: Target[];
}

/** What may stand in a circumstance. Whatever else is there, it may be more than one. */
const HARMLESS: ReadonlySet<Label['is']> = new Set([
  ...(['filler', 'here', 'preposition', 'session', 'target', 'unknown', 'aim', 'purpose', 'to', 'it', 'and'] as const),
  ...(['fail', 'want', 'except', 'plus', 'noun', 'key', 'doctor', 'environment', 'account'] as const),
]);
/** Somebody else's words, something that is not so or is not yet so, and taking back. Endings are left off. */
const TELLING =
  /^(say|said|saying|tell|told|read|writ|wrote|typ|quot|hear|ask|accord|suggest|recommend|claim|mention|reply|repl(y|ied)|report|translat|think|thought|wonder|guess|suppos|believ|imagin|pretend|assum|hypothe|jok|kidd|jk$|lol$|sarcas|example|instruct|prompt|document|docs?$|readme|messag|sentence|phrase|word|title|story|nam(e|ing)|call(ed|ing)|would|could|should|might|will$|won|gonna|going|plan|intend|hop(e|ing)|wait|consider|decid|hesita|unsure|doubt|not$|no$|never|hardly|barely|rather|refuse$|refusing|forbid|prohibit|declin|disagree|regret|oppos|mistak|undo|retract|revers|revok|activat|deactivat|enabl|disabl|remov|add(ed|ing)|grant|switch|turn)/;
const LATER =
  /^((mon|tues|wednes|thurs|fri|satur|sun)days?|morning|noon|afternoon|evening|night|midnight|weekend|week|month|year|o'clock|am|pm|soon|upcoming)$/;
/** Who speaks, at the beginning. */
const FIRST_PERSON =
  /^(?:(?:hey|hi|hello|ok|okay|well|yo|there|please|so) )*(?:i|we|i'm|im|we're|i am|we are|i've|we've|ive|weve)\b/;
const PROGRESSIVE = /^(?:i'm|im|we're|i am|we are) (?:\w+ing)\b|^(?:i|we) (?:need|have|want|must)\b/;

/** null: there is nothing to set aside, or it is not certain that it may be. */
export function setApart(labels: readonly Label[]): Apart | null {
  const segments = segmentsOf(labels);
  // "hey claude, …": whom it is said to.
  const calls = isCall(segments[0]);
  const told = segments.map(
    (segment, place) => (place === 0 && calls) || isCircumstance(segment, place === (calls ? 1 : 0), segments.length),
  );
  if (!told.includes(true) || told.every((one) => one)) return null;
  const left = segments.filter((_, place) => !told[place]);
  // "it" may be what was told of.
  if (left.some(({ words }) => words.some(({ is }) => is === 'it'))) return null;
  const reasons = segments
    .filter((_, place) => told[place] && !(place === 0 && calls))
    .flatMap(({ words }) => words.filter(({ is }) => is === 'target'))
    .map(({ text, readings }) => ({ text, readings, behind: true }));
  return { labels: left.flatMap(({ words, end }) => (end === null ? words : [...words, end])), reasons };
}

interface Segment {
  words: Label[];
  /** The comma or stop behind it. */
  end: Label | null;
}

function segmentsOf(labels: readonly Label[]): Segment[] {
  const segments: Segment[] = [];
  let words: Label[] = [];
  for (const label of labels)
    if (label.is === 'comma' || label.is === 'stop') {
      if (words.length > 0) segments.push({ words, end: label });
      words = [];
    } else words.push(label);
  if (words.length > 0) segments.push({ words, end: null });
  return segments;
}

function isCall(segment: Segment | undefined): boolean {
  const [greeting, name, ...more] = segment?.words ?? [];
  const calling = /^(hey|hi|hello|dear|yo)( there)?$/i.test(greeting?.text ?? '');
  return calling && name?.is === 'target' && more.length === 0 && segment?.end?.text === ',';
}

function isCircumstance({ words, end }: Segment, first: boolean, of: number): boolean {
  if (of < 2 || words.length < 2 || end?.text === '?' || !words.every(isHarmless)) return false;
  const text = words.map((label) => label.text.toLowerCase()).join(' ');
  const speaking = FIRST_PERSON.test(text);
  const wanting = words.findIndex(({ is }) => is === 'want');
  // "I want push", and not "I want a push token".
  if (wanting >= 0) {
    const aims = speaking && words[wanting + 1]?.meanings.includes('aim') === true;
    if (!aims || words.some(({ is }) => is === 'noun' || is === 'key')) return false;
  }
  const without = words.findIndex(({ is }) => is === 'except');
  const failing = words.some(({ is, text: word }) => is === 'fail' && (speaking || !/^(can|could|un)/i.test(word)));
  if (without >= 0 && !(failing && ends(words, without))) return false;
  const on = words.findIndex(({ is }) => is === 'plus');
  if (on >= 0 && on === words.length - 1) return false;
  if (failing) return words.find(({ is }) => is !== 'filler')?.is !== 'it';
  if (words.some(({ is }) => is === 'fail')) return false;
  // What comes after a request could take it back, so it has to say what is being done, or what is to be.
  if (!first) return speaking && PROGRESSIVE.test(text);
  const doing = /^\w+ing$/i.test(words[0]?.text ?? '') && words[0]?.is !== 'target';
  return speaking || (doing && words.every(({ is }) => is !== 'noun' && is !== 'key'));
}

function isHarmless({ is, text, near }: Label): boolean {
  if (!HARMLESS.has(is) || near.length > 1) return false;
  const words = text.toLowerCase().split(' ');
  if (is === 'fail') return !words.includes('refuse');
  if (is === 'unknown' && !/^[a-z][a-z'/-]*$/i.test(text)) return false;
  return (
    is === 'target' || !words.some((word) => TELLING.test(word) || LATER.test(word) || /n'?t$/.test(negated(word)))
  );
}

/** The word, where it can be a contraction: "dont", and not "want" or "different". */
function negated(word: string): string {
  return /^(is|are|was|were|do|does|did|has|have|had|ca|wo|would|could|should|must|need)n'?t$/.test(word) ? word : '';
}

/** "without", "without it": the last that is said. */
function ends(words: readonly Label[], at: number): boolean {
  return words[at]?.text.toLowerCase() === 'without' && words.slice(at + 1).every(({ is }) => is === 'it');
}
