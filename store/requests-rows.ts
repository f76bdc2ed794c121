/** Rows of requests as objects, and the writes that make and close one. Checks nothing and authorises nobody. */

import type { Context } from './context.js';
import { sql } from './statements.js';
import type { ActivationRequest, RequestedSecret, RequestId, RequestState, SecretId, SessionId } from './types.js';

/** A request with what only the vault needs of it. */
export type StoredRequest = ActivationRequest & { sessionOwner: string | null };

const COLUMNS = `r.id, r.session, n.name AS sessionName, n.owner AS sessionOwner, r.action, r.askedBy, r.token, r.reason, r.text,
  r.ttl, r.acrossEnvironments, r.createdAt, r.expiresAt, r.state, r.decidedBy, r.decidedAt, r.answer, r.grantedTtl,
  (SELECT json_group_array(json_object('secret', q.secret, 'name', s.name, 'as', q.env, 'granted', q.granted))
    FROM (SELECT * FROM requestSecret WHERE request = r.id) q JOIN secret s ON s.id = q.secret) AS secrets`;
const FROM = 'FROM request r JOIN session n ON n.id = r.session';

function toRequest(row: unknown): StoredRequest {
  const { secrets, acrossEnvironments, ...rest } = row as Omit<StoredRequest, 'secrets' | 'acrossEnvironments'> & {
    secrets: string;
    acrossEnvironments: number;
  };
  const items = (JSON.parse(secrets) as (Omit<RequestedSecret, 'granted'> & { granted: number | null })[])
    .map((one) => ({ ...one, granted: one.granted === null ? null : one.granted === 1 }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { ...rest, acrossEnvironments: acrossEnvironments === 1, secrets: items };
}

/** Without what only the vault needs. */
export function publicRequest({ sessionOwner: _owner, ...request }: StoredRequest): ActivationRequest {
  return request;
}

export function lookUpRequest(context: Context, id: string): StoredRequest | undefined {
  const row = sql(context.db, `SELECT ${COLUMNS} ${FROM} WHERE r.id = ?`).get(id);
  return row === undefined ? undefined : toRequest(row);
}

export interface RequestQuery {
  state: RequestState | null;
  session: SessionId | null;
  /** Only of sessions that this token made. */
  owner: string | null;
  after: string | null;
  rows: number;
}

/** Newest first. */
export function listRequests(context: Context, query: RequestQuery): StoredRequest[] {
  const text = `SELECT ${COLUMNS} ${FROM} WHERE (@after IS NULL OR r.id < @after) AND (@state IS NULL OR r.state = @state)
    AND (@session IS NULL OR r.session = @session) AND (@owner IS NULL OR n.owner = @owner)
    ORDER BY r.id DESC LIMIT @rows`;
  return sql(context.db, text).all(query).map(toRequest);
}

/** Those of a session that wait for a decision. */
export function pendingIn(context: Context, session: SessionId): StoredRequest[] {
  const text = `SELECT ${COLUMNS} ${FROM} WHERE r.session = ? AND r.state = 'pending' ORDER BY r.id`;
  return sql(context.db, text).all(session).map(toRequest);
}

export function countPending(context: Context): number {
  const row = sql(context.db, "SELECT count(*) AS n FROM request WHERE state = 'pending'").get() as { n: number };
  return row.n;
}

/** Pending ones whose time has passed. */
export function overdueRequests(context: Context): StoredRequest[] {
  const text = `SELECT ${COLUMNS} ${FROM} WHERE r.state = 'pending' AND r.expiresAt <= ? ORDER BY r.id`;
  return sql(context.db, text).all(context.clock.now()).map(toRequest);
}

export type RequestRow = Omit<
  StoredRequest,
  'sessionName' | 'sessionOwner' | 'state' | 'decidedBy' | 'decidedAt' | 'answer' | 'grantedTtl' | 'secrets'
>;

/** A pending one. Call inside an act. */
export function insertRequest(
  context: Context,
  row: RequestRow,
  secrets: { secret: SecretId; as: string | null }[],
): void {
  const text = `INSERT INTO request (id, session, action, askedBy, token, reason, text, ttl, acrossEnvironments, createdAt,
      expiresAt, state)
    VALUES (@id, @session, @action, @askedBy, @token, @reason, @text, @ttl, @acrossEnvironments, @createdAt,
      @expiresAt, 'pending')`;
  sql(context.db, text).run({ ...row, acrossEnvironments: row.acrossEnvironments ? 1 : 0 });
  for (const { secret, as } of secrets)
    sql(context.db, 'INSERT INTO requestSecret (request, secret, env) VALUES (?, ?, ?)').run(row.id, secret, as);
}

export interface Closing {
  state: Exclude<RequestState, 'pending'>;
  by: string;
  answer?: string;
  ttl?: number;
  /** Approved of what was asked; none else. */
  granted?: ReadonlySet<SecretId>;
}

/** Closes a pending one. Call inside an act. */
export function closeRequest(context: Context, id: RequestId, { state, by, answer, ttl, granted }: Closing): void {
  const text = `UPDATE request SET state = @state, decidedBy = @by, decidedAt = @now, answer = @answer, grantedTtl = @ttl
    WHERE id = @id AND state = 'pending'`;
  const now = context.clock.now();
  const { changes } = sql(context.db, text).run({ id, state, by, now, answer: answer ?? null, ttl: ttl ?? null });
  if (changes === 0) return;
  const secrets = sql(context.db, 'SELECT secret FROM requestSecret WHERE request = ?').all(id) as {
    secret: SecretId;
  }[];
  for (const { secret } of secrets)
    sql(context.db, 'UPDATE requestSecret SET granted = ? WHERE request = ? AND secret = ?').run(
      granted?.has(secret) === true ? 1 : 0,
      ...[id, secret],
    );
}

/** Those of a session that ends. Call inside its act. */
export function closeRequestsOf(context: Context, session: SessionId): void {
  for (const { id } of pendingIn(context, session))
    closeRequest(context, id, { state: 'expired', by: 'daemon', answer: 'The session ended.' });
}
