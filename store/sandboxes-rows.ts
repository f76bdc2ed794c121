/** Rows of sandboxes as objects, found by name or id within a caller's reach. Knows no container. */

import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { type Action, authorize, reaches, refuseAs, targetOf } from './policy.js';
import { quote } from './problems.js';
import { sql } from './statements.js';
import type { Caller, Sandbox, SandboxId, SandboxSettings } from './types.js';

/** Select list of a sandbox `b` with its ceiling and own names. */
export const SANDBOX_COLUMNS = `b.id, b.name, b.session, b.owner, b.settings, b.requestedDelivery, b.delivery, b.endsSession,
  b.ceiling, b.resets, b.idle, b.lastExecAt, b.createdAt, b.endedAt, b.endReason,
  (SELECT json_group_array(selector) FROM sandboxCeiling WHERE sandbox = b.id) AS "only",
  (SELECT json_group_object(secretName, env) FROM sandboxVariable WHERE sandbox = b.id) AS own`;

/** What rows that were written before there were leases mean. */
const WITHOUT_LEASE = { lease: 30_000, oneShot: false } as const;

interface Row extends Omit<Sandbox, 'state' | 'settings' | 'only' | 'as' | 'endsSession'> {
  settings: string;
  ceiling: number;
  only: string;
  own: string;
  endsSession: number;
}

export function toSandbox(row: unknown): Sandbox {
  const { settings, ceiling, only, own, endsSession, ...rest } = row as Row;
  return {
    ...rest,
    state: rest.endedAt === null ? 'live' : 'ended',
    settings: { ...WITHOUT_LEASE, ...(JSON.parse(settings) as SandboxSettings) },
    only: ceiling === 1 ? (JSON.parse(only) as string[]) : null,
    as: JSON.parse(own) as Record<string, string>,
    endsSession: endsSession === 1,
  };
}

export function sandboxById(context: Context, id: SandboxId): Sandbox | undefined {
  const row = sql(context.db, `SELECT ${SANDBOX_COLUMNS} FROM sandbox b WHERE b.id = ?`).get(id);
  return row === undefined ? undefined : toSandbox(row);
}

/** Live ones and, by id, ended ones. `ended`: also the last ended one of that name, for an end that is asked for twice. */
export function lookUpSandbox(context: Context, name: string, ended = false): Sandbox | undefined {
  const all = `SELECT ${SANDBOX_COLUMNS} FROM sandbox b`;
  const row = name.startsWith('sbx_')
    ? sql(context.db, `${all} WHERE b.id = ?`).get(name)
    : (sql(context.db, `${all} WHERE b.name = ? AND b.endedAt IS NULL`).get(name) ??
      (ended ? sql(context.db, `${all} WHERE b.name = ? ORDER BY b.id DESC LIMIT 1`).get(name) : undefined));
  return row === undefined ? undefined : toSandbox(row);
}

/** Authorises and finds. Unknown ones and those of others: SANDBOX_NOT_FOUND; by id an ended one may be found. */
export function reachSandbox(
  context: Context,
  caller: Caller,
  action: Action,
  name: string,
  options: { ended?: boolean } = {},
): Sandbox {
  authorize(context, caller, action, name);
  const sandbox = lookUpSandbox(context, name, options.ended);
  if (sandbox === undefined) throw noSandbox(name);
  const owner = sql(context.db, 'SELECT owner FROM session WHERE id = ?').get(sandbox.session) as Pick<
    Sandbox,
    'owner'
  >;
  if (!reaches(caller, { id: sandbox.session, owner: owner.owner }))
    refuseAs(context, caller, action, targetOf(sandbox), noSandbox(name));
  return sandbox;
}

export function noSandbox(name: string): StoreError {
  return new StoreError('SANDBOX_NOT_FOUND', `No live sandbox is called ${quote(name)}. Run \`ampoule sandbox ls\`.`);
}
