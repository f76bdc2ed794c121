/** A session's toggle table: every registered secret, and how it stands there. Reads only, opens no value. */

import { activationsOf, inForce } from './activations-rows.js';
import type { Context } from './context.js';
import { allSecrets, type StoredSecret } from './secrets-rows.js';
import type { Session, Toggle } from './types.js';

/** A row with the secret itself in place of its id. */
export type ToggleRow = Omit<Toggle, 'secret'> & { secret: StoredSecret };

export function toggleTable(context: Context, session: Pick<Session, 'id'>): ToggleRow[] {
  const live = new Map(activationsOf(context, session.id).map((row) => [row.secret.id, row]));
  const holder = new Map<string, string>();
  for (const row of live.values()) if (inForce(context, row)) holder.set(row.env, row.secret.name);
  return allSecrets(context).map((secret) => {
    const row = live.get(secret.id);
    const active = row !== undefined && inForce(context, row);
    const env = active ? row.env : secret.env;
    const other = active ? undefined : holder.get(env);
    const lapsed = row !== undefined && row.lapsedAt !== null;
    const own = active ? env : lapsed ? row.env : null;
    const { name, provider, account, environment, currentVersion: version } = secret;
    return {
      ...{ secret, name, env: secret.env, provider, account, environment, active, version },
      lapsed,
      as: own === secret.env ? null : own,
      until: row?.until ?? null,
      confirmedBy: row?.confirmedBy ?? null,
      conflictsWith: other === undefined ? [] : [other],
    };
  });
}
