/** What one sandbox should have now: its session's active secrets, within its ceiling, under its own names. Opens a value only when asked to. */

import { within } from './activations-fit.js';
import { activationsOf, inForce } from './activations-rows.js';
import type { Context } from './context.js';
import { passed } from './deadline.js';
import { sandboxById } from './sandboxes-rows.js';
import { publicSession, sessionById } from './sessions-rows.js';
import { sql } from './statements.js';
import type { SandboxId, Wanted, WantedValue } from './types.js';
import { noValue, openVersion } from './versions.js';

/** null: no such sandbox. One that has ended, or whose session has, wants nothing. */
export function wantedBy(context: Context, id: SandboxId): Wanted | null {
  const sandbox = sandboxById(context, id);
  if (sandbox === undefined) return null;
  const session = sessionById(context, sandbox.session);
  const { epoch } = sql(context.db, 'SELECT epoch FROM vault').get() as { epoch: number };
  const live = sandbox.state === 'live' && session.state === 'live' && !passed(context.clock, session);
  const active = live ? activationsOf(context, session.id).filter((row) => inForce(context, row)) : [];
  const named = active.map((row) => ({ ...row, env: row.env ?? row.secret.env }));
  const values = within(sandbox, named).map(({ secret, env }): WantedValue => {
    const { currentVersion, floor, as, path, name } = secret;
    if (currentVersion === null) throw noValue(name);
    const open = () => openVersion(context, secret, currentVersion);
    return { env, secret: secret.id, name, version: currentVersion, floor, as, path, open };
  });
  return { sandbox, session: publicSession(session), epoch, generation: session.generation, values };
}
