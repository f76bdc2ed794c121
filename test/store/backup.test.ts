import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeBackup } from '../../store/backup.js';
import { openDatabase } from '../../store/database.js';
import { makeSecrets } from '../../store/secrets.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { launcher, open, operator } from './core-fixture.js';

t.test('a whole copy, private, with no value in the clear, and an entry for it', async (t) => {
  const directory = directoryUntilEnd(t);
  const { context, audit, close } = await open(directory);
  t.teardown(close);
  const backup = makeBackup(context);
  makeSecrets(context).create(operator, { name: 'A' }, { plain: Buffer.from('canary-of-the-backup') });
  const file = join(directory, 'backup.db');
  const { bytes } = await backup(operator, file);
  t.equal(statSync(file).size, bytes);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.same(
    readdirSync(directory).filter((name) => name.startsWith('backup')),
    ['backup.db'],
    'no part is left',
  );
  const copy = openDatabase(file);
  t.equal(copy.prepare('SELECT count(*) FROM secretVersion').pluck().get(), 1);
  t.equal(
    copy.prepare(`SELECT count(*) FROM audit WHERE action = 'vault.backup'`).pluck().get(),
    1,
    'before its effect',
  );
  const cells = copy.prepare('SELECT ciphertext FROM secretVersion').pluck().all() as Buffer[];
  t.notOk(cells.some((cell) => cell.includes('canary-of-the-backup')));
  copy.close();
  t.match(audit.list(operator).items[0], { action: 'vault.backup', outcome: 'done' });

  await t.rejects(backup(operator, file), { code: 'INVALID_INPUT' }, 'nothing is overwritten');
  await t.rejects(backup(operator, '/proc/self/none/x'), { code: 'STORAGE_FAILED' });
  await t.rejects(backup(launcher, join(directory, 'other.db')), { code: 'FORBIDDEN' });
});

t.test('commits that happen meanwhile are in it whole or not at all', async (t) => {
  const directory = directoryUntilEnd(t);
  const { db, context, close } = await open(directory);
  t.teardown(close);
  db.exec('CREATE TABLE pairs (a TEXT, b TEXT)');
  const insert = db.prepare('INSERT INTO pairs VALUES (?, ?)');
  const add = (n: number) => context.write('test', () => void insert.run(`${n}`.repeat(2000), `${n}`.repeat(2000)));
  for (let n = 0; n < 400; n++) add(n);
  let running = true;
  const copying = makeBackup(context)(operator, join(directory, 'b.db')).finally(() => {
    running = false;
  });
  let added = 0;
  while (running) {
    add(1000 + added++);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await copying;
  t.ok(added > 0);
  const copy = openDatabase(join(directory, 'b.db'));
  t.teardown(() => copy.close());
  t.equal(copy.pragma('integrity_check', { simple: true }), 'ok');
  t.ok(Number(copy.prepare('SELECT count(*) FROM pairs').pluck().get()) >= 400);
  t.equal(copy.prepare('SELECT count(*) FROM pairs WHERE a <> b').pluck().get(), 0);
});
