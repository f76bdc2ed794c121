/** What a provider gave, sealed beside its connection, and versions of access tokens that nobody has any more. Opens nothing. */

import type { ConnectionId, Tokens } from './connection-types.js';
import { changeConnection } from './connections-rows.js';
import type { Context } from './context.js';
import { putSealed, type SealedId } from './sealed-values.js';
import { sql } from './statements.js';
import type { SecretId } from './types.js';

/** The access token is there a second time, so that the provider can be told when the secret is gone already. */
export function sealedOf(id: ConnectionId, what: 'access' | 'refresh'): SealedId {
  return `${id}/${what}`;
}

/** Seals both and writes their times. Call inside an act. VAULT_SEALED. */
export function keepTokens(
  context: Context,
  id: ConnectionId,
  { access, refresh, expiresAt, refreshAt, granted }: Tokens,
): void {
  putSealed(context, sealedOf(id, 'access'), access, 'daemon');
  if (refresh !== null) putSealed(context, sealedOf(id, 'refresh'), refresh, 'daemon');
  const times = { expiresAt, refreshAt, refreshingSince: null, failures: 0, spent: 0 };
  changeConnection(context, id, { ...times, granted: JSON.stringify(granted) });
}

/**
 * A token that is refreshed each hour leaves 9,000 versions a year. Destroys those before the last two that no live sandbox was
 * given: what one was given must be known, so that it can be masked in what it prints. Call inside an act.
 */
export function forgetVersions(context: Context, secret: SecretId): void {
  const text = `UPDATE secretVersion SET nonce = NULL, ciphertext = NULL, destroyedAt = @now
    WHERE secret = @secret AND destroyedAt IS NULL
      AND version < (SELECT max(version) FROM secretVersion WHERE secret = @secret AND destroyedAt IS NULL) - 1
      AND version NOT IN (SELECT e.version FROM exposure e JOIN sandbox b ON b.id = e.sandbox
        WHERE e.secret = @secret AND (e.until IS NULL OR b.endedAt IS NULL))
      AND version NOT IN (SELECT h.value ->> 'version' FROM container c, json_each(c.holds) h
        WHERE c.endedAt IS NULL AND h.value ->> 'secret' = @secret)`;
  if (sql(context.db, text).run({ secret, now: context.clock.now() }).changes > 0) context.scrub();
}
