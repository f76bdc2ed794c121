/** What a request asks for, by the secrets as they are now, and whether it may be asked. Reads only; writes nothing. */

import { chooseFor } from './activations.js';
import { type Chosen, chooseActive, crossEnvironment, sameEnvironment } from './activations-choose.js';
import { assertOwnName } from './activations-plan.js';
import { activationsOf, inForce } from './activations-rows.js';
import { allowsSecret } from './allowance.js';
import { callerToken } from './caller.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import type { StoredRequest } from './requests-rows.js';
import type { StoredSession } from './sessions-rows.js';
import type { Ask, Caller, SecretId } from './types.js';

/** So many of one session may wait at once. */
export const MOST_PENDING = 50;

/**
 * The exact secrets that are asked for; NOTHING_TO_ASK where all of that is so already. What nobody could approve as it was asked
 * is refused now: CROSS_ENVIRONMENT, INVALID_INPUT for a variable that nothing may be called.
 */
export function wantedOf(context: Context, caller: Caller, session: StoredSession, ask: Ask): Chosen[] {
  const live = activationsOf(context, session.id);
  const active = new Map(live.filter((row) => inForce(context, row)).map((row) => [row.secret.id, row]));
  if (ask.action === 'deactivate') {
    const what = Array.isArray(ask.what) ? { names: ask.what.map(({ name }) => name) } : ask.what;
    const rows = chooseActive(context, what, live).rows.filter(({ secret }) => active.has(secret.id));
    if (rows.length === 0) throw nothingToAsk(session, 'none of that is active');
    return rows.map(({ secret }) => ({ secret, named: true }));
  }
  const across = ask.acrossEnvironments === true;
  const all = chooseFor(context, session, ask.what, { acrossEnvironments: across });
  const chosen = Array.isArray(ask.what)
    ? all
    : all.filter(({ secret }) => active.has(secret.id) || sees(caller, secret));
  if (chosen.length === 0) throw nothingToAsk(session, 'no secret that this token may see is that');
  const missing = chosen.filter(({ secret, as, ttl }) => {
    const row = active.get(secret.id);
    if (as !== undefined && as !== secret.env) assertOwnName(secret, as);
    if (row === undefined && !across && !sameEnvironment(session, secret)) throw crossEnvironment(session, secret);
    return row === undefined || (as !== undefined && as !== row.env) || ttl !== undefined || ask.ttl !== undefined;
  });
  const names = chosen.map(({ secret }) => secret.name).join(', ');
  if (missing.length === 0)
    throw nothingToAsk(session, `${names} ${chosen.length === 1 ? 'is' : 'are'} active already`);
  return missing;
}

/** A group tells a launcher no names that its allowance hides; whoever knows a name may ask for it. */
function sees(caller: Caller, secret: Chosen['secret']): boolean {
  return caller.kind !== 'launcher' || allowsSecret(caller.allow, secret);
}

function nothingToAsk(session: StoredSession, why: string): StoreError {
  const todo = `See what is: \`ampoule secrets --session ${session.name}\``;
  return new StoreError('NOTHING_TO_ASK', `There is nothing to ask for: in ${session.name} ${why}. ${todo}.`);
}

/** true: this caller asked for the same. */
export function isSame(one: StoredRequest, caller: Caller, ask: Ask, wanted: Chosen[]): boolean {
  const key = (secrets: { secret: SecretId; as: string | null }[]) =>
    JSON.stringify(secrets.map(({ secret, as }) => [secret, as]).sort());
  const asked = wanted.map(({ secret, as }) => ({ secret: secret.id, as: as ?? null }));
  const across = one.acrossEnvironments === (ask.acrossEnvironments === true);
  const settings = across && one.action === ask.action && one.ttl === (ask.ttl ?? null);
  return settings && one.token === callerToken(caller) && key(one.secrets) === key(asked);
}

/** REQUEST_LIMIT where too many of a session wait. */
export function assertFew(session: StoredSession, waiting: StoredRequest[]): void {
  if (waiting.length < MOST_PENDING) return;
  const problem = `${MOST_PENDING} requests of the session ${session.name} wait for a decision`;
  throw new StoreError('REQUEST_LIMIT', `${problem}. Have a person decide on some: \`ampoule requests\`.`);
}
