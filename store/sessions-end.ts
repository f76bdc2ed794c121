/** Ends of sessions: all that goes with one, and who is due by TTL, idle time or an expired secret. Authorises nobody. */

import { activationsOf, endActivations } from './activations-rows.js';
import type { Context } from './context.js';
import { passed, remaining } from './deadline.js';
import { StoreError } from './errors.js';
import { targetOf } from './policy.js';
import { bump, type StoredSession, toStoredSession } from './sessions-rows.js';
import { sql } from './statements.js';
import type { Millis, SandboxId, SecretId, SessionId } from './types.js';

/** Everything that goes with a session's end. Call inside an act; does nothing to one that has ended. */
export function endSession(context: Context, id: SessionId, reason: string): void {
  const now = context.clock.now();
  const text =
    'UPDATE session SET endedAt = ?, endReason = ?, generation = generation + 1 WHERE id = ? AND endedAt IS NULL';
  if (sql(context.db, text).run(now, reason, id).changes === 0) return;
  endActivations(context, id, 'session');
  const sandboxes = `UPDATE sandbox SET endedAt = ?, endReason = 'session' WHERE session = ? AND endedAt IS NULL`;
  sql(context.db, sandboxes).run(now, id);
  sql(context.db, 'UPDATE token SET revokedAt = ? WHERE session = ? AND revokedAt IS NULL').run(now, id);
}

/** Sandboxes of a session, ended ones too: whoever ends a session twice waits for the same containers. */
export function sandboxesOf(context: Context, session: SessionId): SandboxId[] {
  const rows = sql(context.db, 'SELECT id FROM sandbox WHERE session = ? ORDER BY id').all(session) as {
    id: SandboxId;
  }[];
  return rows.map(({ id }) => id);
}

/** What a revocation of everything in a session names. */
export function pairsOf(context: Context, session: SessionId): { session: string; secret: string }[] {
  return activationsOf(context, session).map(({ secret }) => ({ session, secret: secret.id }));
}

/** A live session and the milliseconds until its idle time runs out; null: never, or a sandbox that is never idle keeps it. */
const IDLE_LEFT = `CASE WHEN n.idle IS NULL
    OR EXISTS (SELECT 1 FROM sandbox b WHERE b.session = n.id AND b.endedAt IS NULL AND b.idle IS NULL) THEN NULL
  ELSE max(n.lastUsedAt, coalesce((SELECT max(b.lastExecAt) FROM sandbox b WHERE b.session = n.id), 0)) + n.idle END`;

interface Live {
  session: StoredSession;
  /** Time at which it is idle for too long. */
  idleAt: Millis | null;
}

function liveSessions(context: Context): Live[] {
  const text = `SELECT n.*, ${IDLE_LEFT} AS idleAt FROM session n WHERE n.endedAt IS NULL`;
  return sql(context.db, text)
    .all()
    .map((row) => {
      const { idleAt, ...session } = row as { idleAt: Millis | null };
      return { session: toStoredSession(session), idleAt };
    });
}

/** Ends what is due. A revocation that cannot be recorded is in force all the same, and counts as done here. */
export function expireDue(context: Context): { sessions: SessionId[]; sandboxes: SandboxId[] } {
  const daemon = { kind: 'daemon' } as const;
  const sessions: SessionId[] = [];
  const sandboxes: SandboxId[] = [];
  for (const { session, idleAt } of liveSessions(context)) {
    const ttl = passed(context.clock, session);
    if (ttl || (idleAt !== null && idleAt <= context.clock.now())) {
      const reason = ttl ? 'ttl' : 'idle';
      const entry = { action: 'session.expire', target: targetOf(session), detail: { reason } };
      inForceAnyway(() =>
        context.revoke(
          daemon,
          entry,
          () => pairsOf(context, session.id),
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

/** When the next thing is due, on the wall clock; null: nothing. */
export function nextDue(context: Context): Millis | null {
  const now = context.clock.now();
  const due: Millis[] = [];
  const later = (left: Millis | null) => {
    if (left !== null) due.push(now + left);
  };
  for (const { session, idleAt } of liveSessions(context)) {
    later(remaining(context.clock, session));
    if (idleAt !== null) due.push(idleAt);
    for (const row of activationsOf(context, session.id)) {
      later(remaining(context.clock, row));
      if (row.secret.expiresAt !== null) due.push(row.secret.expiresAt);
    }
  }
  return due.length === 0 ? null : Math.min(...due);
}
