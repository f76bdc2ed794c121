/** Usage history of one secret: who held which version from when to when, by whose confirmation. Reads only. */

import type { Context } from './context.js';
import { pageStart, toPage } from './paging.js';
import { authorize } from './policy.js';
import { invalid } from './problems.js';
import { findSecret } from './secrets-rows.js';
import { sql } from './statements.js';
import type { Caller, Page, PageRequest, UsageEntry, UsageFilter } from './types.js';

interface Row extends Omit<UsageEntry, 'holder' | 'local' | 'unknown'> {
  key: string;
  holder: string | null;
  kind: 'main' | 'command' | 'bridge' | null;
  pid: number | null;
  program: string | null;
  local: string | null;
  host: string | null;
  unknown: number;
}

/** Containers as a whole with who confirmed it, the processes in them, and commands outside of sandboxes. */
const ALL = `SELECT 'c' || e.id AS key, e.env, e.version, n.name AS session, b.name AS sandbox, c.dockerId AS container,
    NULL AS holder, NULL AS kind, NULL AS pid, NULL AS program, e.confirmedBy,
    (SELECT a.requestId FROM activation a WHERE a.session = e.session AND a.secret = e.secret AND a.activatedAt <= e.since
      ORDER BY a.id DESC LIMIT 1) AS requestId, e.since, e.until,
    NULL AS local, NULL AS host, 0 AS unknown
  FROM exposure e JOIN session n ON n.id = e.session JOIN sandbox b ON b.id = e.sandbox JOIN container c ON c.id = e.container
  WHERE e.secret = @id
  UNION ALL
  SELECT 'h' || h.id || '-' || j.key, j.value ->> 'env', j.value ->> 'version', n.name, b.name, c.dockerId,
    h.holder, h.kind, h.pid, h.program, NULL, NULL, h.since, h.until, NULL, NULL, 0
  FROM holder h, json_each(h.holds) j JOIN session n ON n.id = h.session JOIN sandbox b ON b.id = h.sandbox
    JOIN container c ON c.id = h.container
  WHERE j.value ->> 'secret' = @id
  UNION ALL
  SELECT 'l' || l.rowid || '-' || j.key, j.value ->> 'env', j.value ->> 'version', n.name, NULL, NULL,
    NULL, NULL, l.pid, l.command, l.givenTo, NULL, l.since, l.until, l.id, l.host, l.until IS NULL AND n.endedAt IS NOT NULL
  FROM localCommand l, json_each(l.holds) j JOIN session n ON n.id = l.session
  WHERE j.value ->> 'secret' = @id`;

/** Newest first. A deleted secret is found by its id. SECRET_NOT_FOUND. */
export function usageOf(
  context: Context,
  caller: Caller,
  name: string,
  filter: UsageFilter = {},
  page: PageRequest = {},
): Page<UsageEntry> {
  authorize(context, caller, 'secret.get', name);
  const id = idOf(context, name);
  const { limit, after } = pageStart(page);
  const text = `SELECT * FROM (${ALL})
    WHERE (@key IS NULL OR (-since, key) > (-@at, @key)) AND (@version IS NULL OR version = @version)
      AND (@session IS NULL OR session = @session) AND (@from IS NULL OR until IS NULL OR until >= @from)
    ORDER BY -since, key LIMIT @rows`;
  const { version = null, session = null, since: from = null } = filter;
  const rows = sql(context.db, text).all({
    id,
    version,
    session,
    from,
    rows: limit + 1,
    ...positionOf(after),
  }) as Row[];
  const { items, next } = toPage(rows, limit, ({ since, key }) => `${since} ${key}`);
  return { items: items.map(entryOf), next };
}

function idOf(context: Context, name: string): string {
  if (!name.startsWith('sec_')) return findSecret(context, name).id;
  const row = sql(context.db, 'SELECT id FROM secret WHERE id = ?').get(name) as { id: string } | undefined;
  return row?.id ?? findSecret(context, name).id;
}

function positionOf(after: string | null): { at: number; key: string | null } {
  if (after === null) return { at: 0, key: null };
  const match = /^(\d{1,15}) ([chl][\d-]+)$/.exec(after);
  if (match === null) throw invalid([{ pointer: 'cursor', detail: 'is no cursor of this list' }]);
  return { at: Number(match[1]), key: match[2] ?? '' };
}

function entryOf({ key: _key, holder: id, kind, pid, program, local: called, host, unknown, ...row }: Row): UsageEntry {
  const holder = id === null || kind === null ? null : { id, kind, pid: pid ?? 0, program: program ?? '' };
  const local = called === null ? null : { id: called, host: host ?? '', pid, command: program ?? '' };
  return { ...row, holder, local, unknown: unknown === 1 };
}
