/** What a question asks for, and about which secrets. Questions change nothing, so words that are not understood do no harm here. */

import type { Entities } from './entities.js';
import { type Item, newItem } from './items.js';
import { TOOLS } from './kinds.js';
import type { Label } from './label.js';
import { meantBy } from './meant.js';
import type { Sentence } from './sentences.js';
import { admits } from './texts.js';
import type { Lexicon, WordAction } from './types.js';

export interface Asked {
  /** null: it asks for nothing that is answered here; a change that it speaks of is not made. */
  action: Exclude<WordAction, 'activate' | 'deactivate'> | null;
  names: string[];
  /** It named something, known or not. */
  named: boolean;
  /** Of a list: what is not active. */
  inactive: boolean;
}

export function askedFor({ labels, asked }: Sentence, entities: Entities, lexicon: Lexicon): Asked {
  const action = actionOf(labels, asked);
  const found = secretsOf(labels, entities, lexicon, action === 'doctor');
  const named =
    found.size > 0 || labels.some(({ is, text }) => is === 'target' || (is === 'unknown' && /[_@]/.test(text)));
  const { secrets, session } = lexicon;
  const is = (...kinds: Label['is'][]): boolean => labels.some((label) => kinds.includes(label.is));
  const inactive = action === 'list' && !named && is('not', 'isnt') !== is('made-off', 'minus');
  const fits = (test: (index: number) => boolean): number[] => [...found].filter(test);
  const active = (index: number): boolean => secrets[index]?.active === true;
  const admitted = fits((index) => active(index) || admits(session, secrets[index] ?? { environment: null }));
  const all = admitted.length > 0 ? admitted : [...found];
  const now = action === 'explain' || action === 'doctor' ? all.filter(active) : [];
  const meant = named
    ? now.length > 0
      ? now
      : all
    : action === 'list'
      ? [...secrets.keys()].filter((index) => active(index) !== inactive)
      : [];
  return { action, inactive, names: meant.sort((a, b) => a - b).map((index) => secrets[index]?.name ?? ''), named };
}

/** Asks what would be, and not what is. */
const HYPOTHETICAL = /\bwhat (would|will|could|might|happens|happen|if)\b|\bwhat's going to happen\b/;

function actionOf(labels: readonly Label[], asked: boolean): Asked['action'] {
  const has = (...kinds: Label['is'][]): boolean => labels.some(({ is }) => kinds.includes(is));
  const means = (meaning: Label['meanings'][number]): boolean =>
    labels.some(({ meanings }) => meanings.includes(meaning));
  const text = labels.map((label) => label.text.toLowerCase()).join(' ');
  const failing =
    has('fail') || (/\bwhy\b|how come|what's wrong/.test(text) && has('not', 'isnt', 'made-off', 'minus'));
  if (HYPOTHETICAL.test(text) && has('on', 'off', 'turn', 'made-on', 'made-off')) return null;
  if (has('on', 'off', 'turn') && !means('version'))
    return failing && !/^(should|shall|how|can|may)\b/.test(text) ? 'doctor' : null;
  if (has('value')) return 'reveal';
  if (means('version') || (/\bwhich\b/.test(text) && has('account') && has('want'))) return 'explain';
  const statement = has('isnt') && !asked && !has('ask');
  if (failing || statement || (has('isnt', 'not') && !has('made-on', 'plus') && asked)) return 'doctor';
  if (/\bwhy\b/.test(text)) return 'explain';
  const target = has('target') || labels.some(({ is, text: word }) => is === 'unknown' && /^[A-Z0-9]+_/.test(word));
  const plural = labels.some(({ is, text: word }) => is === 'noun' && word.toLowerCase().endsWith('s')) || has('all');
  const state = has('made-on', 'made-off', 'plus', 'minus', 'list', 'isnt', 'tagged');
  if (means('doctor') && !has('list')) return 'doctor';
  if (target && !plural && !state && means('show')) return 'reveal';
  if (
    target &&
    !plural &&
    !state &&
    /^(please |can you |could you )*(show me|let me see|i (want|need) to see|can i see|what is|what's|whats|tell me|read me)\b/.test(
      text,
    )
  )
    return /\b(which|whether|if|what (secrets?|keys?))\b/.test(text) ? 'list' : 'reveal';
  const about =
    state || target || plural || has('noun', 'key', 'all') || (has('want', 'show', 'tell', 'it') && !has('unknown'));
  const help = /\b(help|what can you|how do you|what do you do|who are you)\b/.test(text) && !state && !target;
  return about && !help && !/^how\b/.test(text) ? 'list' : null;
}

/** Everything that is spoken of. What fits together counts, and where nothing does, each for itself. */
function secretsOf(labels: readonly Label[], entities: Entities, lexicon: Lexicon, tools: boolean): Set<number> {
  const items: Item[] = [newItem()];
  const negated = labels.some(({ is }) => is === 'isnt' || is === 'not' || is === 'fail');
  for (const [at, label] of labels.entries()) {
    const item = items.at(-1) as Item;
    const tool = tools && label.is === 'unknown' ? TOOLS[label.text.toLowerCase()] : undefined;
    // "why does it not work", where something is called so.
    const works = tools && /^work(s|ed|ing)?$/i.test(label.text) && labels[at - 1]?.is !== 'preposition';
    if (works && negated) continue;
    if (label.is === 'target') item.targets.push({ text: label.text, readings: label.readings, behind: false });
    else if (tool !== undefined) item.targets.push({ text: tool, readings: entities.lookUp(tool), behind: false });
    else if (label.is === 'key') item.keys.push(label.text.toLowerCase());
    else if (['and', 'or', 'comma'].includes(label.is)) items.push(newItem());
  }
  const found = new Set<number>();
  for (const item of items) {
    if (item.targets.length === 0) continue;
    const { sets } = meantBy(item, entities, lexicon);
    const apart = item.targets.flatMap(({ readings }) => readings.map(({ secrets }) => secrets));
    for (const set of sets.length > 0 ? sets : apart) for (const index of set) found.add(index);
  }
  return found;
}
