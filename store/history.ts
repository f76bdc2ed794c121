/** Erases history that is too old to be kept: who held which version. Never what lasts, never the audit. */

import type { Context } from './context.js';
import { sql } from './statements.js';
import type { Millis } from './types.js';

/** Rows of each table that one step takes: the process does nothing else meanwhile. */
const ROWS = 500;

export interface History {
  /** Erases a part of what ended before this time. How many rows; 0: nothing is left. The daemon's own. */
  erase(before: Millis): number;
}

/** The sandbox of an exposure has ended. While it lives, what it was ever given is recognised by these rows in what it says. */
const OVER = 'EXISTS (SELECT 1 FROM sandbox b WHERE b.id = e.sandbox AND b.endedAt IS NOT NULL)';

/** Tables by their name in the audit. Containers go when nothing tells of them any more. */
const OLD = {
  exposures: `DELETE FROM exposure WHERE id IN (SELECT e.id FROM exposure e WHERE e.until < @before AND ${OVER} LIMIT ${ROWS})`,
  holders: `DELETE FROM holder WHERE id IN (SELECT h.id FROM holder h WHERE h.until < @before LIMIT ${ROWS})`,
  localCommands: `DELETE FROM localCommand WHERE id IN (SELECT l.id FROM localCommand l JOIN session n ON n.id = l.session
    WHERE coalesce(l.until, n.endedAt) < @before LIMIT ${ROWS})`,
  containers: `DELETE FROM container WHERE id IN (SELECT c.id FROM container c WHERE c.endedAt < @before
    AND NOT EXISTS (SELECT 1 FROM exposure e WHERE e.container = c.id)
    AND NOT EXISTS (SELECT 1 FROM holder h WHERE h.container = c.id) LIMIT ${ROWS})`,
};

const ANY = `SELECT EXISTS (SELECT 1 FROM exposure e WHERE e.until < @before AND ${OVER})
    OR EXISTS (SELECT 1 FROM holder h WHERE h.until < @before)
    OR EXISTS (SELECT 1 FROM localCommand l JOIN session n ON n.id = l.session WHERE coalesce(l.until, n.endedAt) < @before)
    OR EXISTS (SELECT 1 FROM container c WHERE c.endedAt < @before
      AND NOT EXISTS (SELECT 1 FROM exposure e WHERE e.container = c.id)
      AND NOT EXISTS (SELECT 1 FROM holder h WHERE h.container = c.id)) AS any`;

export function makeHistory(context: Context): History {
  return {
    erase(before) {
      const { any } = sql(context.db, ANY).get({ before }) as { any: number };
      if (any === 0) return 0;
      const entry = (erased: Record<string, number>) => ({
        action: 'history.erase',
        target: context.vaultId,
        detail: { before: new Date(before).toISOString(), ...erased },
      });
      const erased = context.act({ kind: 'daemon' }, entry, () =>
        Object.fromEntries(
          Object.entries(OLD).map(([what, text]) => [what, sql(context.db, text).run({ before }).changes]),
        ),
      );
      return Object.values(erased).reduce((sum, count) => sum + count, 0);
    },
  };
}
