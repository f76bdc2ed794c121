/**
 * Brings the schema of an open database to the newest one: numbered migrations that are never edited, each with a backup
 * before it and in a transaction of its own. Touches no key and no value.
 */

import { existsSync, rmSync } from 'node:fs';
import { APPLICATION_ID, copyNow, type Database } from './database.js';
import { StoreError } from './errors.js';
import { initial } from './migrations/001-initial.js';
import { holder } from './migrations/002-holder.js';
import { containerResets } from './migrations/003-container-resets.js';
import { followers } from './migrations/004-followers.js';
import { requests } from './migrations/005-requests.js';
import { leak } from './migrations/006-leak.js';
import { localCommand } from './migrations/007-local-command.js';
import { leavingKey } from './migrations/008-leaving-key.js';
import { historyAge } from './migrations/009-history-age.js';
import { connection } from './migrations/010-connection.js';

/** The number of a migration is its place in the list, from 1; `user_version` says which one a file stands at. */
export const MIGRATIONS: readonly string[] = [
  initial,
  holder,
  containerResets,
  followers,
  requests,
  leak,
  localCommand,
  leavingKey,
  historyAge,
  connection,
];

/** The number that a file stands at; 0: no vault yet. SCHEMA_NEWER when this program does not know it. */
export function schemaOf(db: Database, migrations: readonly string[] = MIGRATIONS): number {
  const schema = Number(db.pragma('user_version', { simple: true }));
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  const foreign = Number(db.pragma('application_id', { simple: true })) !== APPLICATION_ID;
  if (foreign && (schema !== 0 || tables > 0))
    throw new StoreError(
      'STORAGE_FAILED',
      `${db.name} is a database of another program. Choose another data directory (AMPOULE_DATA_DIR).`,
    );
  if (schema > migrations.length) {
    const minVersion = String(db.prepare('SELECT minVersion FROM vault').pluck().get() ?? 'a newer version');
    throw new StoreError(
      'SCHEMA_NEWER',
      `The vault ${db.name} has schema ${schema}, this program knows ${migrations.length}. ` +
        `Install Ampoule ${minVersion} or newer, or restore an older backup: run \`ampouled restore FILE\`.`,
    );
  }
  return schema;
}

/**
 * Runs what is missing. Returns the number reached. Before each migration of an existing vault the whole file is copied to
 * `FILE.schema-N` beside it, N being the number it stands at. A migration that fails leaves its file as it was.
 */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): number {
  let schema = schemaOf(db, migrations);
  const existing = schema > 0;
  for (; schema < migrations.length; schema++) {
    if (existing) keepCopy(db, `${db.name}.schema-${schema}`);
    const statements = migrations[schema] ?? '';
    db.transaction(() => {
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.exec(statements);
      db.pragma(`user_version = ${schema + 1}`);
    }).immediate();
  }
  return schema;
}

/** A copy that an interrupted run left may be half of one: it is made again. */
function keepCopy(db: Database, file: string): void {
  if (existsSync(file)) rmSync(file);
  copyNow(db, file);
}
