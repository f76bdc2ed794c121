import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeBackup } from '../../store/backup.js';
import { openDatabase } from '../../store/database.js';
import { makeKeyFile } from '../../store/key-file.js';
import { restoreVault } from '../../store/restore.js';
import { makeSecrets } from '../../store/secrets.js';
import { killChild, startChild } from './child.js';
import { open, operator, options, testClock } from './core-fixture.js';

/** A vault with the secret A, a backup of it, and then a second secret, B. */
async function withBackup(directory: string) {
  const core = await open(directory);
  const secrets = makeSecrets(core.context);
  const file = join(directory, 'backup.db');
  secrets.create(operator, { name: 'A' }, { plain: Buffer.from('of a') });
  await makeBackup(core.context)(operator, file);
  secrets.create(operator, { name: 'B' }, { plain: Buffer.from('of b') });
  core.close();
  const { dataDir, keyFile, auditHeadFile } = options(directory);
  return { id: core.row.id, file, dataDir, keyFile, auditHeadFile, clock: testClock() };
}

function names(core: Awaited<ReturnType<typeof open>>): string[] {
  return core.db.prepare<[], string>('SELECT name FROM secret ORDER BY name').pluck().all();
}

t.test('the backup takes the place, the old vault is kept, the epoch rises, the audit stays sound', async (t) => {
  const directory = t.testdir();
  const { file, dataDir, keyFile, auditHeadFile, clock, id } = await withBackup(directory);
  const before = readFileSync(file);
  const restored = await restoreVault({ file, dataDir, unlock: { keyFile }, auditHeadFile, clock });
  t.match(restored, { id, epoch: 2, schema: 10, kept: /vault\.db\.replaced-2030-01-01/ });
  t.same(readFileSync(file), before, 'the backup stays as it is');
  t.equal(statSync(join(dataDir, 'vault.db')).mode & 0o777, 0o600);
  t.same(
    readdirSync(dataDir).filter((name) => !/^(vault\.db|ballast)$|replaced/.test(name)),
    [],
    'nothing else is left lying about',
  );

  const core = await open(directory);
  t.same(names(core), ['A']);
  t.equal(core.row.epoch, 2);
  t.equal(makeSecrets(core.context).reveal(operator, 'A', 'test').value.length, 4);
  t.match(core.audit.verify(operator), { ok: true });
  const [entry] = core.audit.list(operator, { action: 'vault.restore' }).items;
  t.match(entry, { caller: 'daemon', target: 'epoch-2', detail: { epoch: 2, backupEpoch: 1 } });
  core.close();

  const old = openDatabase(restored.kept ?? '');
  t.equal(old.prepare('SELECT count(*) FROM secret').pluck().get(), 2);
  t.equal(old.prepare('SELECT epoch FROM vault').pluck().get(), 1);
  old.close();

  const again = await restoreVault({ file, dataDir, auditHeadFile, clock });
  t.equal(again.epoch, 3, 'above every number that was in use');
  t.not(again.kept, restored.kept);
  const third = await open(directory);
  t.match(third.audit.verify(operator), { ok: true }, 'the entry that was written without a key has its MAC now');
  third.close();
});

t.test('into an empty directory; and beside a head that knows a later epoch', async (t) => {
  const directory = t.testdir();
  const { file, keyFile, auditHeadFile, clock, dataDir } = await withBackup(directory);
  for (let n = 0; n < 3; n++) await restoreVault({ file, dataDir, auditHeadFile, clock });
  const empty = join(directory, 'empty', 'data');
  t.match(await restoreVault({ file, dataDir: empty, clock }), { epoch: 2, kept: null });
  t.match(await restoreVault({ file, dataDir: join(directory, 'next'), auditHeadFile, clock }), {
    epoch: 5,
    kept: null,
  });
  const core = await open(directory, { dataDir: empty, unlock: { keyFile }, auditHeadFile: join(directory, 'h') });
  t.same(names(core), ['A']);
  core.close();
});

t.test('a vault that is too damaged to open is replaced, and kept', async (t) => {
  const directory = t.testdir();
  const { file, dataDir, keyFile, clock } = await withBackup(directory);
  writeFileSync(join(dataDir, 'vault.db'), 'nothing but rubbish '.repeat(100));
  const { kept } = await restoreVault({ file, dataDir, unlock: { keyFile }, clock });
  t.match(readFileSync(kept ?? '', 'utf8'), /^nothing but rubbish/);
  const core = await open(directory, { auditHeadFile: join(directory, 'h') });
  t.same(names(core), ['A']);
  core.close();
});

t.test('refusals leave everything as it was', async (t) => {
  const directory = t.testdir();
  const { file, dataDir, keyFile, auditHeadFile, clock, id } = await withBackup(directory);
  const head = readFileSync(auditHeadFile, 'utf8');
  const torn = join(directory, 'torn.db');
  copyFileSync(file, torn);
  writeFileSync(torn, Buffer.alloc(20_000, 0xff), { flag: 'r+' });
  const rubbish = join(directory, 'rubbish.db');
  writeFileSync(rubbish, 'x'.repeat(5000));
  const empty = join(directory, 'empty.db');
  openDatabase(empty).close();
  const newer = join(directory, 'newer.db');
  copyFileSync(file, newer);
  const db = openDatabase(newer);
  db.exec(`PRAGMA user_version = 99; UPDATE vault SET minVersion = '9.9.9'`);
  db.close();
  const other = join(directory, 'other');
  mkdirSync(other);
  const foreign = await withBackup(other);
  const wrong = join(directory, 'wrong.key');
  makeKeyFile(wrong);

  const invalid = { code: 'BACKUP_INVALID' };
  await t.rejects(restoreVault({ file: join(directory, 'none.db'), dataDir }), invalid);
  await t.rejects(restoreVault({ file: torn, dataDir }), invalid);
  await t.rejects(restoreVault({ file: rubbish, dataDir }), invalid);
  await t.rejects(restoreVault({ file: empty, dataDir }), invalid);
  await t.rejects(restoreVault({ file: foreign.file, dataDir }), {
    ...invalid,
    message: new RegExp(`${foreign.id}.*${id}`),
  });
  await t.rejects(restoreVault({ file: newer, dataDir }), { code: 'SCHEMA_NEWER', message: /9\.9\.9/ });
  await t.rejects(restoreVault({ file, dataDir, unlock: { keyFile: wrong } }), { code: 'WRONG_KEY' });
  await t.rejects(restoreVault({ file, dataDir, unlock: { passphrase: Buffer.from('x') } }), {
    code: 'PASSPHRASE_WRONG',
  });

  const { child, line } = await startChild('./child-open.ts', join(dataDir, 'vault.db'));
  t.equal(line, 'open');
  await t.rejects(restoreVault({ file, dataDir, unlock: { keyFile }, clock }), { code: 'VAULT_LOCKED' });
  await killChild(child);

  t.same(
    readdirSync(dataDir).filter((name) => /replaced|restoring/.test(name)),
    [],
  );
  t.equal(readFileSync(auditHeadFile, 'utf8'), head);
  const core = await open(directory);
  t.same(names(core), ['A', 'B']);
  t.equal(core.row.epoch, 1);
  core.close();
  t.notOk(existsSync(join(dataDir, 'vault.db.restoring')));
});
