/** Takes a sentence that asks for changes apart into clauses. Knows the grammar alone: which secrets are meant, it does not decide. */

import { type Building, closeItem, newBuilding, nextClause, saysObject } from './building.js';
import type { Clause } from './items.js';
import type { Label } from './label.js';
import { takeCue, takeOther, takeSession, takeTarget } from './things.js';
import type { Lexicon } from './types.js';
import { contrasted, takeInstead, takeMade, takeNot, takeParticle, takeVerb } from './verbs.js';

/** Skipped between a word and what it belongs to. */
const SILENT: ReadonlySet<Label['is']> = new Set(['filler', 'here', 'sure']);
const WHATEVER = /^(what's|whats|what is)$/i;
const SUBJECT = /^(i|we|i'm|we're|you|i am)$/i;
const BOTH = /^(both|these two|those two)$/i;
/** What a reason may not hold: it would say more than why. */
const MORE: ReadonlySet<Label['is']> = new Set([
  'on',
  'off',
  'turn',
  'except',
  'not',
  'all',
  'rest',
  'when',
  'or',
  'only',
]);

/** What comes behind is replaced. */
const INSTEAD = /^(instead of|rather than|in place of)$/i;
/** What follows one of these is no part of the change. */
const CONDITIONS = /^(if|unless|whether|when|whenever|once|after|before|until|till|while|as long as)$/i;

/** The clauses of one sentence, in order. */
export function clausesOf(labels: readonly Label[], session: Lexicon['session']): Clause[] {
  const state = newBuilding(session);
  for (let at = 0; at < labels.length; at += 1) {
    const label = labels[at] as Label;
    const begins = label.is === 'because' || (label.text.toLowerCase() === 'to' && aims(labels, at + 1));
    if (begins && state.clause.act !== null && saysObject(state)) {
      takeReason(state, labels.slice(at + 1));
      break;
    }
    if (label.is === 'when' && CONDITIONS.test(label.text)) {
      closeItem(state);
      state.clause.odd.push(label);
      break;
    }
    take(state, label, following(labels, at, label.is === 'only'), labels[at - 1]);
  }
  nextClause(state);
  return state.done.flatMap(contrasted);
}

function following(labels: readonly Label[], at: number, beyond = false): Label | undefined {
  return labels.slice(at + 1).find(({ is }) => !SILENT.has(is) && !(beyond && is === 'preposition'));
}

/** "only for 10 minutes", "10 minutes only". */
function ofTime(label: Label, next: Label | undefined, before: Label | undefined): boolean {
  return next?.is === 'span' || (before?.is === 'span' && !/^but/i.test(label.text) && next === undefined);
}

/** "to push": what follows says what for. */
function aims(labels: readonly Label[], at: number): boolean {
  const next = labels[at];
  return next?.meanings.includes('aim') === true && next.is !== 'target';
}

/** The rest of the sentence says why; a time in it counts all the same. */
function takeReason(state: Building, labels: readonly Label[]): void {
  closeItem(state);
  const { spans, reasons, odd } = state.clause;
  for (const label of labels) {
    if (label.is === 'span') spans.push(label.ms);
    else if (label.is === 'target') reasons.push({ text: label.text, readings: label.readings, behind: true });
    else if (MORE.has(label.is)) odd.push(label);
  }
}

/** true: the member of the list has a word that what comes next cannot stand behind. */
function hasHead({ item: { targets, nouns, keys } }: Building): boolean {
  return targets.length + nouns.length + keys.length > 0;
}

function take(state: Building, label: Label, next: Label | undefined, before: Label | undefined): void {
  const clause = state.clause;
  switch (label.is) {
    case 'comma':
      closeItem(state);
      break;
    case 'and':
      clause.joined = true;
      closeItem(state);
      break;
    case 'or':
      clause.joined = true;
      closeItem(state);
      if (INSTEAD.test(label.text) && clause.act === 'on' && saysObject(state)) {
        clause.instead = true;
        state.excluding = true;
      } else if (!state.excluding) clause.either = true;
      break;
    case 'preposition':
      state.behind = true;
      break;
    case 'filler':
      // "activate github, we deploy": no list goes on so, even where something is called "deploy".
      if (clause.act !== null && before?.is === 'comma' && next?.is === 'target' && SUBJECT.test(label.text))
        clause.odd.push(label, next);
      break;
    case 'here':
      break;
    case 'session':
      takeSession(state, label, next, before);
      break;
    case 'span':
      // "in 20 minutes" is later.
      if (before?.is === 'preposition' && !/^(for|with|of|at)$/i.test(before.text)) clause.odd.push(before, label);
      else clause.spans.push(label.ms);
      state.behind = false;
      break;
    case 'sure':
      clause.sure = true;
      break;
    case 'across':
      clause.across = true;
      break;
    case 'only':
      // "only 10 minutes": said of the time.
      if (!ofTime(label, next, before)) clause.only = true;
      break;
    case 'longer':
      if (label.text.toLowerCase() === 'no longer') clause.negated = true;
      clause.longer = true;
      break;
    case 'tagged':
      takeCue(state, 'tag', label);
      break;
    case 'account':
      takeCue(state, 'account', label);
      break;
    case 'environment':
      takeCue(state, 'environment', label);
      break;
    case 'target':
      takeTarget(state, label, before);
      break;
    case 'all':
      if (next?.is === 'session') return;
      if (hasHead(state)) closeItem(state);
      state.item.all = true;
      break;
    case 'rest':
      closeItem(state);
      state.item.rest = true;
      break;
    case 'it':
      // "that secret", "these tokens", "both databases": an article.
      state.item.both ||= BOTH.test(label.text);
      if (next === undefined || !['noun', 'key', 'target', 'all', 'rest', 'session', 'environment'].includes(next.is))
        state.item.it = true;
      break;
    case 'noun':
      state.item.nouns.push(label.text.toLowerCase());
      state.behind = false;
      break;
    case 'key':
      state.item.keys.push(label.text.toLowerCase());
      state.behind = false;
      break;
    case 'except':
      closeItem(state);
      state.excluding = true;
      break;
    case 'not':
      takeNot(state, label, next);
      break;
    case 'on':
    case 'off':
    case 'want':
    case 'turn':
    case 'keep':
      takeVerb(state, label, before);
      break;
    case 'made-on':
    case 'made-off':
      takeMade(state, label, next);
      break;
    case 'plus':
    case 'minus':
      takeParticle(state, label, next, before);
      break;
    case 'ask':
      // "I need what's tagged ci": everything that is.
      if (next?.is === 'tagged' && WHATEVER.test(label.text) && clause.act !== null && !hasHead(state))
        state.item.all = true;
      else takeOther(state, label, before);
      break;
    case 'when':
      takeInstead(state, label, next);
      break;
    default:
      takeOther(state, label, before);
      break;
  }
}
