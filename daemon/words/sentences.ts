/** Splits labelled words into sentences and says of each what it is: a change, a question, a greeting, or not understood. */

import type { Label } from './label.js';

export interface Sentence {
  labels: Label[];
  /** Ends with a question mark. */
  asked: boolean;
  is: 'change' | 'question' | 'bare' | 'idle' | 'unclear';
}

const SILENT: ReadonlySet<Label['is']> = new Set(['filler', 'here', 'comma', 'and', 'preposition', 'session', 'sure']);
const STRONG: ReadonlySet<Label['is']> = new Set(['on', 'off', 'turn']);
const CHANGE: ReadonlySet<Label['is']> = new Set([
  'on',
  'off',
  'turn',
  'want',
  'keep',
  'only',
  'plus',
  'minus',
  'not',
  'rest',
  'longer',
]);
const QUESTION: ReadonlySet<string> = new Set(['ask', 'tell', 'show', 'list', 'doctor', 'version', 'value', 'isnt']);

export function sentencesOf(labels: readonly Label[]): Sentence[] {
  const sentences: Sentence[] = [];
  let current: Label[] = [];
  const end = (asked: boolean): void => {
    if (current.length > 0) sentences.push({ labels: current, asked, is: kindOf(current, asked) });
    current = [];
  };
  for (const label of labels)
    if (label.is === 'stop') end(label.text === '?');
    else current.push(label);
  end(false);
  return sentences;
}

function kindOf(labels: readonly Label[], asked: boolean): Sentence['is'] {
  const said = labels.filter(({ is }) => !SILENT.has(is));
  const [lead] = said;
  if (lead === undefined) return 'idle';
  const has = (set: ReadonlySet<string>): boolean => said.some(({ is }) => set.has(is));
  const text = labels.map((label) => label.text.toLowerCase()).join(' ');
  const strong = has(STRONG);
  if (!asked && tells(said, text)) return 'idle';
  if (interrogative(lead)) return 'question';
  if (lead.meanings.some((meaning) => QUESTION.has(meaning)) && !strong) return 'question';
  if (lead.is === 'tell' || lead.is === 'show') return 'question';
  if (said.some(({ is }) => is === 'fail' || is === 'isnt') && !strong) return 'question';
  if (said.some(({ is }) => is === 'value') && !strong) return 'question';
  if (checks(labels) && !strong && !said.some(({ is }) => is === 'want' || is === 'keep' || is === 'only'))
    return 'question';
  const polite =
    /\b(can|could|would|will) (you|u|i|we)\b|\b(may|might) (i|we)\b|\b(can|could) (the|this) (sandbox|session|agent) (get|have)\b|any chance|do you mind|\b(please|pls|plz|kindly)\b/.test(
      text,
    );
  if (asked && !polite) return strong ? 'unclear' : 'question';
  if (has(CHANGE)) return 'change';
  if (said.some(({ is }) => is === 'version' || is === 'list' || is === 'made-on' || is === 'made-off'))
    return 'question';
  return said.every(({ is }) =>
    ['target', 'all', 'noun', 'key', 'except', 'span', 'tagged', 'account', 'environment', 'it', 'or'].includes(is),
  )
    ? 'bare'
    : 'unclear';
}

/** "I activated aws yesterday": what was done, and nothing that is wanted. */
function tells([lead, ...more]: readonly Label[], text: string): boolean {
  if (lead?.is !== 'made-on' && lead?.is !== 'made-off') return false;
  const wanting = more.some(({ is }) => is === 'fail' || is === 'isnt' || is === 'ask' || CHANGE.has(is));
  return /^(i|we|i've|we've|i have|we have)\b/.test(text) && !wanting;
}

/** "…, can you check the key": what comes before is what is seen of it. */
function checks(labels: readonly Label[]): boolean {
  return labels.some(
    ({ is }, at) =>
      is === 'comma' &&
      labels
        .slice(at + 1)
        .find((label) => !SILENT.has(label.is))
        ?.meanings.includes('doctor') === true,
  );
}

function interrogative({ is, text }: Label): boolean {
  return is === 'ask' || /^(when|whether|if)$/i.test(text);
}
