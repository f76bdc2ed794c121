/** What one sandbox should have now: its session's active secrets, within its ceiling, under its own names. Opens a value only when asked to. */

import { within } from './activations-fit.js';
import { activationsOf, inForce } from './activations-rows.js';
import type { Context } from './context.js';
import { passed } from './deadline.js';
import { withFollowers } from './followers.js';
import { sandboxById } from './sandboxes-rows.js';
import { publicSession, sessionById } from './sessions-rows.js';
import { sql } from './statements.js';
import { WHOLE } from './tombstones.js';
import type { SandboxId, Wanted, WantedValue } from './types.js';
import { noValue, openVersion } from './versions.js';

/** null: no such sandbox. One that has ended, or whose session has, wants nothing. */
export function wantedBy(context: Context, id: SandboxId): Wanted | null {
  const sandbox = sandboxById(context, id);
  if (sandbox === undefined) return null;
  const session = sessionById(context, sandbox.session);
  const { epoch } = sql(context.db, 'SELECT epoch FROM vault').get() as { epoch: number };
  const going = passed(context.clock, session) || context.entombed(id, WHOLE);
  const live = sandbox.state === 'live' && session.state === 'live' && !going;
  const active = live ? activationsOf(context, session.id).filter((row) => inForce(context, row)) : [];
  const named = active.map((row) => ({ ...row, env: row.env ?? row.secret.env }));
  const values = withFollowers(within(sandbox, named)).map(({ secret, env }): WantedValue => {
    const { currentVersion, floor, as, path, name, sensitive } = secret;
    if (currentVersion === null) throw noValue(name);
    const open = () => openVersion(context, secret, currentVersion);
    return { env, secret: secret.id, name, version: currentVersion, floor, as, path, sensitive, open };
  });
  return { sandbox, session: publicSession(session), epoch, generation: session.generation, values };
}

/** Names of sensitive secrets of which a container that is there had a version that was destroyed since. */
export function lostBy(context: Context, id: SandboxId): string[] {
  const text = `SELECT DISTINCT s.name
    FROM (SELECT h.value ->> 'secret' AS secret, h.value ->> 'version' AS version
        FROM container c, json_each(c.holds) h WHERE c.sandbox = @id AND c.endedAt IS NULL
      UNION SELECT e.secret, e.version FROM exposure e JOIN container c ON c.id = e.container
        WHERE e.sandbox = @id AND c.endedAt IS NULL) g
    JOIN secret s ON s.id = g.secret AND s.sensitive = 1
    JOIN secretVersion v ON v.secret = s.id AND v.version = g.version AND v.destroyedAt IS NOT NULL
    ORDER BY s.name`;
  return (sql(context.db, text).all({ id }) as { name: string }[]).map(({ name }) => name);
}

type Held = Omit<WantedValue, 'env' | 'floor' | 'as' | 'path'>;

/** Every version that it was ever given, apart from those that were destroyed: what it printed may be read again later. */
export function heldBy(context: Context, id: SandboxId): Held[] {
  const text = `SELECT DISTINCT s.id AS secret, s.name AS name, s.sensitive AS sensitive, v.version AS version
    FROM (SELECT h.value ->> 'secret' AS secret, h.value ->> 'version' AS version
        FROM container c, json_each(c.holds) h WHERE c.sandbox = @id AND c.endedAt IS NULL
      UNION SELECT secret, version FROM exposure WHERE sandbox = @id) g
    JOIN secret s ON s.id = g.secret
    JOIN secretVersion v ON v.secret = s.id AND v.version = g.version AND v.destroyedAt IS NULL`;
  const rows = context.keys.state === 'sealed' ? [] : sql(context.db, text).all({ id });
  return (rows as (Omit<Held, 'open' | 'sensitive'> & { sensitive: number })[]).map((row) => ({
    ...row,
    sensitive: row.sensitive === 1,
    open: () => openVersion(context, { id: row.secret, name: row.name }, row.version),
  }));
}
