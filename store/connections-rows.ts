/** Rows of connections as objects, found by id or by their secret's name, and changed. Authorises nothing, opens no value. */

import type { Connection, ConnectionId, ConnectionProblem } from './connection-types.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { quote } from './problems.js';
import { sql } from './statements.js';

/** A connection with what only the vault needs of it. */
export interface StoredConnection extends Connection {
  /** Its refresh token may have been used. */
  spent: boolean;
}

type Columns = Omit<StoredConnection, 'scopes' | 'granted' | 'problem' | 'secretName' | 'spent'> & {
  scopes: string;
  granted: string;
  spent: number;
  problemCode: string | null;
  problemMessage: string | null;
  problemAt: number | null;
};

const ROWS = 'SELECT c.*, s.name AS secretName FROM connection c LEFT JOIN secret s ON s.id = c.secret';

function toConnection(row: unknown): StoredConnection {
  const { scopes, granted, spent, problemCode, problemMessage, problemAt, ...rest } = row as Columns &
    Pick<Connection, 'secretName'>;
  const problem =
    problemCode === null ? null : { code: problemCode, message: problemMessage ?? '', at: problemAt ?? 0 };
  return {
    ...rest,
    scopes: JSON.parse(scopes) as string[],
    granted: JSON.parse(granted) as string[],
    spent: spent === 1,
    problem,
  };
}

/** Without what only the vault needs. */
export function publicConnection({ spent: _spent, ...connection }: StoredConnection): Connection {
  return connection;
}

/** By id, also one that ended; CONNECTION_NOT_FOUND. */
export function connectionById(context: Context, id: string): StoredConnection {
  const row = sql(context.db, `${ROWS} WHERE c.id = ?`).get(id);
  if (row !== undefined) return toConnection(row);
  throw notFound(id);
}

/** By id, or by the name of the secret that it keeps fresh or that it was disconnected from. CONNECTION_NOT_FOUND. */
export function findConnection(context: Context, name: string): StoredConnection {
  if (name.startsWith('con_')) return connectionById(context, name);
  const text = `${ROWS} WHERE s.name = ? AND c.state IN ('connected', 'reauthorize', 'disconnecting')
    ORDER BY c.state = 'disconnecting', c.id DESC LIMIT 1`;
  const row = sql(context.db, text).get(name);
  if (row !== undefined) return toConnection(row);
  throw notFound(name);
}

/** The one that keeps this secret fresh, or did until a person had to sign in again. */
export function connectionOf(context: Context, secret: string): StoredConnection | undefined {
  const row = sql(context.db, `${ROWS} WHERE c.secret = ? AND c.state IN ('connected', 'reauthorize')`).get(secret);
  return row === undefined ? undefined : toConnection(row);
}

/** Newest first, those before `before`, without those that ended. */
export function liveConnections(context: Context, before: string | null, limit: number): StoredConnection[] {
  const text = `${ROWS} WHERE c.state <> 'ended' AND (@before IS NULL OR c.id < @before) ORDER BY c.id DESC LIMIT @limit`;
  return sql(context.db, text).all({ before, limit }).map(toConnection);
}

/** Those of which a refresh was begun, and no end is known. */
export function refreshingConnections(context: Context): StoredConnection[] {
  return sql(context.db, `${ROWS} WHERE c.refreshingSince IS NOT NULL ORDER BY c.id`).all().map(toConnection);
}

/** Writes these columns. Call inside an act. */
export function changeConnection(context: Context, id: ConnectionId, columns: Partial<Columns>): void {
  const names = Object.keys(columns).sort();
  const text = `UPDATE connection SET ${names.map((name) => `${name} = @${name}`).join(', ')} WHERE id = @id`;
  sql(context.db, text).run({ ...columns, id });
}

/** The columns of a problem; of none they are empty. */
export function problemColumns(
  context: Context,
  problem: Omit<ConnectionProblem, 'at'> | null,
): Pick<Columns, 'problemCode' | 'problemMessage' | 'problemAt'> {
  if (problem === null) return { problemCode: null, problemMessage: null, problemAt: null };
  return { problemCode: problem.code, problemMessage: problem.message, problemAt: context.clock.now() };
}

/** How an audit entry calls it: id, provider, and account once it is known. */
export function connectionTarget({ id, provider, account }: Pick<Connection, 'id' | 'provider' | 'account'>): string {
  return `${id} ${provider}${account === null ? '' : `@${account}`}`;
}

function notFound(name: string): StoreError {
  return new StoreError('CONNECTION_NOT_FOUND', `No connection is called ${quote(name)}. Run \`ampoule connections\`.`);
}
