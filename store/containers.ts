/** Containers as the vault knows them: intended, created, started, ended, and which versions each held from when to when. Calls no Docker. */

import type { Context } from './context.js';
import { closeExposures, exposuresOf, keepExposures, missingExposures, openExposures } from './exposures.js';
import { closeHolders, holdersOf, recordHolders } from './holders.js';
import { sql } from './statements.js';
import type { ContainerRow, HeldVersion } from './types.js';
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
      const { sandbox, role, nonce, epoch, generation, resets = 0, envMac } = row;
      const held = bare(row.holds);
      const detail = { role, generation, holds: held };
      return context.act(DAEMON, { action: 'container.create', target: sandbox, detail }, () => {
        const text = `INSERT INTO container (sandbox, role, nonce, epoch, generation, resets, envMac, holds, createdAt)
          VALUES (@sandbox, @role, @nonce, @epoch, @generation, @resets, @envMac, @holds, @now)`;
        const holds = JSON.stringify(held);
        const now = context.clock.now();
        const inserted = sql(context.db, text).run({
          ...{ sandbox, role, nonce, epoch, generation, resets, envMac, holds, now },
        });
        return one(context, Number(inserted.lastInsertRowid));
      });
    },

    created: (id, dockerId, imageDigest) =>
      set('created', 'UPDATE container SET dockerId = ?, imageDigest = ? WHERE id = ?', dockerId, imageDigest, id),

    starting(id) {
      const { sandbox, dockerId, generation } = one(context, id);
      const detail = { dockerId, generation };
      context.act(DAEMON, { action: 'container.start', target: sandbox, detail }, () => {
        const row = one(context, id);
        openExposures(context, row, row.holds);
      });
    },

    started: (id, { pid, pidStart, bootId }) =>
      set('started', 'UPDATE container SET pid = ?, pidStart = ?, bootId = ? WHERE id = ?', pid, pidStart, bootId, id),

    stopped: (id) =>
      context.write('container.stopped', () => {
        closeExposures(context, id);
        closeHolders(context, id);
        sql(context.db, 'UPDATE container SET pid = NULL, pidStart = NULL, bootId = NULL WHERE id = ?').run(id);
      }),

    delivering(id, holds) {
      const row = one(context, id);
      const added = missingExposures(context, id, bare(holds));
      if (added.length === 0) return;
      const entry = {
        action: 'container.deliver',
        target: row.sandbox,
        detail: { dockerId: row.dockerId, holds: added },
      };
      context.act(DAEMON, entry, () => {
        sql(context.db, 'UPDATE container SET holds = ? WHERE id = ?').run(JSON.stringify(bare(holds)), id);
        openExposures(context, row, added);
      });
    },

    delivered: (id, at, holds) =>
      context.write('container.delivered', () => {
        const text = `UPDATE container SET holds = @holds,
            epoch = iif(@newer, @epoch, epoch), generation = iif(@newer, @generation, generation) WHERE id = @id`;
        const { epoch, generation } = one(context, id);
        const newer = at.epoch > epoch || (at.epoch === epoch && at.generation > generation) ? 1 : 0;
        sql(context.db, text).run({ ...at, id, newer, holds: JSON.stringify(bare(holds)) });
        keepExposures(context, id, bare(holds));
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
        closeHolders(context, id);
        const text = 'UPDATE container SET endedAt = ? WHERE id = ? AND endedAt IS NULL';
        sql(context.db, text).run(context.clock.now(), id);
      }),

    together: (acts) =>
      context.write('container.together', () => {
        for (const act of acts) act();
      }),

    open: () => rows(context, 'WHERE endedAt IS NULL'),

    exposures: (filter) => exposuresOf(context, filter),
    holders: (events) => context.write('container.holders', () => recordHolders(context, events)),
    holdersOf: (sandbox) => holdersOf(context, sandbox),
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

/** Members of a hold and nothing that came along. */
function bare(holds: HeldVersion[]): HeldVersion[] {
  return holds.map(({ env, secret, version }) => ({ env, secret, version }));
}
