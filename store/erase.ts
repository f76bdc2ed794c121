/**
 * Makes deleted values unreadable in the files themselves. SQLite's secure_delete overwrites a deleted cell where it lies, but
 * not the copies that balancing its B-tree may have left in the free room of pages: those go only when the table's pages do.
 */

import { checkpoint, type Database } from './database.js';

/** Afterwards neither the database nor its WAL holds a byte of a value that was deleted. Not inside a transaction. */
export function erase(db: Database): void {
  db.transaction(() => {
    db.exec(`
      CREATE TEMP TABLE kept AS SELECT * FROM main.secretVersion;
      CREATE TEMP TABLE keptSealed AS SELECT * FROM main.sealedValue;
      CREATE TEMP TABLE keptKey AS SELECT * FROM main.dataKey;
      DELETE FROM main.secretVersion;
      DELETE FROM main.sealedValue;
      DELETE FROM main.dataKey;
      INSERT INTO main.dataKey SELECT * FROM keptKey ORDER BY id;
      INSERT INTO main.secretVersion SELECT * FROM kept ORDER BY secret, version;
      INSERT INTO main.sealedValue SELECT * FROM keptSealed ORDER BY id;
      DROP TABLE temp.kept;
      DROP TABLE temp.keptSealed;
      DROP TABLE temp.keptKey;
    `);
  }).immediate();
  checkpoint(db);
}
