/** Opens the database given as argument, says "open" or the error's code, and keeps it open until its stdin ends. */

import { openDatabase } from '../../store/database.js';
import { StoreError } from '../../store/errors.js';

try {
  const db = openDatabase(process.argv[2] ?? '');
  console.log('open');
  process.stdin.resume().on('end', () => db.close());
} catch (error) {
  console.log(error instanceof StoreError ? error.code : String(error));
}
