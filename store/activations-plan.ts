/** Decides what becomes active in a session, what ends, and whether that may be: rules and conflicts. Reads only; writes nothing. */

import { type Chosen, crossEnvironment, sameEnvironment } from './activations-choose.js';
import { assertDeliverable } from './activations-deliver.js';
import { assertFits, type Candidate, type Ceiling } from './activations-fit.js';
import { type Activation, activationsOf, type Intended, inForce } from './activations-rows.js';
import { callerName } from './caller.js';
import type { Context } from './context.js';
import { assertDuration, deadlineIn, NEVER } from './deadline.js';
import { StoreError } from './errors.js';
import { leaked } from './leaks.js';
import { assertNotReserved, variableProblem } from './names.js';
import { assertNone } from './problems.js';
import type { StoredSecret } from './secrets-rows.js';
import type { ActivateOptions, Caller, Session } from './types.js';
import { noValue, openVersion } from './versions.js';

export interface Plan {
  /** Written anew or changed. */
  put: Intended[];
  /** Live rows that end. */
  end: Activation[];
}
export interface PlanOptions extends Pick<ActivateOptions, 'ttl' | 'acrossEnvironments' | 'requestId'> {
  /** true: what is not chosen ends. */
  exact: boolean;
  /** A sandbox that is being made. */
  further?: Ceiling;
}

/** The plan that makes `chosen` active; every refusal is thrown before anything is written. Needs an unsealed vault if it puts. */
export function planActivations(
  context: Context,
  caller: Caller,
  session: Session,
  chosen: Chosen[],
  options: PlanOptions,
): Plan {
  if (options.ttl !== undefined) assertDuration(options.ttl, '/ttl');
  const live = new Map(activationsOf(context, session.id).map((row) => [row.secret.id, row]));
  const put: Intended[] = [];
  const candidates = new Map<string, Candidate>();
  for (const row of live.values())
    if (!options.exact && inForce(context, row)) candidates.set(row.secret.id, { ...row, fresh: false });
  for (const wish of chosen) {
    const intended = intend(context, caller, session, wish, live.get(wish.secret.id), options);
    if (intended.changed) put.push(intended);
    candidates.set(wish.secret.id, intended);
  }
  const further = options.further === undefined ? [] : [options.further];
  assertFits(context, session.id, [...candidates.values()], further);
  assertDeliverable(context, session.id, [...candidates.values()], further);
  const wanted = new Set(chosen.map(({ secret }) => secret.id));
  return { put, end: options.exact ? [...live.values()].filter(({ secret }) => !wanted.has(secret.id)) : [] };
}

function intend(
  context: Context,
  caller: Caller,
  session: Session,
  wish: Chosen,
  existing: Activation | undefined,
  options: PlanOptions,
): Intended & { changed: boolean; fresh: boolean } {
  const { secret } = wish;
  const kept = existing !== undefined && inForce(context, existing) ? existing : undefined;
  const env = wish.as ?? kept?.env ?? secret.env;
  const ttl = wish.ttl ?? options.ttl;
  if (wish.ttl !== undefined) assertDuration(wish.ttl, '/ttl');
  if (env !== kept?.env && env !== secret.env) assertOwnName(secret, env);
  if (kept === undefined) assertMayBegin(context, session, secret, options.acrossEnvironments === true);
  const { until, untilBoot, bootId } = ttl === undefined ? (kept ?? NEVER) : deadlineIn(context.clock, ttl);
  return {
    ...{ secret, env, existing, until, untilBoot, bootId },
    confirmedBy: callerName(caller),
    requestId: options.requestId ?? null,
    fresh: kept === undefined || kept.env !== env,
    changed: kept === undefined || kept.env !== env || ttl !== undefined,
  };
}

/** What a secret may be called that is not its own name. INVALID_INPUT. */
export function assertOwnName(secret: StoredSecret, env: string): void {
  const detail = variableProblem(env);
  if (detail !== null) assertNone([{ pointer: '/as', detail }], `Give ${secret.name} another name.`);
  if (!secret.allowReserved) assertNotReserved(env, '/as', `Give ${secret.name} another name.`);
}

/** What a secret needs to become active in a session. */
function assertMayBegin(context: Context, session: Session, secret: StoredSecret, across: boolean): void {
  const { name } = secret;
  if (context.entombed(session.id, secret.id)) {
    const problem = `${name} was taken from the session ${session.name}, and that could not be recorded yet`;
    throw new StoreError('REVOKED_NOT_RECORDED', `${problem}. Free disk space, wait a second, and try again.`);
  }
  if (secret.expiresAt !== null && secret.expiresAt <= context.clock.now()) {
    const when = new Date(secret.expiresAt).toISOString();
    const todo = `Store a new value and a new expiresAt: \`ampoule secret set ${name}\``;
    throw new StoreError('SECRET_EXPIRED', `${name} expired at ${when}. ${todo}.`);
  }
  if (secret.leakedAt !== null) throw leaked(secret);
  if (secret.currentVersion === null) throw noValue(name);
  if (!across && !sameEnvironment(session, secret)) throw crossEnvironment(session, secret);
  // One that cannot be read is refused here, and not when a sandbox waits for it.
  openVersion(context, secret, secret.currentVersion).fill(0);
}
