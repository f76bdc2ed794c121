/** Rollback: an older value as a new version. History is never rewritten, so that it says what was held when. */

import { assertByHand } from './connections-guard.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { assertUnsealed, authorize } from './policy.js';
import type { SecretActs } from './secrets-register.js';
import { findSecret } from './secrets-rows.js';
import { sql } from './statements.js';
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
  const row = sql(context.db, 'SELECT leakedVersion FROM secret WHERE id = ?').get(secret.id);
  const { leakedVersion } = row as { leakedVersion: Version | null };
  if (leakedVersion !== null && version <= leakedVersion) throw leaked(secret.name, version);
  const bytes = openVersion(context, secret, version);
  try {
    const made = rotate(caller, secret, { plain: bytes }, revoke);
    return { ...made, name: secret.name, same: made.version === secret.currentVersion };
  } finally {
    bytes.fill(0);
  }
}

function leaked(name: string, version: Version): StoreError {
  const todo = `Store a new value: \`ampoule secret set ${name}\``;
  return new StoreError('SECRET_LEAKED', `Version ${version} of ${name} got out, and is not taken up again. ${todo}.`);
}
