import { join } from 'node:path';
import t from 'tap';
import { createVault, MIN_VERSION, readVaultRow } from '../../store/create.js';
import { openDatabase } from '../../store/database.js';
import { MIGRATIONS, schemaOf } from '../../store/migrate.js';
import { randomBytes, sealReady } from '../../store/seal.js';
import { readWrap, unwrapRoot } from '../../store/wrap.js';
import { testClock } from './core-fixture.js';

t.before(sealReady);

t.test('all of a vault is there afterwards', async (t) => {
  const db = openDatabase(join(t.testdir(), 'a.db'));
  t.teardown(() => db.close());
  t.equal(schemaOf(db), 0);
  const key = randomBytes(32);
  await createVault(db, testClock(), { kind: 'keyFile', key });
  t.equal(schemaOf(db), MIGRATIONS.length);
  const row = readVaultRow(db);
  t.match(row, { id: /^vlt_/, format: 1, minVersion: MIN_VERSION, epoch: 1, createdAt: Date.UTC(2030, 0, 1) });
  t.equal(db.prepare('SELECT count(*) FROM dataKey').pluck().get(), 1);
  t.ok(await unwrapRoot(row?.id ?? '', readWrap(db), { kind: 'keyFile', key }));
});

t.test('or nothing of it', async (t) => {
  const db = openDatabase(join(t.testdir(), 'a.db'));
  t.teardown(() => db.close());
  db.pragma('max_page_count = 20');
  await t.rejects(createVault(db, testClock(), { kind: 'keyFile', key: randomBytes(32) }), { code: 'SQLITE_FULL' });
  t.equal(schemaOf(db), 0);
  t.equal(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get(), 0);
});
