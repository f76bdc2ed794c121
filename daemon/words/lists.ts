/** Lists in a sentence: what their members share. Knows words and what they can mean, not what is done with them. */

import type { Item, Target } from './items.js';
import { isHead, isHeadless } from './meant.js';
import type { WordSecret } from './types.js';

/** Lists in which a word is left out, with that word: "github for work and personal". null: it is not certain which. */
export function completed(items: readonly Item[]): Item[] | null {
  const heads = items.some((item) => !isHeadless(item) && !item.it);
  const full: Item[] = [];
  for (const [place, item] of items.flatMap(apart).entries()) {
    if (!isHeadless(item) || !heads) {
      full.push(item);
      continue;
    }
    const before = full[place - 1];
    const after = items.flatMap(apart)[place + 1];
    const model = [before, after].find((one) => one !== undefined && sameKind(one, item));
    if (model === undefined) return null;
    const head = model.targets.filter(isHead);
    full.push({ ...item, targets: [...head, ...item.targets], nouns: model.nouns, keys: model.keys, all: model.all });
  }
  return full;
}

/** Names that stand in a row as in a command are a list. */
function apart(item: Item): Item[] {
  const written = item.targets.length > 1 && item.targets.every(({ text }) => /^[A-Z0-9]+_[A-Z0-9_]*/.test(text));
  return written ? item.targets.map((target) => ({ ...item, targets: [target] })) : [item];
}

/** Both say the same about something: whose it is, say. */
function sameKind(model: Item, item: Item): boolean {
  const said = (one: Item) =>
    one.targets
      .filter((target) => !isHead(target))
      .flatMap(({ readings }) => readings.map(({ dimension }) => dimension));
  return said(model).some((dimension) => said(item).includes(dimension));
}

/** What the end of a list says of all of it: "github and aws for work". */
export function trailing(items: readonly Item[]): Target[] {
  const last = items.at(-1);
  if (last === undefined || items.length < 2 || !last.targets.some(isHead)) return [];
  const own = new Set(
    items.slice(0, -1).flatMap(({ targets }) => targets.filter((one) => !isHead(one)).flatMap(dimensions)),
  );
  return last.targets.filter(
    (target) => target.behind && !isHead(target) && !dimensions(target).some((one) => own.has(one)),
  );
}

function dimensions({ readings }: Target): string[] {
  return readings.map(({ dimension }) => dimension);
}

/** true: it has an account or environment, and so may be another's. */
export function belongs(secret: WordSecret | undefined, { readings }: Target): boolean {
  return readings.some(({ dimension }) =>
    dimension === 'account'
      ? secret?.account != null
      : dimension === 'environment'
        ? secret?.environment != null
        : true,
  );
}
