/** What comes up for a secret: its rotation soon and then due, its expiry soon and then there. Reads only, and remembers nothing. */

import type { Context } from './context.js';
import { EXPIRING } from './secrets-list.js';
import { sql } from './statements.js';
import type { Millis, SecretId } from './types.js';

/** So long before a rotation is due it is soon: a tenth of the interval, and a week at most. */
export function soonBefore(rotateEvery: Millis): Millis {
  return Math.min(Math.floor(rotateEvery / 10), EXPIRING);
}

const MOMENTS = `SELECT id, dueAt - min(rotateEvery / 10, ${EXPIRING}) AS at FROM due UNION ALL SELECT id, dueAt FROM due
  UNION ALL SELECT id, expiresAt - ${EXPIRING} FROM live WHERE expiresAt IS NOT NULL
  UNION ALL SELECT id, expiresAt FROM live WHERE expiresAt IS NOT NULL`;

/** Secrets for which something came up after `from` and until `to`, each once. */
export function stagesReached(context: Context, from: Millis, to: Millis): SecretId[] {
  const text = `WITH live AS (SELECT * FROM secret WHERE deletedAt IS NULL),
    due AS (SELECT s.id, s.rotateEvery, s.rotateEvery +
        coalesce((SELECT max(v.createdAt) FROM secretVersion v WHERE v.secret = s.id), s.createdAt) AS dueAt
      FROM live s WHERE s.rotateEvery IS NOT NULL)
    SELECT DISTINCT id FROM (${MOMENTS}) WHERE at > ? AND at <= ? ORDER BY id`;
  return (sql(context.db, text).all(from, to) as { id: SecretId }[]).map(({ id }) => id);
}
