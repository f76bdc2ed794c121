/** What a restore makes of the connections in a backup. Opens no value. */

import type { Database } from './database.js';
import type { Millis } from './types.js';

/**
 * Those that were to be refreshed since the backup was made, probably were: their refresh tokens count as used by somebody of whom
 * nothing is known, as after a crash in the middle of a refresh. Call inside a transaction.
 */
export function doubtRefreshTokens(db: Database, now: Millis): void {
  const text = `UPDATE connection SET refreshingSince = refreshAt
    WHERE refreshingSince IS NULL AND refreshAt <= ? AND state = 'connected'`;
  db.prepare(text).run(now);
}
