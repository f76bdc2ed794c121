/** Containers as the vault knows them: intended, created, started, ended, and which versions each held from when to when. Calls no Docker. */

import type { Context } from './context.js';
import { sql } from './statements.js';
import type { ContainerRow, Exposure, SessionId } from './types.js';
import type { Containers } from './vault.js';

const DAEMON = { kind: 'daemon' } as const;

export function makeContainers(context: Context): Containers {
  const set = (name: string, text: string, ...parameters: unknown[]): void =>
    context.write(`container.${name}`, () => {
      sql(context.db, text).run(...parameters);
    });

  return {
    of: (sandbox) => rows(context, 'WHERE sandbox = ? AND endedAt IS NULL', sandbox),

    intend(row) {
      const { sandbox, role, nonce, epoch, generation, envMac } = row;
      const held = row.holds.map(({ env, secret, version }) => ({ env, secret, version }));
      const detail = { role, generation, holds: held };
      return context.act(DAEMON, { action: 'container.create', target: sandbox, detail }, () => {
        const text = `INSERT INTO container (sandbox, role, nonce, epoch, generation, envMac, holds, createdAt)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
        const holds = JSON.stringify(held);
        const now = context.clock.now();
        const inserted = sql(context.db, text).run(sandbox, role, nonce, epoch, generation, envMac, holds, now);
        return one(context, Number(inserted.lastInsertRowid));
      });
    },

    created: (id, dockerId, imageDigest) =>
      set('created', 'UPDATE container SET dockerId = ?, imageDigest = ? WHERE id = ?', dockerId, imageDigest, id),

    starting(id) {
      const { sandbox, dockerId, generation } = one(context, id);
      const detail = { dockerId, generation };
      context.act(DAEMON, { action: 'container.start', target: sandbox, detail }, () => openExposures(context, id));
    },

    started: (id, { pid, pidStart, bootId }) =>
      set('started', 'UPDATE container SET pid = ?, pidStart = ?, bootId = ? WHERE id = ?', pid, pidStart, bootId, id),

    stopped: (id) =>
      context.write('container.stopped', () => {
        closeExposures(context, id);
        sql(context.db, 'UPDATE container SET pid = NULL, pidStart = NULL, bootId = NULL WHERE id = ?').run(id);
      }),

    role: (id, role) => set('role', 'UPDATE container SET role = ? WHERE id = ?', role, id),

    generation: (id, epoch, generation) =>
      set(
        'generation',
        `UPDATE container SET epoch = @epoch, generation = @generation WHERE id = @id
          AND (epoch < @epoch OR (epoch = @epoch AND generation < @generation))`,
        { id, epoch, generation },
      ),

    ended: (id) =>
      context.write('container.ended', () => {
        closeExposures(context, id);
        const text = 'UPDATE container SET endedAt = ? WHERE id = ? AND endedAt IS NULL';
        sql(context.db, text).run(context.clock.now(), id);
      }),

    open: () => rows(context, 'WHERE endedAt IS NULL'),

    exposures({ secret = null, sandbox = null }) {
      const text = `SELECT e.secret, e.version, e.session, e.sandbox, e.container, e.env, e.confirmedBy, e.since, e.until
        FROM exposure e JOIN secret s ON s.id = e.secret
        WHERE (@secret IS NULL OR s.id = @secret OR s.name = @secret) AND (@sandbox IS NULL OR e.sandbox = @sandbox)
        ORDER BY e.since, e.id`;
      return sql(context.db, text).all({ secret, sandbox }) as Exposure[];
    },
  };
}

function rows(context: Context, where: string, ...parameters: unknown[]): ContainerRow[] {
  const found = sql(context.db, `SELECT * FROM container ${where} ORDER BY id`).all(...parameters);
  return found.map((row) => {
    const { holds, ...rest } = row as Omit<ContainerRow, 'holds'> & { holds: string };
    return { ...rest, holds: JSON.parse(holds) as ContainerRow['holds'] };
  });
}

function one(context: Context, id: number): ContainerRow {
  const [row] = rows(context, 'WHERE id = ?', id);
  if (row === undefined) throw new Error(`no container row ${id}`);
  return row;
}

/** From here on the container may hold its values. A start that is tried again keeps the rows that are open. */
function openExposures(context: Context, id: number): void {
  const { sandbox, holds } = one(context, id);
  const now = context.clock.now();
  const { session } = sql(context.db, 'SELECT session FROM sandbox WHERE id = ?').get(sandbox) as {
    session: SessionId;
  };
  const text = `INSERT INTO exposure (secret, version, session, sandbox, container, env, confirmedBy, since)
    SELECT @secret, @version, @session, @sandbox, @id, @env,
      (SELECT confirmedBy FROM activation WHERE session = @session AND secret = @secret ORDER BY id DESC LIMIT 1), @now
    WHERE NOT EXISTS (SELECT 1 FROM exposure
      WHERE container = @id AND secret = @secret AND env = @env AND until IS NULL)`;
  for (const { env, secret, version } of holds)
    sql(context.db, text).run({ env, secret, version, id, sandbox, session, now });
}

function closeExposures(context: Context, id: number): void {
  const text = 'UPDATE exposure SET until = ? WHERE container = ? AND until IS NULL';
  sql(context.db, text).run(context.clock.now(), id);
}
