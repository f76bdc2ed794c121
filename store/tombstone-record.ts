/** Records late what tombstones say was revoked: ends those activations, with an audit entry. Decides nothing. */

import type { Clock, Context } from './context.js';
import type { Database } from './database.js';
import type { Tombstone } from './tombstones.js';

/** Does nothing, and writes nothing, for activations that have ended already. */
export function recordTombstones(db: Database, clock: Clock, act: Context['act'], tombstones: Tombstone[]): void {
  const find = db
    .prepare<[string, string], number>('SELECT id FROM activation WHERE session = ? AND secret = ? AND endedAt IS NULL')
    .pluck();
  const end = db.prepare(`UPDATE activation SET endedAt = ?, endReason = 'deactivated' WHERE id = ?`);
  const free = db.prepare('DELETE FROM activationVariable WHERE activation = ?');
  const advance = db.prepare('UPDATE session SET generation = generation + 1 WHERE id = ?');

  for (const { session, secret, caller, action, at } of tombstones) {
    const activation = find.get(session, secret);
    if (activation === undefined) continue;
    const entry = {
      action: 'session.deactivate',
      target: `${session} ${secret}`,
      detail: { recordedLate: true, revokedBy: caller, revokedAs: action, revokedAt: at },
    };
    act({ kind: 'daemon' }, entry, () => {
      end.run(clock.now(), activation);
      free.run(activation);
      advance.run(session);
    });
  }
}
