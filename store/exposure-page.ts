/** Who held what in one sandbox, page by page: containers as a whole and the processes in them. Reads only. */

import type { Context } from './context.js';
import { toPage } from './paging.js';
import { invalid } from './problems.js';
import { sql } from './statements.js';
import type { ExposureEntry, Page, SandboxId } from './types.js';

interface Row extends Omit<ExposureEntry, 'holder'> {
  key: string;
  holder: string | null;
  kind: 'main' | 'command' | 'bridge' | null;
  pid: number | null;
  program: string | null;
}

const ALL = `SELECT 'c' || e.id AS key, e.env, e.secret, s.name, e.version, c.dockerId AS container,
    NULL AS holder, NULL AS kind, NULL AS pid, NULL AS program, e.confirmedBy, e.since, e.until
  FROM exposure e JOIN secret s ON s.id = e.secret JOIN container c ON c.id = e.container WHERE e.sandbox = @id
  UNION ALL
  SELECT 'h' || h.id || '-' || j.key, j.value ->> 'env', s.id, s.name, j.value ->> 'version', c.dockerId,
    h.holder, h.kind, h.pid, h.program, NULL, h.since, h.until
  FROM holder h, json_each(h.holds) j JOIN secret s ON s.id = j.value ->> 'secret'
    JOIN container c ON c.id = h.container WHERE h.sandbox = @id`;

/** What is held first, then newest first. @param after key of the last row before */
export function exposurePage(
  context: Context,
  id: SandboxId,
  limit: number,
  after: string | null,
): Page<ExposureEntry> {
  const text = `SELECT * FROM (${ALL})
    WHERE @key IS NULL OR (until IS NOT NULL, -since, key) > (@ended, -@since, @key)
    ORDER BY until IS NOT NULL, -since, key LIMIT @rows`;
  const rows = sql(context.db, text).all({ id, rows: limit + 1, ...positionOf(after) }) as Row[];
  const { items, next } = toPage(rows, limit, ({ until, since, key }) => `${until === null ? 0 : 1} ${since} ${key}`);
  return { items: items.map(entryOf), next };
}

function positionOf(after: string | null): { ended: number; since: number; key: string | null } {
  if (after === null) return { ended: 0, since: 0, key: null };
  const match = /^([01]) (\d{1,15}) ([ch][\d-]+)$/.exec(after);
  if (match === null) throw invalid([{ pointer: 'cursor', detail: 'is no cursor of this list' }]);
  return { ended: Number(match[1]), since: Number(match[2]), key: match[3] ?? '' };
}

function entryOf({ key: _key, holder: id, kind, pid, program, ...row }: Row): ExposureEntry {
  const holder = id === null || kind === null ? null : { id, kind, pid: pid ?? 0, program: program ?? '' };
  return { ...row, holder };
}
