/** Sensitive values that may be known around a session: what is active, and what its sandboxes and commands were given. Opens one only when asked to. */

import { activationsOf, inForce } from './activations-rows.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { sql } from './statements.js';
import type { SecretId, SessionId, Version } from './types.js';
import { openVersion } from './versions.js';

/** What is looked for in words is at most this much; what is active comes first, then what is newest. */
export const MOST_VALUES = 500;
export const MOST_BYTES = 8 * 1024 * 1024;

/** One version that is not destroyed. */
export interface SessionValue {
  secret: SecretId;
  name: string;
  version: Version;
  /** Decrypts. The caller wipes the bytes; null: it was altered and does not open. Throws VAULT_SEALED. */
  open(): Uint8Array | null;
}

export interface WhichValues {
  /** Also every version of whatever was ever active in it. Not for agents: they could try which values there were before their time. */
  everActive?: boolean;
}

const GIVEN = `SELECT j.value ->> 'secret' AS secret, j.value ->> 'version' AS version, 1 AS active FROM json_each(@active) j
  UNION ALL SELECT e.secret, e.version, 0 FROM sandbox b JOIN exposure e ON e.sandbox = b.id WHERE b.session = @session
  UNION ALL SELECT j.value ->> 'secret', j.value ->> 'version', 0
    FROM sandbox b JOIN container c ON c.sandbox = b.id AND c.endedAt IS NULL, json_each(c.holds) j WHERE b.session = @session
  UNION ALL SELECT j.value ->> 'secret', j.value ->> 'version', 0
    FROM localCommand l, json_each(l.holds) j WHERE l.session = @session`;
const EVER_ACTIVE = `SELECT a.secret, v.version, 0
  FROM (SELECT DISTINCT secret FROM activation WHERE session = @session) a JOIN secretVersion v ON v.secret = a.secret`;

type Row = Omit<SessionValue, 'open'> & { size: number };

/** Each version once. */
export function valuesAround(context: Context, session: SessionId, { everActive = false }: WhichValues = {}) {
  const active = activationsOf(context, session)
    .filter((row) => inForce(context, row))
    .map(({ secret }) => ({ secret: secret.id, version: secret.currentVersion }));
  const text = `SELECT s.id AS secret, s.name, v.version, v.size
    FROM (${everActive ? `${GIVEN} UNION ALL ${EVER_ACTIVE}` : GIVEN}) g
    JOIN secret s ON s.id = g.secret AND s.sensitive = 1
    JOIN secretVersion v ON v.secret = s.id AND v.version = g.version AND v.destroyedAt IS NULL
    GROUP BY s.id, v.version ORDER BY max(g.active) DESC, v.createdAt DESC, v.version DESC, s.id LIMIT ${MOST_VALUES}`;
  const rows = sql(context.db, text).all({ session, active: JSON.stringify(active) }) as Row[];
  let bytes = 0;
  const few = rows.filter(({ size }) => {
    bytes += size;
    return bytes <= MOST_BYTES;
  });
  return few.map(({ size: _size, ...row }): SessionValue => ({ ...row, open: () => opened(context, row) }));
}

function opened(context: Context, { secret, name, version }: Omit<Row, 'size'>): Uint8Array | null {
  try {
    return openVersion(context, { id: secret, name }, version);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'VALUE_UNREADABLE') return null;
    throw error;
  }
}
