/** Makes a sandbox's rows, with its session and activations, in one transaction; what it may not have is refused before. Creates no container. */

import { applyPlan, assertAllowedPlan } from './activations.js';
import { chooseWishes } from './activations-choose.js';
import { planActivations } from './activations-plan.js';
import { effective } from './allowance.js';
import { callerToken } from './caller.js';
import type { Context } from './context.js';
import { assertDuration } from './deadline.js';
import { type InputProblem, StoreError } from './errors.js';
import { assertName, assertNotReserved, readSecretName, variableProblem } from './names.js';
import {
  assertAllowedEnvironment,
  assertAllowedSandbox,
  assertUnsealed,
  authorize,
  refuseAs,
  targetOf,
} from './policy.js';
import { assertNone } from './problems.js';
import { lookUpSandbox, sandboxById } from './sandboxes-rows.js';
import { lookUpSecret } from './secrets-rows.js';
import { readSelector } from './selector.js';
import { assertFree } from './sessions.js';
import { draftSession } from './sessions-draft.js';
import {
  insertSession,
  publicSession,
  reachLiveSession,
  type StoredSession,
  sessionById,
  used,
} from './sessions-rows.js';
import { sql } from './statements.js';
import type { Caller, NewSandbox, Sandbox, SandboxId, Session } from './types.js';

/** One call launches: session (found or inline), sandbox, activations. */
export function createSandbox(
  context: Context,
  caller: Caller,
  input: NewSandbox,
): { sandbox: Sandbox; session: Session } {
  const id = context.id('sbx');
  const name = input.name ?? id;
  authorize(context, caller, 'sandbox.create', name);
  assertUnsealed(context, 'starting a sandbox');
  assertInput(context, input);
  assertAllowedSandbox(context, caller, name, input.settings);
  const inline = typeof input.session !== 'string';
  const session = sessionFor(context, caller, input, name);
  assertSandboxNameFree(context, name);
  assertWithinLimit(context, caller, name);
  const only = input.only ?? null;
  const { as = {}, delivery } = input;
  const chosen = chooseWishes(context, input.secrets ?? [], '/secrets');
  const plan = planActivations(context, caller, session, chosen, {
    exact: false,
    further: { name, only, as, delivery },
  });
  assertAllowedPlan(context, caller, 'sandbox.create', { id, name }, plan);
  const { image, privileges } = input.settings;
  const secrets = plan.put.map(({ secret }) => secret.name);
  const detail = { session: targetOf(session), image, privileges, delivery: input.delivery, secrets };
  return context.act(caller, { action: 'sandbox.create', target: targetOf({ id, name }), detail }, () => {
    if (inline) insertSession(context, session);
    insertSandbox(context, caller, id, session, input);
    if (plan.put.length > 0) applyPlan(context, session.id, plan);
    used(context, session.id);
    const sandbox = sandboxById(context, id);
    if (sandbox === undefined) throw new Error('the sandbox that was just inserted is not there');
    return { sandbox, session: publicSession(sessionById(context, session.id)) };
  });
}

function sessionFor(context: Context, caller: Caller, input: NewSandbox, target: string): StoredSession {
  if (typeof input.session === 'string') return reachLiveSession(context, caller, 'sandbox.create', input.session);
  const session = draftSession(context, caller, input.session, '/session');
  assertAllowedEnvironment(context, caller, 'sandbox.create', target, session.environment);
  assertFree(context, session.name, '/session/name');
  return session;
}

/** INVALID_INPUT, NAME_RESERVED for what can be told without other rows. */
function assertInput(context: Context, input: NewSandbox): void {
  if (input.name !== undefined) assertName(input.name, 'sandbox');
  if (input.idle !== null) assertDuration(input.idle, '/idle');
  const problems: InputProblem[] = [];
  for (const [index, text] of (input.only ?? []).entries()) {
    const { problem } = readSelector(text, `/only/${index}`);
    if (problem !== null) problems.push(problem);
  }
  const variables = new Set<string>();
  for (const [secret, env] of Object.entries(input.as ?? {})) {
    const pointer = `/as/${secret.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    problems.push(...readSecretName(secret, pointer).problems);
    const detail = variableProblem(env) ?? (variables.has(env) ? `${env} is there twice` : null);
    if (detail !== null) problems.push({ pointer, detail });
    else if (lookUpSecret(context, secret)?.allowReserved !== true)
      assertNotReserved(env, pointer, `Give ${secret} another name.`);
    variables.add(env);
  }
  assertNone(problems);
}

function assertSandboxNameFree(context: Context, name: string): void {
  if (lookUpSandbox(context, name) === undefined) return;
  const problem = `Another live sandbox is called ${name}`;
  throw new StoreError('NAME_TAKEN', `${problem}. Choose another name: \`ampoule sandbox ls\` lists yours.`, {
    problems: [{ pointer: '/name', detail: problem }],
  });
}

/** SANDBOX_LIMIT, audited, when a launcher has as many as it may. */
function assertWithinLimit(context: Context, caller: Caller, target: string): void {
  if (caller.kind !== 'launcher') return;
  const most = effective(caller.allow).maxSandboxes;
  const text = 'SELECT count(*) AS live FROM sandbox WHERE owner = ? AND endedAt IS NULL';
  const { live } = sql(context.db, text).get(caller.token) as { live: number };
  if (live < most) return;
  const problem = `The token ${caller.name} has ${live} live sandboxes and may have ${most}`;
  const oldest = 'SELECT name FROM sandbox WHERE owner = ? AND endedAt IS NULL ORDER BY createdAt, id LIMIT 1';
  const found = sql(context.db, oldest).get(caller.token) as { name: string } | undefined;
  const todo =
    found === undefined
      ? 'An operator makes a token that may have some: `ampoule token new launcher`'
      : `\`ampoule sandbox ls\` lists them, and \`ampoule sandbox rm ${found.name}\` ends the oldest`;
  refuseAs(context, caller, 'sandbox.create', target, new StoreError('SANDBOX_LIMIT', `${problem}. ${todo}.`));
}

function insertSandbox(
  context: Context,
  caller: Caller,
  id: SandboxId,
  session: { id: string },
  input: NewSandbox,
): void {
  const text = `INSERT INTO sandbox (id, name, session, owner, settings, requestedDelivery, delivery, endsSession, ceiling,
      idle, lastExecAt, createdAt)
    VALUES (@id, @name, @session, @owner, @settings, @requestedDelivery, @delivery, @endsSession, @ceiling,
      @idle, @now, @now)`;
  const { requestedDelivery, delivery, idle } = input;
  sql(context.db, text).run({
    ...{
      id,
      name: input.name ?? id,
      session: session.id,
      owner: callerToken(caller),
      requestedDelivery,
      delivery,
      idle,
    },
    settings: JSON.stringify(input.settings),
    endsSession: typeof input.session === 'string' ? 0 : 1,
    ceiling: input.only === undefined ? 0 : 1,
    now: context.clock.now(),
  });
  for (const selector of new Set(input.only ?? []))
    sql(context.db, 'INSERT INTO sandboxCeiling (sandbox, selector) VALUES (?, ?)').run(id, selector);
  for (const [secret, env] of Object.entries(input.as ?? {}))
    sql(context.db, 'INSERT INTO sandboxVariable (sandbox, secretName, env) VALUES (?, ?, ?)').run(id, secret, env);
}
