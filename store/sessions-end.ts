/** Ends of sessions: all that goes with one, and who is due by TTL, idle time or an expired secret. Authorises nobody. */

import { activationsOf, endActivations } from './activations-rows.js';
import type { Context } from './context.js';
import { passed } from './deadline.js';
import { StoreError } from './errors.js';
import { targetOf } from './policy.js';
import { closeRequestsOf } from './requests-rows.js';
import { bump, type StoredSession, sessionById } from './sessions-rows.js';
import { sql } from './statements.js';
import { WHOLE } from './tombstones.js';
import type { Millis, SandboxId, SecretId, SessionId, TokenId } from './types.js';

/** Everything that goes with a session's end. Call inside an act; does nothing to one that has ended. */
export function endSession(context: Context, id: SessionId, reason: string): void {
  const now = context.clock.now();
  const text =
    'UPDATE session SET endedAt = ?, endReason = ?, generation = generation + 1 WHERE id = ? AND endedAt IS NULL';
  if (sql(context.db, text).run(now, reason, id).changes === 0) return;
  endActivations(context, id, 'session');
  closeRequestsOf(context, id);
  const sandboxes = `UPDATE sandbox SET endedAt = ?, endReason = 'session' WHERE session = ? AND endedAt IS NULL`;
  sql(context.db, sandboxes).run(now, id);
  sql(context.db, 'UPDATE token SET revokedAt = ? WHERE session = ? AND revokedAt IS NULL').run(now, id);
}

/** Sandboxes that go with a session, also those that its end has ended: whoever ends it twice waits for the same containers. */
export function sandboxesOf(context: Context, session: SessionId): SandboxId[] {
  const text = `SELECT id FROM sandbox b WHERE session = ? AND (endedAt IS NULL OR endReason = 'session'
    OR EXISTS (SELECT 1 FROM container c WHERE c.sandbox = b.id AND c.endedAt IS NULL)) ORDER BY id`;
  const rows = sql(context.db, text).all(session) as { id: SandboxId }[];
  return rows.map(({ id }) => id);
}

/** What a revocation of everything in a session names. */
export function pairsOf(context: Context, session: SessionId): { session: string; secret: string }[] {
  return activationsOf(context, session).map(({ secret }) => ({ session, secret: secret.id }));
}

/** What the end of a session names: its activations, and the tokens that die with it. */
export function endPairsOf(context: Context, session: SessionId): { session: string; secret: string }[] {
  const text = 'SELECT id FROM token WHERE session = ? AND revokedAt IS NULL';
  const tokens = sql(context.db, text).all(session) as { id: TokenId }[];
  return [...pairsOf(context, session), ...tokens.map(({ id }) => ({ session: id, secret: WHOLE }))];
}

/** When a live session `n` has been idle for too long; null: never, as while a sandbox that is never idle is in it. */
const IDLE_AT = `CASE WHEN n.idle IS NULL
    OR EXISTS (SELECT 1 FROM sandbox b WHERE b.session = n.id AND b.endedAt IS NULL AND b.idle IS NULL) THEN NULL
  ELSE max(n.lastUsedAt, coalesce((SELECT max(b.lastExecAt) FROM sandbox b WHERE b.session = n.id), 0)) + n.idle END`;

/** Every time at which something of a live session is due, on the wall clock; of the other boot only the wall clock counts. */
const DUE = `SELECT n.id AS session, n.until AS at FROM session n WHERE n.endedAt IS NULL AND n.until IS NOT NULL
  UNION ALL SELECT n.id, n.untilBoot - @boot + @now FROM session n WHERE n.endedAt IS NULL AND n.bootId = @bootId
  UNION ALL SELECT n.id, ${IDLE_AT} FROM session n WHERE n.endedAt IS NULL AND n.idle IS NOT NULL
  UNION ALL SELECT a.session, a.until FROM activation a WHERE a.endedAt IS NULL AND a.until IS NOT NULL
  UNION ALL SELECT a.session, a.untilBoot - @boot + @now FROM activation a WHERE a.endedAt IS NULL AND a.bootId = @bootId
  UNION ALL SELECT a.session, s.expiresAt FROM secret s JOIN activation a ON a.secret = s.id
    WHERE s.expiresAt IS NOT NULL AND s.deletedAt IS NULL AND a.endedAt IS NULL`;

function moment({ clock }: Context) {
  return { now: clock.now(), boot: clock.boot(), bootId: clock.bootId() };
}

/** When the next thing is due, on the wall clock; null: nothing. */
export function nextDue(context: Context): Millis | null {
  const row = sql(context.db, `SELECT min(at) AS at FROM (${DUE})`).get(moment(context));
  return (row as { at: Millis | null }).at;
}

/** Sessions in which something is due, and whether it is the session itself that is idle for too long. */
function dueSessions(context: Context): { id: SessionId; idleAt: Millis | null }[] {
  const text = `SELECT n.id, ${IDLE_AT} AS idleAt FROM session n
    WHERE n.id IN (SELECT session FROM (${DUE}) WHERE at <= @now) ORDER BY n.id`;
  return sql(context.db, text).all(moment(context)) as { id: SessionId; idleAt: Millis | null }[];
}

/** Ends what is due. A revocation that cannot be recorded is in force all the same, and counts as done here. */
export function expireDue(context: Context): { sessions: SessionId[]; sandboxes: SandboxId[] } {
  const daemon = { kind: 'daemon' } as const;
  const sessions: SessionId[] = [];
  const sandboxes: SandboxId[] = [];
  for (const { id, idleAt } of dueSessions(context)) {
    const session = sessionById(context, id);
    const ttl = passed(context.clock, session);
    if (ttl || (idleAt !== null && idleAt <= context.clock.now())) {
      const reason = ttl ? 'ttl' : 'idle';
      const entry = { action: 'session.expire', target: targetOf(session), detail: { reason } };
      inForceAnyway(() =>
        context.revoke(
          daemon,
          entry,
          () => endPairsOf(context, session.id),
          () => endSession(context, session.id, reason),
        ),
      );
      sessions.push(session.id);
      sandboxes.push(...sandboxesOf(context, session.id));
    } else if (expireActivations(context, session)) sessions.push(session.id);
  }
  return { sessions, sandboxes };
}

/** Ends activations whose time, or whose secret's time, has passed. true: there were some. */
function expireActivations(context: Context, session: StoredSession): boolean {
  const now = context.clock.now();
  const due = activationsOf(context, session.id).filter(
    (row) => passed(context.clock, row) || (row.secret.expiresAt !== null && row.secret.expiresAt <= now),
  );
  if (due.length === 0) return false;
  const ids = new Set<SecretId>(due.map(({ secret }) => secret.id));
  const detail = { off: due.map(({ secret }) => secret.name), reason: 'expired' };
  const entry = { action: 'session.deactivate', target: targetOf(session), detail };
  const pairs = () => due.map(({ secret }) => ({ session: session.id, secret: secret.id }));
  inForceAnyway(() =>
    context.revoke({ kind: 'daemon' }, entry, pairs, () => {
      if (endActivations(context, session.id, 'expired', ids) > 0) bump(context, [session.id]);
    }),
  );
  return true;
}

function inForceAnyway(revoke: () => void): void {
  try {
    revoke();
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'REVOKED_NOT_RECORDED')) throw error;
  }
}
