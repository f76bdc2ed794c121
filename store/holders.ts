/** Which process of a container was given which versions. Rows only; the transaction is the caller's. */

import type { Context } from './context.js';
import { sql } from './statements.js';
import type { HeldVersion, HolderEvent, HolderRow, SandboxId } from './types.js';

/** Writes them in order. One that began twice was given more; of a container that is not known nothing is written. */
export function recordHolders(context: Context, events: HolderEvent[]): void {
  for (const event of events) {
    if (event.event === 'began') began(context, event);
    else {
      const text = 'UPDATE holder SET until = ? WHERE container = ? AND holder = ? AND until IS NULL';
      sql(context.db, text).run(event.at, event.container, event.holder);
    }
  }
}

/** Ends every holder of the container. */
export function closeHolders(context: Context, container: number): void {
  const text = 'UPDATE holder SET until = ? WHERE container = ? AND until IS NULL';
  sql(context.db, text).run(context.clock.now(), container);
}

/** Oldest first. */
export function holdersOf(context: Context, sandbox: SandboxId): HolderRow[] {
  const text = `SELECT container, sandbox, session, holder, kind, pid, program, holds, since, until
    FROM holder WHERE sandbox = ? ORDER BY id`;
  return (sql(context.db, text).all(sandbox) as (Omit<HolderRow, 'holds'> & { holds: string })[]).map((row) => ({
    ...row,
    holds: JSON.parse(row.holds) as HeldVersion[],
  }));
}

function began(context: Context, { container, holder, holds, ...rest }: HolderEvent & { event: 'began' }): void {
  const open = 'SELECT id, holds FROM holder WHERE container = ? AND holder = ? AND until IS NULL';
  const known = sql(context.db, open).get(container, holder) as { id: number; holds: string } | undefined;
  if (known !== undefined) {
    const all = union(JSON.parse(known.holds) as HeldVersion[], holds);
    sql(context.db, 'UPDATE holder SET holds = ? WHERE id = ?').run(JSON.stringify(all), known.id);
    return;
  }
  const { kind, pid, program, since } = rest;
  const text = `INSERT INTO holder (container, sandbox, session, holder, kind, pid, program, holds, since)
    SELECT c.id, c.sandbox, b.session, @holder, @kind, @pid, @program, @holds, @since
    FROM container c JOIN sandbox b ON b.id = c.sandbox WHERE c.id = @container AND c.endedAt IS NULL`;
  const given = JSON.stringify(union([], holds));
  sql(context.db, text).run({ container, holder, kind, pid, program, since, holds: given });
}

function union(one: HeldVersion[], two: HeldVersion[]): HeldVersion[] {
  const all = [...one, ...two].map(({ env, secret, version }): [string, HeldVersion] => [
    `${env} ${secret} ${version}`,
    { env, secret, version },
  ]);
  return [...new Map(all).values()];
}
