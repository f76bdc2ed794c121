/** What verbs, particles and "not" do to the clause that is being taken apart. Knows no secret. */

import { type Building, closeItem, nextClause, saysObject } from './building.js';
import { type Clause, isEmpty, newClause } from './items.js';
import type { Label } from './label.js';
import { isHead } from './meant.js';

const VERBS: ReadonlySet<Label['is']> = new Set(['on', 'off', 'want', 'turn', 'keep', 'made-on', 'made-off']);

/** "not" before a verb refuses; behind one it leaves out. */
export function takeNot(state: Building, label: Label, next: Label | undefined): void {
  const verb = next !== undefined && VERBS.has(next.is);
  const made = next?.is === 'made-on' || next?.is === 'made-off';
  const { act } = state.clause;
  if (made && act === 'on' && !state.clause.strong) {
    state.clause.negated = !state.clause.negated;
  } else if (verb) {
    if (act !== null || saysObject(state)) nextClause(state);
    state.clause.negated = true;
  } else if (act !== null) {
    closeItem(state);
    state.excluding = true;
  } else if (state.clause.negated) state.clause.odd.push(label);
  else state.clause.negated = true;
}

/** A verb: the clause's own, or the first word of the next one. */
export function takeVerb(state: Building, label: Label, before: Label | undefined): void {
  const clause = state.clause;
  const said = saysObject(state) || state.excluding;
  const nothingElse = label.is === 'keep' && /nothing/i.test(label.text);
  const being = label.is === 'want' && /\bbe$/i.test(label.text);
  if (being && (clause.act !== null || said)) {
    if (clause.act === null) clause.act = 'on';
    return;
  }
  // "let x use y": x would have it.
  if (label.is === 'want' && said && clause.act !== null && before?.is !== 'and' && before?.is !== 'comma') {
    clause.odd.push(label);
    return;
  }
  if (state.excluding && state.clause.excluded.length === 0 && isEmpty(state.item)) {
    // "except do not touch x": a clause of its own.
    nextClause(state);
  } else if (said && (clause.act !== null || clause.turn || clause.keep || nothingElse)) {
    nextClause(state);
  }
  const now = state.clause;
  if (label.is === 'turn') {
    if (now.act !== null && now.strong) now.odd.push(label);
    now.act = null;
    now.turn = true;
  } else if (label.is === 'keep') {
    now.keep = true;
    now.act = null;
  } else if (label.is === 'want') {
    if (now.act === null && !now.keep && !now.turn) now.act = 'on';
  } else {
    if (now.keep || (now.act !== null && now.strong && now.act !== label.is)) now.odd.push(label);
    now.act = label.is === 'off' ? 'off' : 'on';
    now.strong = true;
  }
  if (nothingElse) {
    now.only = true;
    state.item.rest = true;
  }
  state.behind = false;
}

/** "instead", at the end: what is named last is wanted in place of what is refused. */
export function takeInstead(state: Building, label: Label, next: Label | undefined): void {
  const { clause, done } = state;
  const refused = ({ act, negated }: Clause): boolean => act === 'on' && negated;
  const fits = refused(clause) ? !state.excluding : clause.act === 'on' && done.some(refused);
  if (label.text.toLowerCase() !== 'instead' || next !== undefined || !fits) clause.odd.push(label);
  else if (refused(clause)) clause.instead = true;
}

/** "don't activate the production database, the staging one [instead]": the refusal, and what is wanted. */
export function contrasted(clause: Clause): Clause[] {
  const [first, last, ...more] = clause.items;
  if (!clause.negated || clause.act !== 'on' || clause.keep) return [clause];
  const one =
    last !== undefined && last.targets.length > 0 && !last.targets.some(isHead) && last.nouns.join() === 'one';
  const two = first !== undefined && last !== undefined && more.length === 0 && !clause.joined;
  if (!two || (!one && !clause.instead)) return clause.instead ? [{ ...clause, act: null, negated: false }] : [clause];
  const head = last.targets.some(isHead) ? [] : first.targets.filter(isHead);
  const wanted = { ...newClause(), act: 'on' as const, strong: true, spans: clause.spans };
  return [
    { ...clause, items: [first], spans: [], instead: false },
    { ...wanted, items: [{ ...last, targets: [...head, ...last.targets], nouns: first.nouns, keys: first.keys }] },
  ];
}

/** "activated", "off": what something is to be made. */
export function takeMade(state: Building, label: Label, next: Label | undefined): void {
  const clause = state.clause;
  const to = label.is === 'made-on' ? 'on' : 'off';
  if (clause.keep) return;
  const adjective = next !== undefined && ['target', 'noun', 'key'].includes(next.is) && to === 'on';
  if (adjective && clause.act === 'off') return;
  if (clause.act === 'on' && !clause.strong) {
    // "make sure it is not active" and "I do not want it active" take it away.
    if (clause.negated && to === 'on' && saysObject(state)) clause.negated = false;
    else if (clause.negated || to === 'on') {
      clause.strong = true;
      return;
    }
    clause.act = 'off';
    clause.strong = true;
  } else clause.odd.push(label);
}

/** "on" and "off" behind "turn", or behind what is turned. */
export function takeParticle(state: Building, label: Label, next: Label | undefined, before: Label | undefined): void {
  const clause = state.clause;
  const plus = label.is === 'plus';
  const objects = next !== undefined && ['target', 'noun', 'key', 'all', 'it', 'unknown', 'session'].includes(next.is);
  const particle = !plus || !objects || before?.is === 'turn' || /back/i.test(label.text);
  if (clause.keep) return;
  if (!particle) {
    state.behind = true;
    return;
  }
  const said = saysObject(state);
  const open =
    (clause.turn && clause.act === null) || (clause.act === null && said) || (clause.act === 'on' && !clause.strong);
  if (!open) {
    clause.odd.push(label);
    return;
  }
  clause.act = plus ? 'on' : 'off';
  clause.strong = true;
}
