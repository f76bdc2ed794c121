/** What verbs, particles and "not" do to the clause that is being taken apart. Knows no secret. */

import { type Building, closeItem, nextClause, saysObject } from './building.js';
import { isEmpty } from './items.js';
import type { Label } from './label.js';

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
  } else if (said && (clause.act !== null || clause.turn || clause.keep)) {
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
    if (now.act !== null && now.strong && now.act !== label.is) now.odd.push(label);
    now.act = label.is === 'off' ? 'off' : 'on';
    now.strong = true;
  }
  state.behind = false;
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
