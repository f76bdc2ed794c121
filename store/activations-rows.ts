/** Rows of activations: what is active in a session, and the writes that begin and end it. Checks nothing and authorises nobody. */

import type { Context } from './context.js';
import { type Deadline, passed } from './deadline.js';
import { SECRET_COLUMNS, type StoredSecret, toStoredSecret } from './secrets-rows.js';
import { sql } from './statements.js';
import type { RequestId, SecretId, SessionId } from './types.js';

/** A live activation with its secret. */
export interface Activation extends Deadline {
  id: number;
  session: SessionId;
  secret: StoredSecret;
  confirmedBy: string;
  lapsedAt: number | null;
  /** Variable it has in the session; of a lapsed one the variable that was chosen for it, if any. */
  env: string | null;
}

/** Live activations of a session, lapsed ones too, by the secret's name. */
export function activationsOf(context: Context, session: SessionId): Activation[] {
  const text = `SELECT ${SECRET_COLUMNS}, a.id AS activation, a.confirmedBy, a.until, a.untilBoot, a.bootId, a.lapsedAt,
      v.env AS variable
    FROM activation a JOIN secret s ON s.id = a.secret LEFT JOIN activationVariable v ON v.activation = a.id
    WHERE a.session = ? AND a.endedAt IS NULL ORDER BY s.name`;
  return sql(context.db, text)
    .all(session)
    .map((row) => toActivation(session, row));
}

type Joined = Omit<Activation, 'id' | 'session' | 'secret' | 'env'> & { activation: number; variable: string | null };

function toActivation(session: SessionId, row: unknown): Activation {
  const { activation, confirmedBy, until, untilBoot, bootId, lapsedAt, variable, ...secret } = row as Joined;
  return {
    ...{ id: activation, session, secret: toStoredSecret(secret), confirmedBy, until, untilBoot, bootId, lapsedAt },
    env: variable,
  };
}

/** true: its secret reaches sandboxes now. */
export function inForce(context: Context, activation: Activation): activation is Activation & { env: string } {
  const { secret, env } = activation;
  if (activation.lapsedAt !== null || env === null || secret.currentVersion === null) return false;
  if (secret.expiresAt !== null && secret.expiresAt <= context.clock.now()) return false;
  return !passed(context.clock, activation) && !context.entombed(activation.session, secret.id);
}

/** Ends live activations of a session: those of `secrets`, or all. Returns how many were active and are not any more. */
export function endActivations(
  context: Context,
  session: SessionId,
  reason: string,
  secrets?: ReadonlySet<SecretId>,
): number {
  let ended = 0;
  for (const activation of activationsOf(context, session)) {
    if (secrets !== undefined && !secrets.has(activation.secret.id)) continue;
    dropVariables(context, activation.id);
    const text = 'UPDATE activation SET endedAt = ?, endReason = ? WHERE id = ?';
    sql(context.db, text).run(context.clock.now(), reason, activation.id);
    if (activation.lapsedAt === null) ended += 1;
  }
  return ended;
}

/** Lapses what is active in a session. Returns how many it were. Chosen variables stay known, and keep nobody else from them. */
export function lapseActivations(context: Context, session: SessionId): number {
  sql(context.db, 'DELETE FROM activationVariable WHERE session = ? AND own = 0').run(session);
  const text = 'UPDATE activation SET lapsedAt = ? WHERE session = ? AND endedAt IS NULL AND lapsedAt IS NULL';
  return sql(context.db, text).run(context.clock.now(), session).changes;
}

export function dropVariables(context: Context, activation: number): void {
  sql(context.db, 'DELETE FROM activationVariable WHERE activation = ?').run(activation);
}

/** What an activation is to be from now on. */
export interface Intended extends Deadline {
  secret: StoredSecret;
  env: string;
  /** The live row that it continues or takes up again. */
  existing: Activation | undefined;
  confirmedBy: string;
  requestId: RequestId | null;
}

/** Writes an activation and its variable. Variables of active ones that stand in its way are dropped before. */
export function putActivation(context: Context, session: SessionId, intended: Intended): void {
  const { secret, env, existing, confirmedBy, requestId, until, untilBoot, bootId } = intended;
  const common = [confirmedBy, requestId, context.clock.now(), until, untilBoot, bootId];
  let id: number | bigint;
  if (existing === undefined) {
    const text = `INSERT INTO activation (confirmedBy, requestId, activatedAt, until, untilBoot, bootId, session, secret)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
    id = sql(context.db, text).run(...common, session, secret.id).lastInsertRowid;
  } else {
    const text = `UPDATE activation SET confirmedBy = ?, requestId = ?, activatedAt = ?, until = ?, untilBoot = ?,
      bootId = ?, lapsedAt = NULL WHERE id = ?`;
    sql(context.db, text).run(...common, existing.id);
    id = existing.id;
  }
  const lapsed = `DELETE FROM activationVariable WHERE session = ? AND env = ?
    AND activation IN (SELECT id FROM activation WHERE lapsedAt IS NOT NULL)`;
  sql(context.db, lapsed).run(session, env);
  const text = 'INSERT INTO activationVariable (session, env, activation, own) VALUES (?, ?, ?, ?)';
  sql(context.db, text).run(session, env, id, env === secret.env ? 0 : 1);
}
