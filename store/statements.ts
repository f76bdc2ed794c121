/** Prepared statements, made once for each database and text. Holds no SQL of its own. */

import type { Database } from './database.js';

/** What a statement of this layer does; rows are typed where they are read. */
export interface Prepared {
  run(...parameters: unknown[]): { changes: number; lastInsertRowid: number | bigint };
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
}

const made = new WeakMap<Database, Map<string, Prepared>>();

/** The prepared statement for `text`. */
export function sql(db: Database, text: string): Prepared {
  let statements = made.get(db);
  if (statements === undefined) {
    statements = new Map();
    made.set(db, statements);
  }
  let statement = statements.get(text);
  if (statement === undefined) {
    statement = db.prepare<unknown[], unknown>(text);
    statements.set(text, statement);
  }
  return statement;
}
