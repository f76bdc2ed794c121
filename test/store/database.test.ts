import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  checkpoint,
  copyNow,
  copySlowly,
  createPrivateFile,
  isFsyncFailure,
  leaveWal,
  openDatabase,
  sqliteCode,
} from '../../store/database.js';
import { killChild, startChild } from './child.js';

t.test('opens with the settings that keep commits and erase bytes', async (t) => {
  const file = join(t.testdir(), 'a.db');
  const db = openDatabase(file);
  t.teardown(() => db.close());
  const pragma = (name: string) => db.pragma(name, { simple: true });
  t.equal(pragma('journal_mode'), 'wal');
  t.equal(pragma('synchronous'), 2, 'FULL');
  t.equal(pragma('secure_delete'), 1, 'ON, not FAST');
  t.equal(pragma('foreign_keys'), 1);
  t.equal(pragma('trusted_schema'), 0);
  t.equal(pragma('temp_store'), 2, 'MEMORY');
  t.equal(pragma('locking_mode'), 'exclusive');
  t.equal(statSync(file).mode & 0o777, 0o600);
  db.exec('CREATE TABLE x (y)');
  t.equal(statSync(`${file}-wal`).mode & 0o777, 0o600);
  t.notOk(existsSync(`${file}-shm`), 'no shared memory: nobody shares');
});

t.test('one process at a time', async (t) => {
  const file = join(t.testdir(), 'a.db');
  const { child, line } = await startChild('./child-open.ts', file);
  t.equal(line, 'open');
  t.throws(() => openDatabase(file), { code: 'VAULT_LOCKED', message: /another process/i });
  await killChild(child);
  openDatabase(file).close();

  const mine = openDatabase(file);
  const second = await startChild('./child-open.ts', file);
  t.equal(second.line, 'VAULT_LOCKED');
  await killChild(second.child);
  mine.close();
});

t.test('a damaged file, a foreign one, a missing one', async (t) => {
  const directory = t.testdir({ 'text.db': 'this is no database, however long it may be: '.repeat(40) });
  t.throws(() => openDatabase(join(directory, 'text.db')), { code: 'STORAGE_FAILED', message: /ampouled restore/ });
  t.throws(() => openDatabase(join(directory, 'none.db'), { create: false }), { code: 'STORAGE_FAILED' });

  const file = join(directory, 'torn.db');
  const db = openDatabase(file);
  db.exec('CREATE TABLE x (y); CREATE INDEX z ON x (y)');
  const insert = db.prepare('INSERT INTO x VALUES (?)');
  for (let n = 0; n < 500; n++) insert.run(`row ${n} ${'.'.repeat(40)}`);
  leaveWal(db);
  db.close();
  const size = statSync(file).size;
  writeFileSync(file, Buffer.alloc(size - 8192, 0xff), { flag: 'r+' });
  t.throws(() => openDatabase(file), { code: 'STORAGE_FAILED' });
});

t.test('a checkpoint empties the WAL', async (t) => {
  const file = join(t.testdir(), 'a.db');
  const db = openDatabase(file);
  t.teardown(() => db.close());
  db.exec('CREATE TABLE x (y)');
  t.ok(statSync(`${file}-wal`).size > 0);
  checkpoint(db);
  t.equal(statSync(`${file}-wal`).size, 0);
});

t.test('copies are whole, private, and never overwrite', async (t) => {
  const directory = t.testdir();
  const db = openDatabase(join(directory, 'a.db'));
  t.teardown(() => db.close());
  db.exec('CREATE TABLE x (y); INSERT INTO x VALUES (1), (2)');
  copyNow(db, join(directory, 'now.db'));
  const { bytes } = await copySlowly(db, join(directory, 'slow.db'));
  for (const name of ['now.db', 'slow.db']) {
    const file = join(directory, name);
    t.equal(statSync(file).mode & 0o777, 0o600);
    t.throws(() => createPrivateFile(file), { code: 'EEXIST' });
    t.throws(() => copyNow(db, file), { code: 'EEXIST' });
    const copy = openDatabase(file);
    t.equal(copy.prepare('SELECT count(*) FROM x').pluck().get(), 2);
    copy.close();
  }
  t.ok(bytes > 0);
});

t.test('errors of SQLite are told from others', async (t) => {
  const db = openDatabase(join(t.testdir(), 'a.db'));
  t.teardown(() => db.close());
  try {
    db.exec('CREATE TABLE x (y NOT NULL); INSERT INTO x VALUES (NULL)');
    t.fail('must not get here');
  } catch (error) {
    t.equal(sqliteCode(error), 'SQLITE_CONSTRAINT_NOTNULL');
    t.notOk(isFsyncFailure(error));
  }
  t.equal(sqliteCode(Object.assign(new Error('x'), { code: 'ENOENT' })), null);
  t.ok(isFsyncFailure(Object.assign(new Error('x'), { code: 'SQLITE_IOERR_FSYNC' })));
});
