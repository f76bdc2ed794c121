/** An observer's search for bytes in the files of an open vault. Reads in another process: closing a descriptor here would drop SQLite's lock. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Which of the database and its WAL hold `needle`. */
export function filesWith(database: string, needle: Uint8Array): string[] {
  return [database, `${database}-wal`].filter((file) => {
    if (!existsSync(file)) return false;
    const bytes = execFileSync('cat', [file], { maxBuffer: 1024 * 1024 * 1024 });
    return bytes.includes(Buffer.from(needle));
  });
}
