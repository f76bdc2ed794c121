/** Rows of sessions as objects, found by name or id within a caller's reach, and their generation. Decides nothing about time. */

import type { Context } from './context.js';
import { type Deadline, passed } from './deadline.js';
import { StoreError } from './errors.js';
import { type Action, authorize, reaches, refuseAs, targetOf } from './policy.js';
import { quote } from './problems.js';
import { sql } from './statements.js';
import type { Caller, Session, SessionId } from './types.js';

/** A session with what only the vault needs of it. */
export interface StoredSession extends Session, Deadline {
  /** As asked for: what a get-or-create compares. */
  settings: SessionSettings;
}
/** Settings of a session with every default filled in; `ttl` as asked for. */
export interface SessionSettings {
  environment: string | null;
  ttl: number | null;
  idle: number | null;
  onResume: Session['onResume'];
  delivery: Session['delivery'];
}

const COLUMNS = `n.id, n.name, n.environment, n.owner, n.onResume, n.delivery, n.settings, n.until, n.untilBoot, n.bootId,
  n.idle, n.lastUsedAt, n.generation, n.createdAt, n.endedAt, n.endReason`;

export function toStoredSession(row: unknown): StoredSession {
  const { settings, ...rest } = row as Omit<StoredSession, 'settings' | 'state'> & { settings: string };
  const state = rest.endedAt === null ? 'live' : 'ended';
  return { ...rest, state, settings: JSON.parse(settings) as SessionSettings };
}

/** Without what only the vault needs. */
export function publicSession(stored: StoredSession): Session {
  const { settings: _settings, untilBoot: _untilBoot, bootId: _bootId, ...session } = stored;
  return session;
}

export function sessionById(context: Context, id: SessionId): StoredSession {
  return toStoredSession(sql(context.db, `SELECT ${COLUMNS} FROM session n WHERE n.id = ?`).get(id));
}

/** Live sessions and, by id, ended ones. `ended`: also the last ended one of that name, for an end that is asked for twice. */
export function lookUpSession(context: Context, name: string, ended = false): StoredSession | undefined {
  const all = `SELECT ${COLUMNS} FROM session n`;
  const row = name.startsWith('ses_')
    ? sql(context.db, `${all} WHERE n.id = ?`).get(name)
    : (sql(context.db, `${all} WHERE n.name = ? AND n.endedAt IS NULL`).get(name) ??
      (ended ? sql(context.db, `${all} WHERE n.name = ? ORDER BY n.id DESC LIMIT 1`).get(name) : undefined));
  return row === undefined ? undefined : toStoredSession(row);
}

/** Authorises and finds. Unknown ones and those of others: SESSION_NOT_FOUND; by id an ended one may be found. */
export function reachSession(
  context: Context,
  caller: Caller,
  action: Action,
  name: string,
  options: { ended?: boolean } = {},
): StoredSession {
  authorize(context, caller, action, name);
  const session = lookUpSession(context, name, options.ended);
  if (session === undefined) {
    const last = lookUpSession(context, name, true);
    throw noSession(name, last !== undefined && reaches(caller, last) ? last : undefined);
  }
  if (!reaches(caller, session)) refuseAs(context, caller, action, targetOf(session), noSession(name));
  return session;
}

/** As `reachSession`, for what only a live session can do; SESSION_ENDED. */
export function reachLiveSession(context: Context, caller: Caller, action: Action, name: string): StoredSession {
  const session = reachSession(context, caller, action, name);
  if (session.state === 'live' && !passed(context.clock, session)) return session;
  const todo = 'Open another one: `ampoule session new`';
  throw new StoreError(
    'SESSION_ENDED',
    `The session ${session.name} has ended (${session.endReason ?? 'ttl'}). ${todo}.`,
  );
}

/** @param last one of this name that has ended, where the caller may know of it */
export function noSession(name: string, last?: Pick<Session, 'endReason'>): StoreError {
  const ended = last === undefined ? '' : `; the last one of this name has ended (${last.endReason ?? 'ttl'})`;
  const todo = last === undefined ? '`ampoule session ls`' : '`ampoule session ls --ended`';
  return new StoreError('SESSION_NOT_FOUND', `No live session is called ${quote(name)}${ended}. Run ${todo}.`);
}

/** Moves the generation on: the wanted environment is another now. Call inside an act. */
export function bump(context: Context, sessions: Iterable<SessionId>): void {
  const text = 'UPDATE session SET generation = generation + 1 WHERE id = ?';
  for (const id of sessions) sql(context.db, text).run(id);
}

/** Moves the idle clock. Call inside an act. */
export function used(context: Context, session: SessionId): void {
  sql(context.db, 'UPDATE session SET lastUsedAt = ? WHERE id = ? AND endedAt IS NULL').run(
    context.clock.now(),
    session,
  );
}

/** Inserts the row of a session that was drafted. */
export function insertSession(context: Context, session: StoredSession): void {
  const text = `INSERT INTO session (id, name, environment, owner, onResume, delivery, settings, until, untilBoot, bootId,
      idle, lastUsedAt, generation, createdAt)
    VALUES (@id, @name, @environment, @owner, @onResume, @delivery, @settings, @until, @untilBoot, @bootId,
      @idle, @lastUsedAt, @generation, @createdAt)`;
  const { state: _state, endedAt: _endedAt, endReason: _endReason, ...row } = session;
  sql(context.db, text).run({ ...row, settings: JSON.stringify(session.settings) });
}
