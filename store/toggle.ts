/** A session's toggle table: every registered secret, and how it stands there. Reads only, opens no value. */

import { activationsOf, inForce } from './activations-rows.js';
import type { Context } from './context.js';
import { followersOf, withFollowers } from './followers.js';
import { allSecrets, type StoredSecret } from './secrets-rows.js';
import type { Session, Toggle } from './types.js';

/** A row with the secret itself in place of its id. */
export type ToggleRow = Omit<Toggle, 'secret'> & { secret: StoredSecret };

export function toggleTable(context: Context, session: Pick<Session, 'id'>): ToggleRow[] {
  const live = new Map(activationsOf(context, session.id).map((row) => [row.secret.id, row]));
  const { own, following } = holdersOf([...live.values()].filter((row) => inForce(context, row)));
  return allSecrets(context).map((secret) => {
    const row = live.get(secret.id);
    const active = row !== undefined && inForce(context, row);
    const env = active ? row.env : secret.env;
    const followers = followersOf({ secret, env }).filter((one) => !own.has(one));
    const behind = followers.map((one) => following.get(one)).find((one) => one !== undefined);
    const other = active ? undefined : (own.get(env) ?? behind);
    const lapsed = row !== undefined && row.lapsedAt !== null;
    const chosen = active ? env : lapsed ? row.env : null;
    const { name, provider, account, environment, tags, sensitive, currentVersion: version } = secret;
    return {
      ...{ secret, name, env: secret.env, followers, provider, account, environment, tags, sensitive, active, version },
      lapsed,
      as: chosen === secret.env ? null : chosen,
      until: row?.until ?? null,
      confirmedBy: row?.confirmedBy ?? null,
      conflictsWith: other === undefined ? [] : [other],
    };
  });
}

/** Active secrets by variable: `own` has it as its own, `following` gets it with another. */
function holdersOf(active: Pick<ToggleRow, 'secret' | 'env'>[]): {
  own: Map<string, string>;
  following: Map<string, string>;
} {
  const own = new Map(active.map(({ env, secret }) => [env, secret.name]));
  const all = withFollowers(active).filter(({ env }) => !own.has(env));
  return { own, following: new Map(all.map(({ env, secret }) => [env, secret.name])) };
}
