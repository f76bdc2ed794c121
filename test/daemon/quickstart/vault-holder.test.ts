/** Whoever has the vault locked is found; whoever only has its file open is not. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import t from 'tap';
import { end } from '../../../daemon/quickstart/process.js';
import { vaultHolder } from '../../../daemon/quickstart/vault-holder.js';
import { openDatabase } from '../../../store/database.js';

const SQLITE = createRequire(import.meta.url).resolve('better-sqlite3');
/** Locks a database as the vault does, and stays. */
const LOCKER = `
const db = new (require(${JSON.stringify(SQLITE)}))(process.argv[1]);
db.pragma('locking_mode = EXCLUSIVE');
db.exec('BEGIN IMMEDIATE; COMMIT');
console.log('locked');
setInterval(() => {}, 1000);
`;

t.test('finds the process that has the vault, and none when it is gone', async (t) => {
  const file = join(t.testdir(), 'vault.db');
  openDatabase(file).close();
  const reader = spawn('sleep', ['1000'], { stdio: [openSync(file, 'r'), 'ignore', 'ignore'] });
  t.teardown(() => reader.kill('SIGKILL'));
  t.equal(vaultHolder(file), null, 'a reader is not it');
  const locker = spawn(process.execPath, ['-e', LOCKER, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => locker.kill('SIGKILL'));
  await once(locker.stdout, 'data');
  const found = vaultHolder(file);
  t.equal(found?.pid, locker.pid);
  t.equal(vaultHolder(`${file}-other`), null);
  if (found !== null) await end(found, 1_000);
  t.equal(vaultHolder(file), null);
});

t.test('the vault itself is locked in the way that is looked for', async (t) => {
  const file = join(t.testdir(), 'vault.db');
  const db = openDatabase(file);
  t.equal(vaultHolder(file)?.pid, process.pid);
  db.close();
  t.equal(vaultHolder(file), null);
});
