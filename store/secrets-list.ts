/** The list of secrets, filtered, by name. Authorises nothing. */

import type { Context } from './context.js';
import { publicSecret, SECRET_COLUMNS, toStoredSecret } from './secrets-rows.js';
import { sql } from './statements.js';
import type { Secret, SecretFilter } from './types.js';

/** Milliseconds in which what expires is told of. */
export const EXPIRING = 7 * 24 * 3_600_000;

/** How many are due for rotation, and how many expire within a week. */
export function countUpcoming(context: Context): { due: number; expiring: number } {
  const text = `SELECT count(*) FILTER (WHERE s.rotateEvery IS NOT NULL AND @now >= s.rotateEvery +
      coalesce((SELECT max(v.createdAt) FROM secretVersion v WHERE v.secret = s.id), s.createdAt)) AS due,
    count(*) FILTER (WHERE s.expiresAt <= @now + @ahead) AS expiring
    FROM secret s WHERE s.deletedAt IS NULL`;
  const row = sql(context.db, text).get({ now: context.clock.now(), ahead: EXPIRING });
  return row as { due: number; expiring: number };
}

/** At most `rows` secrets whose names come after `after`. `q` is looked for in name, description and tags. */
export function listSecrets(context: Context, filter: SecretFilter, after: string | null, rows: number): Secret[] {
  const text = `SELECT ${SECRET_COLUMNS} FROM secret s WHERE s.deletedAt IS NULL
      AND (@after IS NULL OR s.name > @after)
      AND (@provider IS NULL OR s.provider = @provider)
      AND (@account IS NULL OR s.account = @account)
      AND (@environment IS NULL OR s.environment = @environment)
      AND (@tag IS NULL OR EXISTS (SELECT 1 FROM secretTag t WHERE t.secret = s.id AND t.tag = @tag))
      AND (@q IS NULL OR s.name LIKE @q ESCAPE '\\' OR s.description LIKE @q ESCAPE '\\'
        OR EXISTS (SELECT 1 FROM secretTag t WHERE t.secret = s.id AND t.tag LIKE @q ESCAPE '\\'))
      AND (@due IS NULL OR @due = (s.rotateEvery IS NOT NULL AND @now >= s.rotateEvery +
        coalesce((SELECT max(v.createdAt) FROM secretVersion v WHERE v.secret = s.id), s.createdAt)))
    ORDER BY s.name LIMIT @rows`;
  const { provider = null, account = null, environment = null, tag = null } = filter;
  const q = filter.q === undefined || filter.q === '' ? null : `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`;
  const due = filter.due === undefined ? null : Number(filter.due);
  const now = context.clock.now();
  const found = sql(context.db, text).all({ after, provider, account, environment, tag, q, due, now, rows });
  return found.map((row) => publicSecret(toStoredSecret(row)));
}
