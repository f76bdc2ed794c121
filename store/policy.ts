/** Who may do what. One literal table, one place that refuses; holds no rows and changes none but audit entries. */

import { allowsEnvironment, allowsSecret, outOfBounds } from './allowance.js';
import { callerName } from './caller.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import type { Selectable } from './selector.js';
import type { Caller, SandboxSettings, SessionId, TokenId, TokenKind } from './types.js';

/** Kinds of token that may do each thing, within their reach. The daemon itself may do all of it. */
export const POLICY = {
  'secret.list': ['operator'],
  'secret.get': ['operator'],
  'secret.create': ['operator'],
  'secret.rotate': ['operator'],
  'secret.update': ['operator'],
  'secret.destroy': ['operator'],
  'secret.delete': ['operator'],
  'secret.reveal': ['operator'],
  'secret.leak': ['operator'],
  'vault.rotate': ['operator'],
  'session.create': ['operator', 'launcher'],
  'session.list': ['operator', 'launcher', 'agent'],
  'session.get': ['operator', 'launcher', 'agent'],
  'session.update': ['operator', 'launcher'],
  'session.end': ['operator', 'launcher'],
  'session.table': ['operator', 'launcher', 'agent'],
  'session.activate': ['operator', 'launcher'],
  'session.deactivate': ['operator', 'launcher', 'agent'],
  'session.set': ['operator', 'launcher'],
  'session.environment': ['operator', 'launcher'],
  'session.explain': ['operator', 'launcher', 'agent'],
  'session.doctor': ['operator', 'launcher', 'agent'],
  'request.create': ['operator', 'launcher', 'agent'],
  'request.list': ['operator', 'launcher', 'agent'],
  'request.withdraw': ['operator', 'launcher', 'agent'],
  'request.decide': ['operator'],
  'sandbox.create': ['operator', 'launcher'],
  'sandbox.list': ['operator', 'launcher', 'agent'],
  'sandbox.get': ['operator', 'launcher', 'agent'],
  'sandbox.end': ['operator', 'launcher'],
  'sandbox.reset': ['operator', 'launcher'],
  'sandbox.exec': ['operator', 'launcher', 'agent'],
  'connection.begin': ['operator'],
  'connection.list': ['operator'],
  'connection.get': ['operator'],
  'connection.disconnect': ['operator'],
  'client.set': ['operator'],
  'client.list': ['operator'],
  'client.remove': ['operator'],
  'sandbox.scan': ['operator', 'launcher'],
  'scan.run': ['operator'],
  'vault.panic': ['operator'],
  'token.create': ['operator', 'launcher'],
  'token.list': ['operator', 'launcher'],
  'token.revoke': ['operator', 'launcher'],
} as const satisfies Record<string, readonly TokenKind[]>;
export type Action = keyof typeof POLICY;

/** Lets the caller pass or throws FORBIDDEN with an audit entry. */
export function authorize(context: Context, caller: Caller, action: Action, target: string): void {
  const kinds: readonly TokenKind[] = POLICY[action];
  if (caller.kind === 'daemon' || kinds.includes(caller.kind)) return;
  const who = `The ${caller.kind} token "${caller.name}" may not do this (${action})`;
  const todo = `Use a token of kind ${kinds.join(' or ')}: an operator makes one with \`ampoule token new\``;
  context.refuse(caller, 'FORBIDDEN', { action, target }, `${who}. ${todo}.`);
}

/** As `authorize`, for what is several things at once. */
export function authorizeAll(context: Context, caller: Caller, actions: Action[], target: string): void {
  for (const action of actions) authorize(context, caller, action, target);
}

/** true: the session is one that the caller may know of. */
export function reaches(caller: Caller, session: { id: SessionId; owner: TokenId | null }): boolean {
  switch (caller.kind) {
    case 'daemon':
    case 'operator':
      return true;
    case 'launcher':
      return session.owner === caller.token;
    case 'agent':
      return session.id === caller.session;
    case 'metrics':
      return false;
  }
}

/**
 * Throws `error` after an audit entry that says who was refused what. For a thing that exists but is somebody else's, the error
 * is the one of a thing that does not exist, so that nobody learns names by asking.
 */
export function refuseAs(context: Context, caller: Caller, action: string, target: string, error: StoreError): never {
  try {
    context.refuse(caller, 'FORBIDDEN', { action, target, detail: { reason: error.code } }, error.message);
  } catch (refusal) {
    throw refusal instanceof StoreError && refusal.code === 'FORBIDDEN' ? error : refusal;
  }
}

/** A launcher outside its allowance: OUT_OF_BOUNDS, audited, naming what and which token. */
export function refuseBounds(context: Context, caller: Caller, action: Action, target: string, what: string[]): never {
  const list = what.join(', ');
  const todo = 'Ask an operator for a token whose allowance has it: `ampoule token new launcher`';
  const message = `${list}: not within the allowance of the token ${callerName(caller)}. ${todo}.`;
  context.refuse(caller, 'OUT_OF_BOUNDS', { action, target, detail: { outside: what } }, message);
}

/** Refuses secrets outside a launcher's allowance. Other callers pass. */
export function assertAllowedSecrets(
  context: Context,
  caller: Caller,
  action: Action,
  target: string,
  secrets: Selectable[],
): void {
  if (caller.kind !== 'launcher') return;
  const outside = secrets.filter((secret) => !allowsSecret(caller.allow, secret)).map((secret) => secret.name);
  if (outside.length > 0)
    refuseBounds(
      context,
      caller,
      action,
      target,
      outside.map((name) => `secret ${name}`),
    );
}

/** Refuses an environment outside a launcher's allowance. Other callers pass. */
export function assertAllowedEnvironment(
  context: Context,
  caller: Caller,
  action: Action,
  target: string,
  environment: string | null,
): void {
  if (caller.kind !== 'launcher' || allowsEnvironment(caller.allow, environment)) return;
  refuseBounds(context, caller, action, target, [`environment ${environment}`]);
}

/** Refuses a sandbox outside a launcher's allowance. Other callers pass. */
export function assertAllowedSandbox(
  context: Context,
  caller: Caller,
  target: string,
  settings: SandboxSettings,
): void {
  if (caller.kind !== 'launcher') return;
  const outside = outOfBounds(caller.allow, settings);
  if (outside.length > 0) refuseBounds(context, caller, 'sandbox.create', target, outside);
}

/** Throws VAULT_SEALED: what the caller asks for needs the key. */
export function assertUnsealed(context: Context, what: string): void {
  if (context.keys.state === 'unsealed') return;
  throw new StoreError('VAULT_SEALED', `The vault is sealed, so ${what} is refused. Run \`ampoule vault unseal\`.`);
}

/** How an audit entry calls a thing: id and name. */
export function targetOf(thing: { id: string; name: string }): string {
  return thing.id === thing.name ? thing.id : `${thing.id} ${thing.name}`;
}
