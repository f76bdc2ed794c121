/** What of a request is granted, by the secrets as they are now. Reads only; judges no environment and no conflict. */

import { chooseFor } from './activations.js';
import type { Chosen } from './activations-choose.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { assertNone, quote } from './problems.js';
import type { StoredRequest } from './requests-rows.js';
import { lookUpSecret } from './secrets-rows.js';
import type { StoredSession } from './sessions-rows.js';
import type { Millis, SecretId } from './types.js';

/** Those of `names` (or ids), all without them. INVALID_INPUT for what was not asked for, and for no name at all. */
export function grantedOf(request: StoredRequest, names: string[] | undefined): Set<SecretId> {
  if (names === undefined) return new Set(request.secrets.map(({ secret }) => secret));
  const wanted = names.map((name) => request.secrets.find((one) => one.name === name || one.secret === name));
  const problems = wanted.flatMap((one, at) =>
    one === undefined ? [{ pointer: `/names/${at}`, detail: `${quote(names[at] ?? '')} was not asked for` }] : [],
  );
  const asked = request.secrets.map(({ name }) => name).join(', ');
  if (names.length === 0) problems.push({ pointer: '/names', detail: 'is empty' });
  assertNone(problems, `What was asked for: ${asked}. To grant nothing: \`ampoule deny ${request.id}\`.`);
  return new Set(wanted.flatMap((one) => (one === undefined ? [] : [one.secret])));
}

/** An approved one is left as it is: REQUEST_CLOSED where it was granted otherwise than somebody wants it now. */
export function assertGranted(request: StoredRequest, options: { names?: string[]; ttl?: Millis }): void {
  const granted = new Set(request.secrets.filter((one) => one.granted === true).map(({ secret }) => secret));
  const wanted = options.names === undefined ? granted : grantedOf(request, options.names);
  const same = wanted.size === granted.size && [...wanted].every((secret) => granted.has(secret));
  if (same && (options.ttl === undefined || options.ttl === request.grantedTtl)) return;
  const names = request.secrets.filter(({ secret }) => granted.has(secret)).map((one) => called(one.name, one.as));
  const time = request.grantedTtl === null ? 'without a time' : `for ${request.grantedTtl / 1000} s`;
  const what = `${names.join(', ')} ${request.action === 'activate' ? time : 'to be deactivated'}`;
  throw new StoreError(
    'REQUEST_CLOSED',
    `The request ${request.id} was approved by ${request.decidedBy} already, otherwise than this: ${what}. Change what is active with \`ampoule activate\` and \`ampoule deactivate\`.`,
  );
}

/** The secrets to activate. SECRET_NOT_FOUND for those that were deleted since it was asked. */
export function chosenOf(
  context: Context,
  session: StoredSession,
  { id, secrets }: StoredRequest,
  granted: ReadonlySet<SecretId>,
): Chosen[] {
  const wanted = secrets.filter(({ secret }) => granted.has(secret));
  const gone = wanted.filter(({ secret }) => lookUpSecret(context, secret) === undefined).map(({ name }) => name);
  if (gone.length > 0) {
    const problem = `${gone.join(', ')} ${gone.length === 1 ? 'was' : 'were'} deleted since ${id} was asked`;
    const todo = `Grant the rest by name, \`ampoule approve ${id} NAME\`, or nothing: \`ampoule deny ${id}\``;
    throw new StoreError('SECRET_NOT_FOUND', `${problem}. ${todo}.`);
  }
  const wishes = wanted.map(({ secret, as }) => ({ name: secret, ...(as === null ? {} : { as }) }));
  return chooseFor(context, session, wishes, {});
}

/** How the audit says what a secret is wanted as. */
export function called(name: string, as: string | null | undefined): string {
  return as === null || as === undefined ? name : `${name} as ${as}`;
}
