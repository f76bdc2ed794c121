/** What the words of a vault can mean: names, providers, kinds, accounts, tags, environments. Looks words up; judges nothing. */

import { ENVIRONMENTS, GENERIC, KINDS } from './kinds.js';
import type { Lexicon, WordSecret } from './types.js';

export type Dimension = 'name' | 'provider' | 'kind' | 'environment' | 'account' | 'tag' | 'part';
/** One thing that a word can mean: secrets, by their place in the lexicon. */
export interface Reading {
  dimension: Dimension;
  /** As the vault spells it. */
  value: string;
  secrets: ReadonlySet<number>;
}

export interface Entities {
  /** What a word or phrase (in lower case) means; nothing for a word that is not the vault's. */
  lookUp(phrase: string): readonly Reading[];
  /** What is written like a name or selector: exactly that. null: it is none, or means nothing. */
  named(text: string): readonly Reading[] | null;
  /** Secrets whose variable has this part. */
  part(word: string): ReadonlySet<number>;
  /** Words of the longest phrase. */
  readonly longest: number;
  /** Everything that is looked up with one word, for finding what was mistyped. */
  words(): Iterable<string>;
  /** Names of secrets and their variables, in lower case. */
  names(): Iterable<string>;
}

/** Takes a vault's words together. */
export function entitiesOf({ secrets, providers }: Lexicon): Entities {
  const readings = new Map<string, { dimension: Dimension; value: string; secrets: Set<number> }[]>();
  const parts = new Map<string, Set<number>>();
  const names = new Map<string, number[]>();
  let longest = 1;
  const put = (phrase: string, dimension: Dimension, value: string, meant: Iterable<number>): void => {
    const key = phrase.toLowerCase();
    const of = readings.get(key);
    const one = of?.find((other) => other.dimension === dimension && other.value === value);
    if (one !== undefined) for (const index of meant) one.secrets.add(index);
    else {
      const fresh = { dimension, value, secrets: meant instanceof Set ? meant : new Set(meant) };
      if (of === undefined) {
        if (key.includes(' ')) longest = Math.max(longest, key.split(' ').length);
        readings.set(key, [fresh]);
      } else of.push(fresh);
    }
  };

  const by = { account: new Map<string, number[]>(), environment: new Map<string, number[]>() };
  const tags = new Map<string, number[]>();
  const push = (map: Map<string, number[]>, key: string, index: number): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [index]);
    else list.push(index);
  };
  const provided = new Map<string, number[]>();
  const own = secrets.map(({ env }) => partsOf(env));
  for (const [index, secret] of secrets.entries()) {
    const name = secret.name.toLowerCase();
    const env = secret.env.toLowerCase();
    push(names, name, index);
    if (env !== name) push(names, env, index);
    for (const part of own[index] ?? []) add(parts, part, index);
    if (secret.account !== null) push(by.account, secret.account, index);
    if (secret.environment !== null) push(by.environment, secret.environment, index);
    for (const tag of secret.tags) push(tags, tag, index);
    if (secret.provider !== null) push(provided, secret.provider, index);
  }
  for (const [value, meant] of by.account) for (const phrase of spelled(value)) put(phrase, 'account', value, meant);
  for (const [value, meant] of tags) for (const phrase of spelled(value)) put(phrase, 'tag', value, meant);
  for (const [value, meant] of by.environment) {
    for (const phrase of spelled(value)) put(phrase, 'environment', value, meant);
    for (const short of ENVIRONMENTS[value] ?? [])
      if (!by.environment.has(short)) put(short, 'environment', value, meant);
  }
  for (const [short, full] of Object.entries(ENVIRONMENTS))
    for (const value of full)
      if (!by.environment.has(short)) put(short, 'environment', value, by.environment.get(value) ?? []);
  for (const [part, meant] of parts) if (!GENERIC.has(part) && part.length > 1) put(part, 'part', part, meant);
  for (const [index, list] of own.entries()) {
    if (list.length > 1) put(list.join(' '), 'name', secrets[index]?.env ?? '', [index]);
    const tail = list.slice(1);
    const telling = tail.length > 2 || tail.some((part) => !GENERIC.has(part));
    if (tail.length > 1 && telling) put(tail.join(' '), 'part', tail.join(' '), [index]);
  }

  /** Of a provider, and those without one whose name begins as it is called. */
  const ofProvider = (id: string, words: readonly string[]): Set<number> => {
    const found = new Set(provided.get(id) ?? []);
    for (const word of [id, ...words])
      for (const index of parts.get(word) ?? [])
        if (secrets[index]?.provider === null && own[index]?.[0] === word) found.add(index);
    return found;
  };
  const kinds = new Map<string, Set<number>>();
  const known = new Set(providers.map(({ id }) => id));
  for (const { id, name, kind, words } of providers) {
    const meant = ofProvider(id, words);
    for (const phrase of [id, name, ...words]) put(phrase, 'provider', id, meant);
    const of = kinds.get(kind) ?? new Set();
    kinds.set(kind, of);
    for (const index of meant) of.add(index);
  }
  for (const [id, meant] of provided) if (!known.has(id)) put(id, 'provider', id, meant);
  for (const [kind, { words, parts: called }] of Object.entries(KINDS)) {
    const meant = new Set(kinds.get(kind) ?? []);
    for (const part of called)
      for (const index of parts.get(part) ?? []) if (secrets[index]?.provider === null) meant.add(index);
    for (const phrase of words) put(phrase, 'kind', kind, meant);
  }

  const lookUp = (phrase: string): readonly Reading[] => {
    const found = readings.get(phrase) ?? readings.get(singular(phrase));
    return found === undefined ? [] : withoutEcho(found);
  };
  return {
    lookUp,
    named: (text) => named(text, secrets, names, lookUp),
    part: (word) => parts.get(word) ?? new Set(),
    longest,
    names: () => names.keys(),
    *words() {
      for (const word of readings.keys()) if (!word.includes(' ')) yield word;
    },
  };
}

function add(map: Map<string, Set<number>>, key: string, index: number): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([index]));
  else set.add(index);
}

function partsOf(env: string): string[] {
  return env
    .toLowerCase()
    .split('_')
    .filter((part) => part !== '');
}

/** `acme-corp` is also said "acme corp". */
function spelled(value: string): string[] {
  const apart = value.replace(/[-_./:]+/g, ' ').trim();
  return apart === value || apart === '' ? [value] : [value, apart];
}

function singular(phrase: string): string {
  if (phrase.endsWith("'s")) return phrase.slice(0, -2);
  return phrase.length > 3 && phrase.endsWith('s') && !phrase.endsWith('ss') ? phrase.slice(0, -1) : phrase;
}

/** A part of a name says nothing beside what is called so as a whole. */
function withoutEcho(readings: Reading[]): Reading[] {
  const others = readings.filter(({ dimension }) => dimension !== 'part');
  return others.some(({ secrets }) => secrets.size > 0) ? others : readings;
}

const NAMED = /^([^@.]+)(?:@([^.]+))?(?:\.(.+))?$/;

function named(
  text: string,
  secrets: readonly WordSecret[],
  names: ReadonlyMap<string, readonly number[]>,
  lookUp: (phrase: string) => readonly Reading[],
): readonly Reading[] | null {
  const reading = (dimension: Dimension, value: string, fits: (secret: WordSecret) => boolean): Reading[] | null => {
    const found = [...secrets.keys()].filter((index) => fits(secrets[index] as WordSecret));
    return found.length === 0 ? null : [{ dimension, value, secrets: new Set(found) }];
  };
  const [head = '', rest = ''] = text.split(/:(.*)/s);
  if (head.toLowerCase() === 'tag') return reading('tag', rest, ({ tags }) => tags.includes(rest));
  if (head.toLowerCase() === 'env') return reading('environment', rest, ({ environment }) => environment === rest);
  if (text.startsWith('*@')) return reading('account', text.slice(2), ({ account }) => account === text.slice(2));
  const whole = [...(names.get(text.toLowerCase()) ?? [])];
  const exact = whole.filter((index) => secrets[index]?.name === text);
  if (exact.length > 0) return [{ dimension: 'name', value: text, secrets: new Set(exact) }];
  const full = whole.filter((index) => secrets[index]?.name.toLowerCase() === text.toLowerCase());
  if (full.length > 0) return [{ dimension: 'name', value: text, secrets: new Set(full) }];
  if (whole.length > 0) return [{ dimension: 'name', value: text, secrets: new Set(whole) }];
  const [, variable = '', account, environment] = NAMED.exec(text.toLowerCase()) ?? [];
  if (account === undefined && environment === undefined) return null;
  const fits = (secret: WordSecret): boolean =>
    (account === undefined || secret.account === account) &&
    (environment === undefined || secret.environment === environment);
  const provider = lookUp(variable).find(({ dimension }) => dimension === 'provider');
  const meant = provider?.secrets ?? names.get(variable) ?? [];
  const found = [...meant].filter((index) => fits(secrets[index] as WordSecret));
  const dimension = provider === undefined ? 'name' : 'provider';
  return found.length === 0 ? null : [{ dimension, value: text, secrets: new Set(found) }];
}
