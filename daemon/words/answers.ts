/** Sets of secrets that a question can be answered with: one of several services, environments, accounts. */

import type { Item } from './items.js';
import { admits } from './texts.js';
import type { Lexicon, WordSecret } from './types.js';

/** What can be changed now: for a session what its environment admits; of what is active that, where any is. */
export function usable(set: ReadonlySet<number>, act: 'on' | 'off', { secrets, session }: Lexicon): number[] {
  const fits = [...set].filter((index) => {
    const secret = secrets[index];
    return secret !== undefined && (act === 'on' ? admits(session, secret) : secret.active);
  });
  return act === 'off' && fits.length === 0 ? [...set] : fits;
}

/** true: "the database", where there are several that have nothing to do with each other. */
export function isOneOfSeveral(
  { targets, nouns, all }: Item,
  set: ReadonlySet<number>,
  secrets: Lexicon['secrets'],
): boolean {
  const kinds = targets.filter(({ readings }) => readings.some(({ dimension }) => dimension === 'kind'));
  const single =
    kinds.length > 0 &&
    kinds.every(({ text }) => !/s$/i.test(text)) &&
    !all &&
    nouns.every((noun) => !noun.endsWith('s'));
  return single && services(set, secrets).length > 1;
}

/** One set for each service. */
export function services(set: ReadonlySet<number>, secrets: Lexicon['secrets']): number[][] {
  const by = new Map<string, number[]>();
  for (const index of set) {
    const { provider = null, env = '' } = secrets[index] ?? {};
    by.set(provider ?? env, [...(by.get(provider ?? env) ?? []), index]);
  }
  return [...by.values()];
}

/** One set for each environment. */
export function alternatives(set: ReadonlySet<number>, secrets: Lexicon['secrets']): number[][] {
  const by = new Map<string | null, number[]>();
  for (const index of set) {
    const environment = secrets[index]?.environment ?? null;
    by.set(environment, [...(by.get(environment) ?? []), index]);
  }
  return [...by.values()].filter((group) => crowded(new Set(group), secrets) === null);
}

export function singles(set: ReadonlySet<number>, lexicon: Lexicon): number[][] {
  return usable(set, 'off', lexicon)
    .slice(0, 9)
    .map((index) => [index]);
}

/** A variable that several of them want, with those. */
export function crowded(set: ReadonlySet<number>, secrets: Lexicon['secrets']): [string, number[]] | null {
  const by = new Map<string, number[]>();
  for (const index of set) {
    const env = secrets[index]?.env ?? '';
    by.set(env, [...(by.get(env) ?? []), index]);
  }
  return [...by].find(([, group]) => group.length > 1) ?? null;
}

/** The same sets with one of those that cannot go together: by account where that makes it whole. */
export function resolutions(
  set: ReadonlySet<number>,
  several: readonly number[],
  secrets: Lexicon['secrets'],
): number[][] {
  return several.slice(0, 9).map((kept) => {
    const { account, environment } = secrets[kept] as WordSecret;
    const byVariable = new Map<string, number>();
    for (const index of [...set].sort((a, b) => a - b)) {
      const secret = secrets[index] as WordSecret;
      const fits = secret.account === account && secret.environment === environment;
      const other = byVariable.get(secret.env);
      const better = other === undefined || fits || (secrets[other]?.account !== account && secret.account === account);
      if (index === kept || (better && byVariable.get(secret.env) !== kept)) byVariable.set(secret.env, index);
    }
    return [...byVariable.values()];
  });
}
