import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openDatabase } from '../../store/database.js';
import { MIGRATIONS, migrate, schemaOf } from '../../store/migrate.js';
import { toSandbox } from '../../store/sandboxes-rows.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { open, options } from './core-fixture.js';

const newest = MIGRATIONS.length;
const more = [...MIGRATIONS, "CREATE TABLE extra (a); UPDATE vault SET minVersion = '9.1.0'"];

async function madeVault(directory: string): Promise<string> {
  const core = await open(directory);
  core.close();
  return join(options(directory).dataDir, 'vault.db');
}

t.test('an empty file gets every migration and no copy', async (t) => {
  const file = join(directoryUntilEnd(t), 'a.db');
  const db = openDatabase(file);
  t.teardown(() => db.close());
  t.equal(schemaOf(db), 0);
  t.equal(migrate(db, [...MIGRATIONS, 'CREATE TABLE extra (a)']), newest + 1);
  t.equal(schemaOf(db, more), newest + 1);
  t.equal(migrate(db, more), newest + 1, 'nothing left to do');
  t.notOk(existsSync(`${file}.schema-${newest}`));
});

t.test('a vault is copied before each of its migrations, and the copy still opens', async (t) => {
  const file = await madeVault(directoryUntilEnd(t));
  const db = openDatabase(file);
  t.equal(migrate(db, more), newest + 1);
  db.close();
  t.equal(statSync(`${file}.schema-${newest}`).mode & 0o777, 0o600);
  const copy = openDatabase(`${file}.schema-${newest}`);
  t.equal(schemaOf(copy), newest);
  t.equal(copy.prepare('SELECT count(*) FROM vault').pluck().get(), 1);
  copy.close();
});

t.test('a migration that fails changes nothing', async (t) => {
  const file = await madeVault(directoryUntilEnd(t));
  const db = openDatabase(file);
  t.teardown(() => db.close());
  t.throws(() => migrate(db, [...MIGRATIONS, 'CREATE TABLE extra (a); CREATE TABLE extra (a)']));
  t.equal(schemaOf(db), newest);
  t.notOk(db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'extra'`).get());
  t.equal(migrate(db, more), newest + 1, 'mended, it runs, although a copy was left');
});

t.test('a newer schema is refused, with the version that can open it', async (t) => {
  const directory = directoryUntilEnd(t);
  const file = await madeVault(directory);
  const db = openDatabase(file);
  migrate(db, more);
  db.close();
  const refusal = {
    code: 'SCHEMA_NEWER',
    message: new RegExp(`schema ${newest + 1}, this program knows ${newest}.*9\\.1\\.0`),
  };
  await t.rejects(open(directory), refusal);
  await t.rejects(open(directory), refusal, 'again: the lock was given back');
});

t.test('a database of another program is refused', async (t) => {
  const db = openDatabase(join(directoryUntilEnd(t), 'a.db'));
  t.teardown(() => db.close());
  db.exec('CREATE TABLE theirs (x)');
  t.throws(() => schemaOf(db), { code: 'STORAGE_FAILED', message: /another program/ });
});

t.test(
  'a vault of the first schema gets a history of holders, and sandboxes without a lease read as with one',
  async (t) => {
    const db = openDatabase(join(directoryUntilEnd(t), 'a.db'));
    t.teardown(() => db.close());
    t.equal(migrate(db, MIGRATIONS.slice(0, 1)), 1);
    db.exec(`INSERT INTO vault VALUES (1, 'vlt_A', 1, '0.1.0', 1, x'00', 0)`);
    t.equal(migrate(db), newest);
    t.ok(existsSync(`${db.name}.schema-1`));
    t.equal(db.prepare('SELECT count(*) FROM holder').pluck().get(), 0);
    const row = { settings: '{"image":"busybox"}', only: '[]', own: '{}', ceiling: 0, endsSession: 0, endedAt: null };
    t.match(toSandbox(row).settings, { image: 'busybox', lease: 30_000, oneShot: false });
  },
);
