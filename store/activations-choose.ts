/** Which secrets a call means: names, selectors, groups. Reads only, and judges none of them. */

import type { Activation } from './activations-rows.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { environmentProblem } from './names.js';
import { assertNone, quote } from './problems.js';
import { allSecrets, findSecret, type StoredSecret } from './secrets-rows.js';
import { parseSelector, type Selector, selects } from './selector.js';
import type { ActivationWish, Millis, SecretId, Selection } from './types.js';

/** A secret that a call means. */
export interface Chosen {
  secret: StoredSecret;
  as?: string;
  ttl?: Millis;
  /** Named itself, not as one of a group. */
  named: boolean;
}

/** true: a secret of `environment` may be in a session of `session` without being asked for across environments. */
export function sameEnvironment(
  session: { environment: string | null },
  secret: { environment: string | null },
): boolean {
  return secret.environment === null || secret.environment === session.environment;
}

/** Wishes by name; INVALID_INPUT for one that is there twice, SECRET_NOT_FOUND. */
export function chooseWishes(context: Context, wishes: ActivationWish[], pointer: string): Chosen[] {
  const seen = new Map<SecretId, Chosen>();
  for (const [index, { name, as, ttl }] of wishes.entries()) {
    const secret = findSecret(context, name);
    if (seen.has(secret.id)) assertNone([{ pointer: `${pointer}/${index}`, detail: `names ${secret.name} again` }]);
    const wish: Chosen = { secret, named: true };
    if (as !== undefined) wish.as = as;
    if (ttl !== undefined) wish.ttl = ttl;
    seen.set(secret.id, wish);
  }
  return [...seen.values()];
}

/**
 * Registered secrets that a group means. Of a group, as opposed to a name, only those count that the session's environment
 * admits, unless `across`; CROSS_ENVIRONMENT when that leaves none. SECRET_NOT_FOUND, EMPTY_SELECTION.
 */
export function chooseGroup(
  context: Context,
  session: { name: string; environment: string | null },
  selection: Selection,
  across: boolean,
): Chosen[] {
  const matches = readSelection(context, selection);
  const registered = allSecrets(context);
  assertRegistered(selection, registered);
  const all = registered.filter((secret) => matches(secret) !== null);
  const chosen = all.map((secret) => ({ secret, named: matches(secret) === 'named' }));
  if (chosen.length === 0) throw selectsNothing('all of these filters together');
  const admitted = chosen.filter(({ secret, named }) => named || across || sameEnvironment(session, secret));
  const first = chosen[0];
  if (admitted.length === 0 && first !== undefined) throw crossEnvironment(session, first.secret);
  return admitted;
}

/**
 * Those of a session's activations that a group means; none is no error, for deactivation is idempotent. What names no registered
 * secret is one: SECRET_NOT_FOUND. `inactive`: of the names and selectors, those that nothing active fits.
 */
export function chooseActive(
  context: Context,
  selection: Selection,
  activations: Activation[],
): { rows: Activation[]; inactive: string[] } {
  const matches = readSelection(context, selection);
  assertRegistered(selection, allSecrets(context));
  const active = activations.filter(({ lapsedAt }) => lapsedAt === null).map(({ secret }) => secret);
  const names = selection.names?.filter((name) => !active.some(({ id }) => id === findSecret(context, name).id)) ?? [];
  const selectors =
    selection.selectors?.filter((text, i) => {
      const selector = parseSelector(text, `/selectors/${i}`);
      return !active.some((secret) => selects(selector, secret));
    }) ?? [];
  return {
    rows: activations.filter(({ secret }) => matches(secret) !== null),
    inactive: [...new Set([...names, ...selectors])],
  };
}

/** Throws SECRET_NOT_FOUND for a selector that no registered secret fits. */
function assertRegistered(selection: Selection, registered: StoredSecret[]): void {
  for (const [i, text] of (selection.selectors ?? []).entries()) {
    const selector = parseSelector(text, `/selectors/${i}`);
    if (!registered.some((secret) => selects(selector, secret))) throw selectsNothing(quote(text));
  }
}

function selectsNothing(what: string): StoreError {
  return new StoreError('SECRET_NOT_FOUND', `No registered secret is selected by ${what}. Run \`ampoule secret ls\`.`);
}

export function crossEnvironment(
  session: { name: string; environment: string | null },
  secret: { name: string; environment: string | null },
): StoreError {
  const other = session.environment === null ? 'has none' : `is of ${session.environment}`;
  const problem = `${secret.name} is of the environment ${secret.environment}, and the session ${session.name} ${other}`;
  return new StoreError(
    'CROSS_ENVIRONMENT',
    `${problem}. Say "acrossEnvironments": true (\`--across-environments\`) if you mean it.`,
    {
      problems: [{ pointer: '/acrossEnvironments', detail: problem }],
    },
  );
}

/** Reads a selection's filters; they are ANDed. EMPTY_SELECTION, INVALID_INPUT, SECRET_NOT_FOUND for an unknown name. */
function readSelection(context: Context, selection: Selection): (secret: StoredSecret) => 'named' | 'grouped' | null {
  const { names, provider, account, tag, environment } = selection;
  const given = Object.values(selection).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined,
  );
  if (!given)
    throw new StoreError(
      'EMPTY_SELECTION',
      'Nothing is selected. Give names, selectors, provider, account, tag, environment, or "all": true.',
    );
  const problem = environment === undefined ? null : environmentProblem(environment);
  if (problem !== null) assertNone([{ pointer: '/environment', detail: problem }]);
  const ids = names === undefined ? null : new Set(names.map((name) => findSecret(context, name).id));
  const selectors: Selector[] | null =
    selection.selectors?.map((text, i) => parseSelector(text, `/selectors/${i}`)) ?? null;
  return (secret) => {
    if (ids !== null && !ids.has(secret.id)) return null;
    if (selectors !== null && !selectors.some((selector) => selects(selector, secret))) return null;
    if (provider !== undefined && secret.provider !== provider) return null;
    if (account !== undefined && secret.account !== account) return null;
    if (tag !== undefined && !secret.tags.includes(tag)) return null;
    if (environment !== undefined && secret.environment !== environment) return null;
    const named = ids !== null || selectors?.some(({ kind }) => kind === 'name') === true;
    return named ? 'named' : 'grouped';
  };
}
