/** Activations: which registered secrets a session has now, on and off, one, as a group, or exactly. Delivers nothing itself. */

import { type Chosen, chooseActive, chooseGroup, chooseWishes } from './activations-choose.js';
import { type Plan, planActivations } from './activations-plan.js';
import { activationsOf, dropVariables, endActivations, putActivation } from './activations-rows.js';
import { allowsSecret } from './allowance.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { assertAllowedEnvironment, assertAllowedSecrets, assertUnsealed, targetOf } from './policy.js';
import {
  bump,
  publicSession,
  reachLiveSession,
  reachSession,
  type StoredSession,
  sessionById,
  used,
} from './sessions-rows.js';
import { toggleTable } from './toggle.js';
import type {
  ActivateOptions,
  ActivationWish,
  Caller,
  NewAuditEntry,
  SecretId,
  Selection,
  SessionId,
} from './types.js';
import type { Activations } from './vault.js';

export function makeActivations(context: Context): Activations {
  const answer = (id: SessionId) => ({ sessions: [id], session: publicSession(sessionById(context, id)) });

  return {
    table(caller, name) {
      const session = reachSession(context, caller, 'session.table', name);
      const rows = toggleTable(context, session);
      const seen = rows.filter(({ secret, active, lapsed }) => {
        return caller.kind !== 'launcher' || active || lapsed || allowsSecret(caller.allow, secret);
      });
      return {
        session: publicSession(session),
        items: seen.map(({ secret, ...row }) => ({ secret: secret.id, ...row })),
      };
    },

    activate(caller, name, what, options = {}) {
      const session = reachLiveSession(context, caller, 'session.activate', name);
      assertGeneration(session, options);
      assertUnsealed(context, 'activating');
      const chosen = chooseFor(context, session, what, options);
      const plan = planActivations(context, caller, session, chosen, { ...options, exact: false });
      assertAllowedPlan(context, caller, 'session.activate', session, plan);
      if (plan.put.length > 0) {
        const entry = entryOf('session.activate', session, plan);
        context.act(caller, entry, () => applyPlan(context, session.id, plan));
      }
      return answer(session.id);
    },

    deactivate(caller, name, selection) {
      const session = reachLiveSession(context, caller, 'session.deactivate', name);
      const { rows, inactive } = chooseActive(context, selection, activationsOf(context, session.id));
      if (rows.length > 0) takeAway(context, caller, 'session.deactivate', session, { put: [], end: rows });
      return { ...answer(session.id), inactive };
    },

    set(caller, name, active, options = {}) {
      const session = reachLiveSession(context, caller, 'session.set', name);
      assertGeneration(session, options);
      const chosen = chooseWishes(context, active, '/active');
      if (chosen.length > 0) assertUnsealed(context, 'activating');
      const plan = planActivations(context, caller, session, chosen, { ...options, exact: true });
      assertAllowedPlan(context, caller, 'session.set', session, plan);
      if (plan.put.length > 0) {
        const entry = entryOf('session.set', session, plan);
        context.act(caller, entry, () => applyPlan(context, session.id, plan));
      } else if (plan.end.length > 0) takeAway(context, caller, 'session.set', session, plan);
      return answer(session.id);
    },
  };
}

/** Ends what the plan ends, as a revocation: works while sealed, and is in force even if it cannot be recorded. */
function takeAway(
  context: Context,
  caller: Caller,
  action: 'session.deactivate' | 'session.set',
  session: StoredSession,
  plan: Plan,
): void {
  const pairs = () => plan.end.map(({ secret }) => ({ session: session.id, secret: secret.id }));
  context.revoke(caller, entryOf(action, session, plan), pairs, () => applyPlan(context, session.id, plan));
}

/** Writes a plan: ends first, so that a variable may go from one secret to another. Call inside an act. */
export function applyPlan(context: Context, session: SessionId, plan: Plan): void {
  const ending = new Set<SecretId>(plan.end.map(({ secret }) => secret.id));
  const ended = ending.size === 0 ? 0 : endActivations(context, session, 'deactivated', ending);
  for (const { existing } of plan.put) if (existing !== undefined) dropVariables(context, existing.id);
  for (const intended of plan.put) putActivation(context, session, intended);
  if (plan.put.length > 0 || ended > 0) bump(context, [session]);
  used(context, session);
}

/** Secrets that this plan would give or change, and their environments, have to lie within a launcher's allowance. */
export function assertAllowedPlan(
  context: Context,
  caller: Caller,
  action: 'session.activate' | 'session.set' | 'sandbox.create',
  session: { id: string; name: string },
  plan: Plan,
): void {
  const secrets = plan.put.map(({ secret }) => secret);
  assertAllowedSecrets(context, caller, action, targetOf(session), secrets);
  for (const { environment } of secrets)
    assertAllowedEnvironment(context, caller, action, targetOf(session), environment);
}

/** The secrets that a call means, by name or as a group. SECRET_NOT_FOUND, EMPTY_SELECTION, CROSS_ENVIRONMENT. */
export function chooseFor(
  context: Context,
  session: StoredSession,
  what: ActivationWish[] | Selection,
  options: Pick<ActivateOptions, 'acrossEnvironments'>,
): Chosen[] {
  if (!Array.isArray(what)) return chooseGroup(context, session, what, options.acrossEnvironments === true);
  if (what.length > 0) return chooseWishes(context, what, '');
  throw new StoreError('EMPTY_SELECTION', 'No secret is named. Name one: `ampoule secret ls` lists them.');
}

function assertGeneration(session: StoredSession, options: ActivateOptions): void {
  if (options.ifGeneration === undefined || options.ifGeneration === session.generation) return;
  const problem = `The session ${session.name} is at generation ${session.generation}, not ${options.ifGeneration}`;
  throw new StoreError('GENERATION_MISMATCH', `${problem}. Read it again and decide on what it has now.`);
}

function entryOf(action: string, session: StoredSession, plan: Plan): NewAuditEntry {
  const on = plan.put.map(({ secret, env }) => (env === secret.env ? secret.name : `${secret.name} as ${env}`));
  const off = plan.end.map(({ secret }) => secret.name);
  const detail = { ...(on.length > 0 ? { on } : {}), ...(off.length > 0 ? { off } : {}) };
  return { action, target: targetOf(session), detail };
}
