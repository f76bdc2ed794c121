/** Whether a session's sandboxes can be given what is active: by env neither files nor bytes that are no UTF-8. Reads only. */

import { type Candidate, type Ceiling, ceilingsOf, within } from './activations-fit.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import type { StoredSecret } from './secrets-rows.js';
import type { SessionId } from './types.js';
import { assertUtf8, noValue, openVersion } from './versions.js';

/** Throws DELIVERY_UNAVAILABLE or VALUE_NOT_UTF8 where a sandbox of env delivery would get what is new to it. */
export function assertDeliverable(
  context: Context,
  session: SessionId,
  candidates: Candidate[],
  further: Ceiling[] = [],
): void {
  const checked = new Set<string>();
  for (const sandbox of [...ceilingsOf(context, session), ...further]) {
    if (sandbox.delivery !== 'env') continue;
    for (const { secret, fresh } of within(sandbox, candidates)) {
      if ((!fresh && !further.includes(sandbox)) || checked.has(secret.id)) continue;
      checked.add(secret.id);
      if (secret.as === 'file') throw needsMemory(secret, sandbox);
      assertText(context, secret);
    }
  }
}

/** true: a live sandbox of this session has the secret, if it is active, in Docker's configuration. */
export function goesByEnv(context: Context, session: SessionId, secret: StoredSecret): boolean {
  return ceilingsOf(context, session).some(
    (sandbox) => sandbox.delivery === 'env' && within(sandbox, [{ secret, env: secret.env }]).length > 0,
  );
}

function assertText(context: Context, secret: StoredSecret): void {
  if (secret.currentVersion === null) throw noValue(secret.name);
  const bytes = openVersion(context, secret, secret.currentVersion);
  try {
    assertUtf8(secret.name, bytes);
  } finally {
    bytes.fill(0);
  }
}

function needsMemory(secret: StoredSecret, sandbox: Ceiling): StoreError {
  const problem = `${secret.name} is a file, and the sandbox ${sandbox.name} has delivery "env", which knows variables only`;
  const todo =
    'Take a sandbox with delivery "memory", leave the secret out of its ceiling ("only"), or register it with as: "env"';
  return new StoreError('DELIVERY_UNAVAILABLE', `${problem}. ${todo}.`);
}
