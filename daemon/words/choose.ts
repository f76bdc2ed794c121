/** Which secrets a change means: lists, exceptions, environments, accounts. Where that is not certain, a question with its answers. */

import { alternatives, crowded, isOneOfSeveral, resolutions, services, singles, usable } from './answers.js';
import type { Entities } from './entities.js';
import type { Item, Target } from './items.js';
import { belongs, completed, trailing } from './lists.js';
import { intersection, isVague, meantBy } from './meant.js';
import { admits, changeText, listed } from './texts.js';
import type { Lexicon, WordSecret } from './types.js';

export interface Wanted {
  act: 'on' | 'off';
  items: readonly Item[];
  excluded: readonly Item[];
  /** Targets that the reason why speaks of. */
  reasons: readonly Target[];
  ttl: number | undefined;
  sure: boolean;
  across: boolean;
}
export type Chosen = { names: string[]; across: boolean } | Doubt;
export interface Doubt {
  question: string;
  choices: string[];
}

/** The text that leaves no doubt that everything is meant. */
export const EVERYTHING = 'activate really everything';

export function isDoubt(chosen: Chosen): chosen is Doubt {
  return 'question' in chosen;
}

/** The secrets that are meant, in the order of the vault; or what has to be asked. */
export function choose(wanted: Wanted, entities: Entities, lexicon: Lexicon): Chosen {
  const { secrets, session } = lexicon;
  const texts = (sets: Iterable<Iterable<number>>): string[] =>
    [...sets].flatMap((set) => {
      const chosen = [...set].map((index) => secrets[index] as WordSecret);
      const across = chosen.some((secret) => !admits(session, secret));
      return changeText({ ...wanted, names: chosen.map(({ name }) => name), across }) ?? [];
    });
  const doubt = (question: string, sets: Iterable<Iterable<number>> = []): Doubt => ({
    question,
    choices: texts(sets),
  });

  const items = completed(wanted.items);
  if (items === null)
    return doubt(`It is not certain what belongs together in what you say. Ask for one thing at a time.`);
  const out = new Set<number>();
  for (const item of completed(wanted.excluded) ?? wanted.excluded) {
    const { sets } = meantBy(item, entities, lexicon);
    if (sets.length === 0 || item.it || item.all || item.rest || item.targets.length === 0)
      return doubt('It is not certain what is left out. Name it.');
    for (const set of sets) for (const index of set) out.add(index);
  }

  const chosen = new Set<number>();
  const modifiers = trailing(items);
  for (const [place, item] of items.entries()) {
    const whole = item.rest || (item.targets.length === 0 && (item.all || plural(item)));
    const what = describe(item);
    if (item.it) return doubt('It is not certain what "it" is. Name the secret, or the service that it is for.');
    if (item.rest && out.size === 0) return doubt('It is not certain what the rest is. Say what is left as it is.');
    const meant = meantBy(item, entities, lexicon);
    const [first] = meant.sets;
    if (first === undefined || first.size === 0) return nothing(what, item, lexicon, doubt);
    if (meant.sets.length > 1)
      return doubt(
        `"${what}" can mean several things.`,
        meant.sets.map((set) => usable(set, wanted.act, lexicon)),
      );
    let set: ReadonlySet<number> = first;
    if (place < items.length - 1)
      for (const modifier of modifiers) {
        const fits = intersection(
          set,
          meantBy({ ...item, targets: [modifier], keys: [], nouns: ['of'] }, entities, lexicon).sets[0] ?? new Set(),
        );
        if (fits.size === 0 && [...set].some((index) => belongs(secrets[index], modifier)))
          return doubt(`It is not certain whether "${modifier.text}" is said of ${what} too.`);
        if (fits.size > 0) set = fits;
      }
    const unkeyed =
      item.keys.length === 0 ? set : (meantBy({ ...item, keys: [], nouns: ['of'] }, entities, lexicon).sets[0] ?? set);
    if (isVague(item, set, unkeyed, secrets))
      return doubt(`Of ${what} there are several.`, [
        usable(set, wanted.act, lexicon),
        usable(unkeyed, wanted.act, lexicon),
      ]);
    const left = new Set([...set].filter((index) => !out.has(index)));
    if (left.size === 0) return doubt(`Of ${what} nothing is left when the rest is left out.`);
    const stated = wanted.across || meant.environment;
    const now = stated && wanted.act === 'on' ? left : new Set(usable(left, wanted.act, lexicon));
    if (wanted.act === 'on' && now.size === 0) {
      const first = secrets[[...left][0] ?? 0];
      const other = session.environment === null ? 'has none' : `is of ${session.environment}`;
      return doubt(
        `${listed([...left].map((index) => secrets[index]?.name ?? ''))}: of the environment ${first?.environment}, and the session ${other}.`,
        alternatives(left, secrets),
      );
    }
    if (wanted.act === 'on' && whole && out.size === 0 && !wanted.sure && !meant.environment) {
      const everything = [...now].map((index) => secrets[index]?.name ?? '');
      return {
        question: `Everything, that is ${everything.length === 1 ? 'one secret' : `${everything.length} secrets`} (${listed(everything)})?`,
        choices: [`${EVERYTHING}${wanted.ttl === undefined ? '' : ` for ${Math.round(wanted.ttl / 1000)}s`}`],
      };
    }
    if (wanted.act === 'off' && !whole && item.targets.length === 0)
      return doubt('It is not certain which secret is meant.', singles(left, lexicon));
    if (isOneOfSeveral(item, now, secrets))
      return doubt(`There are several: ${listed([...now].map((index) => secrets[index]?.name ?? ''))}. Which?`, [
        ...services(now, secrets),
        now,
      ]);
    // "both databases"; of "both aws and stripe", each counts as one.
    const several = wanted.act === 'on' ? now : left;
    const two = several.size === 2 || services(several, secrets).length === 2 || items.length - place === 2;
    if (item.both && !two)
      return doubt(
        `"both" are two, and of ${what} there ${several.size === 1 ? 'is one' : `are ${several.size}`} here.`,
        [now, ...alternatives(left, secrets)],
      );
    for (const index of now) chosen.add(index);
  }
  if (items.length === 0) return doubt('It is not said what is meant. Name secrets, or the service that they are for.');
  const foreign = wanted.reasons.find(
    ({ readings }) => !readings.some(({ secrets: of }) => intersection(of, chosen).size > 0),
  );
  if (foreign !== undefined)
    return doubt(`It is not certain whether "${foreign.text}" belongs to what you want.`, [chosen]);
  const accounts = wanted.act === 'on' ? crowded(chosen, secrets) : null;
  if (accounts !== null) {
    const [env, several] = accounts;
    const names = several.map((index) => secrets[index]?.name ?? '');
    return doubt(`Which one: ${listed(names)}? Each of them is ${env}.`, resolutions(chosen, several, secrets));
  }
  const final = wanted.act === 'off' ? usable(chosen, 'off', lexicon) : [...chosen];
  const sorted = final.sort((a, b) => a - b).map((index) => secrets[index] as WordSecret);
  return {
    names: sorted.map(({ name }) => name),
    across: wanted.act === 'on' && sorted.some((secret) => !admits(session, secret)),
  };
}

function plural({ nouns, keys }: Item): boolean {
  return keys.length === 0 && nouns.some((noun) => noun.endsWith('s'));
}

function describe({ targets, nouns, keys, all }: Item): string {
  const words = [...(all ? ['everything'] : []), ...targets.map(({ text }) => text), ...keys, ...nouns];
  return words.join(' ').slice(0, 80);
}

function nothing(
  what: string,
  item: Item,
  { secrets, providers }: Lexicon,
  doubt: (question: string, sets?: Iterable<Iterable<number>>) => Doubt,
): Doubt {
  const provider = item.targets
    .flatMap(({ readings }) => readings)
    .find(({ dimension, secrets: of }) => dimension === 'provider' && of.size === 0);
  const known = providers.find(({ id }) => id === provider?.value);
  if (known !== undefined)
    return doubt(`No secret of ${known.name} is registered. Register one: \`ampoule add ${known.id}\`.`);
  const apart = item.targets.map(({ readings }) => new Set(readings.flatMap(({ secrets: of }) => [...of])));
  const some = apart.filter((set) => set.size > 0 && set.size < secrets.length);
  return doubt(
    `No registered secret is "${what}". What there is: \`ampoule secrets\`.`,
    some.length > 1 ? some.slice(0, 4) : [],
  );
}
