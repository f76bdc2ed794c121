/** Writes to the rows of a secret: made, tagged, deleted. Checks nothing, authorises nobody, and writes no audit entry. */

import { endActivations } from './activations-rows.js';
import type { Context } from './context.js';
import type { SecretDraft } from './secrets-input.js';
import { bump } from './sessions-rows.js';
import { sql } from './statements.js';
import type { SecretId, SessionId } from './types.js';
import { wipeVersions } from './versions.js';

/** Writes the row of a new secret, without a value. */
export function insertSecret(context: Context, id: SecretId, draft: SecretDraft): void {
  const text = `INSERT INTO secret (id, name, env, followers, account, login, environment, provider, kind, path, sensitive,
      description, allowReserved, expiresAt, rotateEvery, createdAt, updatedAt)
    VALUES (@id, @name, @env, @followers, @account, @login, @environment, @provider, @as, @path, @sensitive, @description,
      @allowReserved, @expiresAt, @rotateEvery, @now, @now)`;
  const { tags, followers, sensitive, allowReserved, ...row } = draft;
  const now = context.clock.now();
  sql(context.db, text).run({
    ...{ ...row, id, now, followers: JSON.stringify(followers) },
    ...{ sensitive: sensitive ? 1 : 0, allowReserved: allowReserved ? 1 : 0 },
  });
  writeTags(context, id, tags);
}

/** Exactly these. */
export function writeTags(context: Context, id: SecretId, tags: string[]): void {
  sql(context.db, 'DELETE FROM secretTag WHERE secret = ?').run(id);
  for (const tag of new Set(tags)) sql(context.db, 'INSERT INTO secretTag (secret, tag) VALUES (?, ?)').run(id, tag);
}

/** Everything but the row itself, which stays for the history. */
export function deleteSecret(context: Context, id: SecretId): void {
  const rows = sql(context.db, 'SELECT session FROM activation WHERE secret = ? AND endedAt IS NULL').all(id);
  for (const { session } of rows as { session: SessionId }[])
    if (endActivations(context, session, 'deleted', new Set([id])) > 0) bump(context, [session]);
  wipeVersions(context, id);
  sql(context.db, 'UPDATE secret SET deletedAt = ? WHERE id = ?').run(context.clock.now(), id);
}
