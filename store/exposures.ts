/** Which versions a container held from when to when. Rows only; the transaction is the caller's. */

import type { Context } from './context.js';
import { sql } from './statements.js';
import type { ContainerRow, Exposure, HeldVersion, SandboxId, SessionId } from './types.js';

/** From here on the container may hold these. What is open already stays as it is. */
export function openExposures(context: Context, { id, sandbox }: ContainerRow, holds: HeldVersion[]): void {
  const now = context.clock.now();
  const { session } = sql(context.db, 'SELECT session FROM sandbox WHERE id = ?').get(sandbox) as {
    session: SessionId;
  };
  const text = `INSERT INTO exposure (secret, version, session, sandbox, container, env, confirmedBy, since)
    SELECT @secret, @version, @session, @sandbox, @id, @env,
      (SELECT confirmedBy FROM activation WHERE session = @session AND secret = @secret ORDER BY id DESC LIMIT 1), @now
    WHERE NOT EXISTS (SELECT 1 FROM exposure
      WHERE container = @id AND secret = @secret AND version = @version AND env = @env AND until IS NULL)`;
  for (const { env, secret, version } of holds)
    sql(context.db, text).run({ env, secret, version, id, sandbox, session, now });
}

/** Those that the container is not known to hold now. */
export function missingExposures(context: Context, container: number, holds: HeldVersion[]): HeldVersion[] {
  const open = new Set(openOf(context, container).map(keyOf));
  return holds.filter((held) => !open.has(keyOf(held)));
}

/** Ends every exposure of the container but these. */
export function keepExposures(context: Context, container: number, holds: HeldVersion[]): void {
  const kept = new Set(holds.map(keyOf));
  const now = context.clock.now();
  for (const row of openOf(context, container))
    if (!kept.has(keyOf(row))) sql(context.db, 'UPDATE exposure SET until = ? WHERE id = ?').run(now, row.id);
}

/** Ends every exposure of the container. */
export function closeExposures(context: Context, container: number): void {
  const text = 'UPDATE exposure SET until = ? WHERE container = ? AND until IS NULL';
  sql(context.db, text).run(context.clock.now(), container);
}

/** Oldest first. @param filter.secret name or id */
export function exposuresOf(context: Context, filter: { secret?: string; sandbox?: SandboxId }): Exposure[] {
  const { secret = null, sandbox = null } = filter;
  const text = `SELECT e.secret, e.version, e.session, e.sandbox, e.container, e.env, e.confirmedBy, e.since, e.until
    FROM exposure e JOIN secret s ON s.id = e.secret
    WHERE (@secret IS NULL OR s.id = @secret OR s.name = @secret) AND (@sandbox IS NULL OR e.sandbox = @sandbox)
    ORDER BY e.since, e.id`;
  return sql(context.db, text).all({ secret, sandbox }) as Exposure[];
}

function openOf(context: Context, container: number): (HeldVersion & { id: number })[] {
  const text = 'SELECT id, env, secret, version FROM exposure WHERE container = ? AND until IS NULL';
  return sql(context.db, text).all(container) as (HeldVersion & { id: number })[];
}

function keyOf({ env, secret, version }: HeldVersion): string {
  return `${env} ${secret} ${version}`;
}
