/** Rollback: an older value as a new version. History is never rewritten, so that it says what was held when. */

import { assertByHand } from './connections-guard.js';
import type { Context } from './context.js';
import { assertUnsealed, authorize } from './policy.js';
import { leakedError, leakedVersionOf } from './same-value.js';
import type { SecretActs } from './secrets-register.js';
import { findSecret } from './secrets-rows.js';
import type { Affected, Caller, Version } from './types.js';
import { openVersion } from './versions.js';

/**
 * Stores the bytes of `version` as the next version. `same`: it is the current value already, and nothing was made.
 * VERSION_NOT_FOUND for one that is not there or was destroyed, SECRET_LEAKED for one that got out.
 */
export function rollBack(
  context: Context,
  { rotate }: Pick<SecretActs, 'rotate'>,
  caller: Caller,
  name: string,
  version: Version,
  revoke: boolean,
): Affected & { name: string; version: Version; same: boolean } {
  authorize(context, caller, 'secret.rotate', name);
  assertUnsealed(context, 'rolling a secret back');
  context.requireRoom();
  const secret = findSecret(context, name);
  assertByHand(caller, secret);
  const leaked = leakedVersionOf(context, secret.id);
  if (leaked !== null && version <= leaked) throw leakedError(secret.name, version);
  const bytes = openVersion(context, secret, version);
  try {
    const made = rotate(caller, secret, { plain: bytes }, revoke);
    return { ...made, name: secret.name, same: made.version === secret.currentVersion };
  } finally {
    bytes.fill(0);
  }
}
