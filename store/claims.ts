/** Secrets that want a variable in a session, each with how it stands there and how that came about. Reads only, opens no value by itself. */

import { within } from './activations-fit.js';
import { type Activation, activationsOf, inForce } from './activations-rows.js';
import { allowsSecret } from './allowance.js';
import { connectionOf } from './connections-rows.js';
import type { Context } from './context.js';
import type { Claim, Taken } from './diagnosis-types.js';
import { followersOf } from './followers.js';
import { reaches } from './policy.js';
import { allSecrets, type StoredSecret } from './secrets-rows.js';
import { sql } from './statements.js';
import type {
  Caller,
  Millis,
  RequestId,
  Sandbox,
  SecretId,
  Session,
  SessionId,
  TokenId,
  WantedValue,
} from './types.js';
import { openVersion } from './versions.js';

/** Audit entries that are looked through for who took something away, newest first. */
const LOOKED_THROUGH = 100_000;

/** A live sandbox with what it is given now. */
export interface Place {
  sandbox: Sandbox;
  given: readonly Pick<WantedValue, 'secret' | 'env'>[];
}

/** A registered secret with its live activation in one session. */
export interface Standing {
  secret: StoredSecret;
  row: Activation | undefined;
}

/**
 * Every registered secret that the caller may know of, as it stands in the session. What costs a query each is in `claimOf`.
 * As in the toggle table, a launcher sees what it may activate and what is there.
 */
export function standing(context: Context, caller: Caller, session: Pick<Session, 'id'>): Standing[] {
  const live = new Map(activationsOf(context, session.id).map((row) => [row.secret.id, row]));
  return allSecrets(context)
    .map((secret) => ({ secret, row: live.get(secret.id) }))
    .filter(
      ({ secret, row }) =>
        caller.kind !== 'launcher' ||
        allowsSecret(caller.allow, secret) ||
        (row !== undefined && (row.lapsedAt !== null || inForce(context, row))),
    );
}

/** true: the secret has the variable in this session or one of its sandboxes, or would have it. */
export function wants(variable: string, { secret, row }: Standing, sandboxes: Sandbox[]): boolean {
  if (secret.env === variable || row?.env === variable) return true;
  if (followersOf({ secret, env: row?.env ?? secret.env }).includes(variable)) return true;
  return sandboxes.some(({ as }) => Object.hasOwn(as, secret.name) && as[secret.name] === variable);
}

export function claimOf(
  context: Context,
  caller: Caller,
  session: Session,
  { secret, row }: Standing,
  sandboxes: readonly Place[],
): Claim {
  const active = session.state === 'live' && row !== undefined && inForce(context, row);
  const variable = row?.env ?? secret.env;
  const { currentVersion: version } = secret;
  return {
    secret: secret.id,
    ...pick(secret),
    ...{ variable, version, active, leaked: secret.leakedAt !== null },
    connection: connectionPart(context, secret.id),
    versionAt: version === null ? null : versionAt(context, secret.id, version),
    activation: row === undefined ? null : activationPart(context, row),
    taken: active || row !== undefined ? null : takenFrom(context, session.id, secret),
    elsewhere: elsewhere(context, caller, session.id, secret.id),
    followers: followersOf({ secret, env: variable }),
    sandboxes: sandboxes.map(({ sandbox, given }) => {
      const own = within(sandbox, [{ secret, env: variable }])[0]?.env ?? null;
      const also = given.filter((value) => value.secret === secret.id && value.env !== own).map(({ env }) => env);
      return { id: sandbox.id, name: sandbox.name, variable: own, also };
    }),
    open: active && version !== null ? () => openVersion(context, secret, version) : null,
  };
}

function pick({
  name,
  env,
  provider,
  account,
  environment,
  as,
  path,
  sensitive,
  expiresAt,
  rotateEvery,
}: StoredSecret) {
  return { name, env, provider, account, environment, as, path, sensitive, expiresAt, rotateEvery };
}

function connectionPart(context: Context, secret: SecretId): Claim['connection'] {
  const found = connectionOf(context, secret);
  if (found === undefined) return null;
  const { id, provider, account, base, state, problem, failures } = found;
  return { id, provider, account, base, state, problem, failures };
}

function versionAt(context: Context, secret: SecretId, version: number): Millis | null {
  const text = 'SELECT createdAt FROM secretVersion WHERE secret = ? AND version = ?';
  return (sql(context.db, text).get(secret, version) as { createdAt: Millis } | undefined)?.createdAt ?? null;
}

function activationPart(context: Context, row: Activation): NonNullable<Claim['activation']> {
  const text = 'SELECT activatedAt, requestId FROM activation WHERE id = ?';
  const { activatedAt, requestId } = sql(context.db, text).get(row.id) as {
    activatedAt: Millis;
    requestId: RequestId | null;
  };
  return { by: row.confirmedBy, at: activatedAt, request: requestId, until: row.until, lapsedAt: row.lapsedAt };
}

/** The newest activation that is over, with who ended it as the audit tells. */
function takenFrom(context: Context, session: SessionId, secret: StoredSecret): Taken | null {
  const text = `SELECT endedAt AS at, endReason AS reason FROM activation
    WHERE session = ? AND secret = ? AND endedAt IS NOT NULL ORDER BY endedAt DESC, id DESC LIMIT 1`;
  const last = sql(context.db, text).get(session, secret.id) as Pick<Taken, 'at' | 'reason'> | undefined;
  return last === undefined ? null : { ...last, by: endedBy(context, session, secret.name) };
}

function endedBy(context: Context, session: SessionId, name: string): string | null {
  const text = `SELECT caller FROM audit
    WHERE seq > (SELECT coalesce(max(seq), 0) FROM audit) - @most
      AND action IN ('session.deactivate', 'session.set', 'session.end', 'session.expire') AND outcome = 'done'
      AND substr(target, 1, length(@session)) = @session
      AND (action IN ('session.end', 'session.expire')
        OR EXISTS (SELECT 1 FROM json_each(audit.detail, '$.off') WHERE value = @name))
    ORDER BY seq DESC LIMIT 1`;
  const row = sql(context.db, text).get({ most: LOOKED_THROUGH, session, name });
  return (row as { caller: string } | undefined)?.caller ?? null;
}

/** Names of other live sessions. An agent knows of its own alone. */
function elsewhere(context: Context, caller: Caller, session: SessionId, secret: SecretId): string[] {
  const text = `SELECT n.id, n.name, n.owner FROM activation a JOIN session n ON n.id = a.session
    WHERE a.secret = ? AND a.session <> ? AND a.endedAt IS NULL AND a.lapsedAt IS NULL AND n.endedAt IS NULL
    ORDER BY n.name LIMIT 50`;
  const rows = sql(context.db, text).all(secret, session) as { id: SessionId; name: string; owner: TokenId | null }[];
  return rows.filter((row) => reaches(caller, row)).map(({ name }) => name);
}
