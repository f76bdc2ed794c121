/** What words of the vault, and those that say what they are, do to the clause that is being taken apart. */

import type { Building } from './building.js';
import type { Dimension, Reading } from './entities.js';
import type { Label } from './label.js';

/** "session" beside a name: ours, or another one. */
export function takeSession(state: Building, label: Label, next: Label | undefined, before: Label | undefined): void {
  const { name, environment } = state.session;
  const last = state.item.targets.at(-1);
  if (before?.is === 'target' && last !== undefined && /^(session|sandbox|container)$/i.test(label.text)) {
    const own = last.text.toLowerCase() === name || last.readings.some((one) => isEnvironment(one, environment));
    if (own) state.item.targets.pop();
    else state.clause.odd.push(label);
  } else if (before?.is === 'unknown' && before.text.toLowerCase() === name) {
    const at = state.clause.odd.lastIndexOf(before);
    if (at >= 0) state.clause.odd.splice(at, 1);
  } else if (next?.is === 'unknown' && next.text.toLowerCase() !== name) state.clause.odd.push(label);
  state.behind = false;
}

/** "tagged", "account", "environment": what the word beside it is. */
export function takeCue(state: Building, dimension: Dimension, label: Label): void {
  const last = state.item.targets.at(-1);
  const fits = last?.readings.filter((one) => one.dimension === dimension) ?? [];
  const single = !/(ged|led|ked|as|by|with|to)$/i.test(label.text);
  if (last !== undefined && fits.length > 0 && single) last.readings = fits;
  else state.cue = dimension;
  state.behind = true;
}

/** A word of the vault. */
export function takeTarget(state: Building, label: Label, before: Label | undefined): void {
  if (before?.is === 'session' && label.text.toLowerCase() === state.session.name) return;
  const cue = state.cue;
  const fits = cue === null ? label.readings : label.readings.filter(({ dimension }) => dimension === cue);
  state.cue = null;
  if (fits.length === 0 && cue !== 'account' && cue !== 'environment') {
    state.clause.odd.push(label);
    return;
  }
  const readings = fits.length > 0 ? fits : label.readings;
  state.item.targets.push({ text: label.text, readings, behind: state.behind });
  state.behind = false;
}

/** A word that does nothing here, or makes it uncertain. */
export function takeOther(state: Building, label: Label, before: Label | undefined): void {
  const copula = /^(is|are|gets)$/i.test(label.text) && state.clause.act === 'on' && !state.clause.strong;
  if (copula || label.meanings.includes('filler')) return;
  if (label.meanings.includes('purpose') && state.behind) return;
  if (state.clause.keep && /^(alone|untouched|unchanged)$/i.test(label.text)) return;
  // "Activate: A, B".
  if (label.text === ':' && /^(on|off)$/.test(before?.is ?? '')) return;
  state.clause.odd.push(label);
}

function isEnvironment({ dimension, value }: Reading, environment: string | null): boolean {
  return dimension === 'environment' && value === environment;
}
