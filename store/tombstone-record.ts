/** Records late what tombstones say was revoked: ends those activations, tokens and sandboxes, with an audit entry each. Decides nothing. */

import type { Clock, Context } from './context.js';
import type { Database } from './database.js';
import { type Tombstone, WHOLE } from './tombstones.js';

/** Does nothing, and writes nothing, for what has ended already. */
export function recordTombstones(db: Database, clock: Clock, act: Context['act'], tombstones: Tombstone[]): void {
  const find = db
    .prepare<[string, string], number>('SELECT id FROM activation WHERE session = ? AND secret = ? AND endedAt IS NULL')
    .pluck();
  const end = db.prepare(`UPDATE activation SET endedAt = ?, endReason = 'deactivated' WHERE id = ?`);
  const free = db.prepare('DELETE FROM activationVariable WHERE activation = ?');
  const advance = db.prepare('UPDATE session SET generation = generation + 1 WHERE id = ?');
  const token = {
    action: 'token.revoke',
    live: db.prepare<[string], number>('SELECT 1 FROM token WHERE id = ? AND revokedAt IS NULL').pluck(),
    end: db.prepare('UPDATE token SET revokedAt = ? WHERE id = ?'),
  };
  const sandbox = {
    action: 'sandbox.end',
    live: db.prepare<[string], number>('SELECT 1 FROM sandbox WHERE id = ? AND endedAt IS NULL').pluck(),
    end: db.prepare(`UPDATE sandbox SET endedAt = ?, endReason = 'deleted' WHERE id = ?`),
  };

  for (const { session, secret, caller, action, at } of tombstones) {
    if (secret === WHOLE) {
      const whole = session.startsWith('tok_') ? token : sandbox;
      if (whole.live.get(session) === undefined) continue;
      const detail = { recordedLate: true, revokedBy: caller, revokedAs: action, revokedAt: at };
      const entry = { action: whole.action, target: session, detail };
      act({ kind: 'daemon' }, entry, () => whole.end.run(clock.now(), session));
      continue;
    }
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
