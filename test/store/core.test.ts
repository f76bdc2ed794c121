import { execFileSync } from 'node:child_process';
import { copyFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { makeSecrets } from '../../store/secrets.js';
import { killChild, startChild } from './child.js';
import { open, operator, options } from './core-fixture.js';

const vectors = fileURLToPath(new URL('../vectors/', import.meta.url));

t.test('a new vault is made once, with files that only its owner may read', async (t) => {
  const directory = t.testdir();
  const first = await open(directory);
  const { id } = first.row;
  t.match(id, /^vlt_[0-9A-Z]{26}$/);
  t.equal(first.context.keys.state, 'unsealed');
  first.context.act(operator, { action: 'test.act', target: 'x' }, () => undefined);
  const { dataDir, keyFile } = options(directory);
  for (const file of [join(dataDir, 'vault.db'), join(dataDir, 'vault.db-wal'), join(dataDir, 'ballast'), keyFile])
    t.equal(statSync(file).mode & 0o777, 0o600, file);
  t.equal(statSync(dataDir).mode & 0o777, 0o700);
  first.close();

  const again = await open(directory);
  t.equal(again.row.id, id);
  t.equal(again.audit.list(operator).items.length, 1);
  t.match(again.context.id('sec'), /^sec_[0-9A-HJKMNP-TV-Z]{26}$/);
  const [one, other] = [again.context.id('sec'), again.context.id('sec')];
  t.ok(one < other, 'ids grow');
  again.close();
});

t.test('a second daemon is told at once, and the first one is none the worse', async (t) => {
  const directory = t.testdir();
  const core = await open(directory);
  const { child, line } = await startChild('./child-open.ts', join(options(directory).dataDir, 'vault.db'));
  t.equal(line, 'VAULT_LOCKED');
  await killChild(child);
  core.audit.record(operator, { action: 'test.act', target: 'x' });
  core.close();
});

t.test('tombstones of the last process are honoured, and recorded as soon as that can be', async (t) => {
  const directory = t.testdir();
  const core = await open(directory);
  const { id } = makeSecrets(core.context).create(operator, { name: 'A' }, { plain: Buffer.from('a') });
  core.db.exec(`
    INSERT INTO session (id, name, onResume, delivery, settings, lastUsedAt, generation, createdAt)
      VALUES ('ses_A', 'dev', 'restore', 'env', '{}', 1, 5, 1);
    INSERT INTO activation (id, session, secret, confirmedBy, activatedAt) VALUES (1, 'ses_A', '${id}', 'x', 1);
    CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END;
  `);
  const entry = { action: 'session.deactivate', target: 'ses_A' };
  const pairs = () => [{ session: 'ses_A', secret: id }];
  t.throws(() => core.context.revoke(operator, entry, pairs, () => undefined), { code: 'REVOKED_NOT_RECORDED' });
  core.close();

  const next = await open(directory);
  t.ok(next.context.entombed('ses_A', id), 'still');
  t.equal(next.tombstones.count(), 1);
  next.db.exec('DROP TRIGGER no');
  next.close();

  const last = await open(directory);
  t.notOk(last.context.entombed('ses_A', id), 'recorded at start');
  t.equal(last.db.prepare('SELECT endReason FROM activation').pluck().get(), 'deactivated');
  last.close();
});

t.test('the vectors of format 1 still open', async (t) => {
  for (const [stem, unlock] of [
    ['key-file', { keyFile: join(vectors, 'key-file.key') }],
    ['passphrase', { passphrase: Buffer.from(execFileSync('cat', [join(vectors, 'passphrase.passphrase')])) }],
  ] as const) {
    const directory = t.testdir({ data: {} });
    copyFileSync(join(vectors, `${stem}.vault.db`), join(directory, 'data', 'vault.db'));
    const core = await open(directory, { unlock });
    const secrets = makeSecrets(core.context);
    const expected = JSON.parse(execFileSync('cat', [join(vectors, `${stem}.json`)], { encoding: 'utf8' }));
    t.match(core.audit.verify(operator), expected.audit);
    t.equal(core.row.id, expected.vault);
    for (const { name, versions } of expected.secrets) {
      const { value } = secrets.reveal(operator, name, 'test');
      t.equal(Buffer.from(value).toString('base64'), versions.at(-1).value, name);
    }
    const opened = core.context.keys.openSealed(Buffer.from(expected.sealed, 'base64'));
    t.equal(Buffer.from(opened).toString('base64'), expected.sealedValue);
    core.close();
  }
});

t.test('a vault of another format, or without its row, is refused', async (t) => {
  const directory = t.testdir();
  const core = await open(directory);
  core.db.exec('UPDATE vault SET format = 2');
  core.close();
  await t.rejects(open(directory), { code: 'STORAGE_FAILED', message: /format/ });
  writeFileSync(join(directory, 'file'), '');
  const blocked = { dataDir: join(directory, 'file', 'data'), unlock: options(directory).unlock };
  await t.rejects(open(directory, blocked), { code: 'STORAGE_FAILED', message: /cannot be made/ });
});
