/** What of a request is granted, by the secrets as they are now. Reads only; judges no environment and no conflict. */

import { chooseFor } from './activations.js';
import type { Chosen } from './activations-choose.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { assertNone, quote } from './problems.js';
import type { StoredRequest } from './requests-rows.js';
import { lookUpSecret } from './secrets-rows.js';
import type { StoredSession } from './sessions-rows.js';
import type { SecretId } from './types.js';

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
