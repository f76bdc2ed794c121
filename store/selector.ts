/** The one parser for "which secrets": a name, `provider[@account]`, `*@account`, `tag:x`, `env:x`. Matches given secrets, looks nothing up. */

import type { InputProblem } from './errors.js';
import { accountProblem, environmentProblem, PROVIDER, readSecretName, TAG } from './names.js';
import { isProviderId } from './names-reserved.js';
import { invalid, quote } from './problems.js';
import type { Secret } from './types.js';

export type Selector =
  | { kind: 'name'; name: string }
  | { kind: 'provider'; provider: string; account: string | null }
  /** A lower-case word that is no known provider: a secret's name, or a provider somebody made up. */
  | { kind: 'word'; name: string; provider: string; account: string | null }
  | { kind: 'account'; account: string }
  | { kind: 'tag'; tag: string }
  | { kind: 'environment'; environment: string };

/** The parts of a secret that selectors look at. */
export type Selectable = Pick<Secret, 'name' | 'provider' | 'account' | 'environment' | 'tags'>;

/** Reads a selector; problems point at `pointer`. */
export function readSelector(
  text: string,
  pointer: string,
): { selector: Selector; problem: null } | { selector: null; problem: InputProblem } {
  const wrong = (detail: string) => ({ selector: null, problem: { pointer, detail } });
  const right = (selector: Selector) => ({ selector, problem: null });
  if (text.startsWith('tag:')) {
    const tag = text.slice(4);
    return TAG.test(tag) ? right({ kind: 'tag', tag }) : wrong(`${quote(tag)} is no tag`);
  }
  if (text.startsWith('env:')) {
    const environment = text.slice(4);
    const detail = environmentProblem(environment);
    return detail === null ? right({ kind: 'environment', environment }) : wrong(detail);
  }
  if (text.startsWith('*')) {
    if (text[1] !== '@') return wrong(`${quote(text)} is no selector: after * comes @account, as in *@work`);
    const account = text.slice(2);
    const detail = accountProblem(account);
    return detail === null ? right({ kind: 'account', account }) : wrong(detail);
  }
  const [head = '', ...rest] = text.split('@');
  const account = rest.length === 0 ? null : rest.join('@');
  if (isProviderId(head) || (PROVIDER.test(head) && head.includes('-'))) {
    const detail = account === null ? null : accountProblem(account);
    return detail === null ? right({ kind: 'provider', provider: head, account }) : wrong(detail);
  }
  const { problems } = readSecretName(text, pointer);
  if (problems[0] !== undefined) return { selector: null, problem: problems[0] };
  if (PROVIDER.test(head) && !text.includes('.')) return right({ kind: 'word', name: text, provider: head, account });
  return right({ kind: 'name', name: text });
}

/** As `readSelector`; throws INVALID_INPUT. */
export function parseSelector(text: string, pointer = '/selectors'): Selector {
  const { selector, problem } = readSelector(text, pointer);
  if (selector !== null) return selector;
  throw invalid([problem], 'A selector is a secret, provider[@account], *@account, tag:x or env:x.');
}

export function formatSelector(selector: Selector): string {
  switch (selector.kind) {
    case 'name':
    case 'word':
      return selector.name;
    case 'provider':
      return selector.account === null ? selector.provider : `${selector.provider}@${selector.account}`;
    case 'account':
      return `*@${selector.account}`;
    case 'tag':
      return `tag:${selector.tag}`;
    case 'environment':
      return `env:${selector.environment}`;
  }
}

/** true: `secret` is one of those that `selector` means. */
export function selects(selector: Selector, secret: Selectable): boolean {
  switch (selector.kind) {
    case 'name':
      return secret.name === selector.name;
    case 'word':
      return secret.name === selector.name || isOf(selector, secret);
    case 'provider':
      return isOf(selector, secret);
    case 'account':
      return secret.account === selector.account;
    case 'tag':
      return secret.tags.includes(selector.tag);
    case 'environment':
      return secret.environment === selector.environment;
  }
}

function isOf(wanted: { provider: string; account: string | null }, secret: Selectable): boolean {
  return secret.provider === wanted.provider && (wanted.account === null || secret.account === wanted.account);
}

/** true: one of the selectors means `secret`. Texts that were stored were parsed before. */
export function selectedByAny(selectors: readonly string[], secret: Selectable): boolean {
  return selectors.some((text) => selects(parseSelector(text), secret));
}
