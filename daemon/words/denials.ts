/** Looks at a change that was understood once more: whether a "no", somebody spoken to, or a sign in the text speaks against it. Pure. */

import type { Label } from './label.js';

interface Change {
  act: 'on' | 'off';
  /** Places in the lexicon. */
  secrets: ReadonlySet<number>;
}

const ENDS: ReadonlySet<Label['is']> = new Set(['comma', 'and', 'stop']);
/** What a "no" can be about. */
const THINGS: ReadonlySet<Label['is']> = new Set([
  ...(['target', 'noun', 'key', 'all', 'rest', 'tagged', 'account', 'environment', 'it', 'session', 'only'] as const),
]);
const GREETING = /^(thanks|thank you|thx|cheers|hey|hi|hello|dear)$/i;
const ADDRESSED = /^(let|use|have|ask|tell|get|ok|okay)$/i;
const MINUS = /^[-–—−]$/;

/** true: the text is to be asked back rather than proposed. */
export function contradicted(labels: readonly Label[], change: Change): boolean {
  return (
    labels.some((label, at) => denies(label) && !begins(labels, at) && denied(labels, at, change)) ||
    labels.some((_, at) => isAddressed(labels, at, change)) ||
    labels.some((_, at) => isOddSign(labels, at)) ||
    (labels.some(({ is }) => is === 'plus') && labels.some(({ is }) => is === 'minus'))
  );
}

function denies({ is }: Label): boolean {
  return is === 'not' || is === 'except';
}

/** "Don't activate …" at the beginning: the grammar knows what that is about. */
function begins(labels: readonly Label[], at: number): boolean {
  return at === 0 && ['on', 'off', 'turn', 'want'].includes(labels[1]?.is ?? '');
}

/** A "no" whose things are proposed all the same, or that is about nothing. */
function denied(labels: readonly Label[], at: number, { act, secrets }: Change): boolean {
  const end = labels.findIndex(({ is }, index) => index > at && ENDS.has(is));
  const scope = labels.slice(at + 1, end < 0 ? labels.length : end);
  // "not any more", "should not have": the "no" is what makes it off.
  if (act === 'off' && !labels.some(({ is }) => is === 'off' || is === 'minus' || is === 'made-off')) return false;
  if (!scope.some(({ is }) => THINGS.has(is))) return true;
  return scope.some((label) => meansAny(label, secrets));
}

function meansAny({ is, readings }: Label, proposed: ReadonlySet<number>): boolean {
  return is === 'target' && readings.some(({ secrets }) => [...secrets].some((one) => proposed.has(one)));
}

/** "Claude, activate github", "let claude activate github", "thanks claude": said to somebody, who is also something of the vault. */
function isAddressed(labels: readonly Label[], at: number, { secrets }: Change): boolean {
  const label = labels[at] as Label;
  if (!meansAny(label, secrets) || !labels.some((other, index) => index !== at && meansAny(other, secrets)))
    return false;
  const [before, next, then] = [labels[at - 1], labels[at + 1], labels[at + 2]];
  const verb = (one: Label | undefined) => one !== undefined && ['on', 'off', 'turn'].includes(one.is);
  if (GREETING.test(before?.text ?? '')) return true;
  const first = at === 0 || ADDRESSED.test(before?.text ?? '');
  const told = verb(next) || (/^to$/i.test(next?.text ?? '') && verb(then)) || (next?.is === 'comma' && verb(then));
  return first && told;
}

/** "-20 minutes", "github -aws", "one and a half hours", "an hour from now". */
function isOddSign(labels: readonly Label[], at: number): boolean {
  const [label, next, then] = [labels[at], labels[at + 1], labels[at + 2]];
  if (label === undefined || next === undefined) return false;
  if (MINUS.test(label.text)) return next.is === 'span' || next.is === 'target';
  if (label.is === 'span') return /^from$/i.test(next.text) && /^(now|then|today)$/i.test(then?.text ?? '');
  const part = next.is === 'filler' ? then : next;
  return label.is === 'and' && part?.is === 'span' && /^half/i.test(part.text);
}
