import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeKeyFile } from '../../store/key-file.js';
import { readWrap } from '../../store/wrap.js';
import { launcher, open, operator, options } from './core-fixture.js';
import { filesWith } from './search-files.js';

const passphrase = (text = 'correct horse battery') => new TextEncoder().encode(text);

t.test('a passphrase: made, opened, refused, sealed and unsealed', async (t) => {
  const directory = t.testdir();
  const given = passphrase();
  const core = await open(directory, { unlock: { passphrase: given } });
  t.ok(
    given.every((byte) => byte === 0),
    'wiped',
  );
  const { context, guard, audit } = core;
  t.equal(readWrap(core.db).kind, 'passphrase');
  const row = context.keys.encrypt('sec_A', 1, passphrase('value'), { createdAt: 1, createdBy: 'x' });
  guard.seal(operator);
  t.equal(context.keys.state, 'sealed');

  const wrong = passphrase('wrong');
  await t.rejects(guard.unseal(operator, wrong), { code: 'PASSPHRASE_WRONG', message: /ampoule vault unseal/ });
  t.ok(
    wrong.every((byte) => byte === 0),
    'wiped',
  );
  t.equal(context.keys.state, 'sealed');
  await t.rejects(guard.unseal(operator, null), { code: 'INVALID_INPUT', problems: [{ pointer: '/passphrase' }] });
  await t.rejects(guard.unseal(launcher, passphrase()), { code: 'FORBIDDEN' });

  const late = guard.unseal(operator, passphrase());
  guard.seal(operator);
  await late;
  t.equal(context.keys.state, 'sealed', 'a seal is not undone by an unseal that was on its way');
  await guard.unseal(operator, passphrase());
  t.same(context.keys.decrypt('sec_A', 1, row), passphrase('value'));
  t.match(
    audit.list(operator).items.map(({ action, outcome }) => `${action} ${outcome}`),
    ['vault.unseal done', 'vault.seal done', 'vault.unseal refused', 'vault.unseal failed', 'vault.seal done'],
  );
  t.match(audit.verify(operator), { ok: true });
  core.close();

  const sealed = await open(directory, { unlock: { passphrase: null } });
  t.equal(sealed.context.keys.state, 'sealed');
  sealed.close();
  await t.rejects(open(directory, { unlock: { passphrase: passphrase('wrong') } }), { code: 'PASSPHRASE_WRONG' });
});

t.test('a key file: the wrong one, a missing one, and the way back', async (t) => {
  const directory = t.testdir();
  const { keyFile } = options(directory);
  const core = await open(directory);
  core.guard.seal(operator);
  renameSync(keyFile, `${keyFile}.away`);
  await t.rejects(core.guard.unseal(operator, null), { code: 'KEY_FILE_MISSING' });
  makeKeyFile(keyFile);
  await t.rejects(core.guard.unseal(operator, null), { code: 'WRONG_KEY', message: new RegExp(keyFile) });
  rmSync(keyFile);
  renameSync(`${keyFile}.away`, keyFile);
  await core.guard.unseal(operator, null);
  t.equal(core.context.keys.state, 'unsealed');
  await core.guard.unseal(operator, null);
  core.close();

  const other = join(directory, 'other.key');
  makeKeyFile(other);
  await t.rejects(open(directory, { unlock: { keyFile: other } }), { code: 'WRONG_KEY' });
  await t.rejects(open(directory, { unlock: { keyFile: join(directory, 'none') } }), { code: 'KEY_FILE_MISSING' });
  await t.rejects(open(directory, { unlock: { passphrase: passphrase() } }), {
    code: 'WRONG_KEY',
    message: /AMPOULE_KEY_FILE/,
  });
  const sealed = await open(directory, { unlock: { passphrase: null } });
  await t.rejects(sealed.guard.unseal(operator, null), { code: 'KEY_FILE_MISSING' });
  sealed.close();
});

t.test('a new vault needs something to lock it with, and nothing is left without', async (t) => {
  const directory = t.testdir();
  await t.rejects(open(directory, { unlock: { passphrase: null } }), {
    code: 'KEY_FILE_MISSING',
    message: /ampouled init/,
  });
  await t.rejects(open(directory, { unlock: { keyFile: join(directory, 'none') } }), { code: 'KEY_FILE_MISSING' });
  t.notOk(existsSync(join(directory, 'data')));
});

t.test('a new unlock key: the old wrap is in no file, the old key opens no more', async (t) => {
  const directory = t.testdir();
  const { dataDir, keyFile } = options(directory);
  const database = join(dataDir, 'vault.db');
  const core = await open(directory);
  const row = core.context.keys.encrypt('sec_A', 1, passphrase('value'), { createdAt: 1, createdBy: 'x' });
  const before = readWrap(core.db);
  t.not(filesWith(database, before.ciphertext).length, 0, 'the search finds it before');
  t.not(filesWith(database, before.nonce).length, 0);

  const next = join(directory, 'next', 'ampoule.key');
  await t.rejects(core.guard.rekey(launcher, { keyFile: next }), { code: 'FORBIDDEN' });
  t.notOk(existsSync(next));
  t.match(await core.guard.rekey(operator, { keyFile: next }), {
    unlock: 'keyFile',
    keyFile: next,
    step: /AMPOULE_KEY_FILE=/,
  });
  t.same(filesWith(database, before.ciphertext), []);
  t.same(filesWith(database, before.nonce), []);
  core.guard.seal(operator);
  await core.guard.unseal(operator, null);
  t.same(core.context.keys.decrypt('sec_A', 1, row), passphrase('value'), 'the new file is remembered, values stay');
  core.close();
  await t.rejects(open(directory), { code: 'WRONG_KEY' });

  const again = await open(directory, { unlock: { keyFile: next } });
  const second = readWrap(again.db);
  t.match(await again.guard.rekey(operator, { passphrase: passphrase() }), {
    unlock: 'passphrase',
    keyFile: null,
    step: /remove AMPOULE_KEY_FILE/,
  });
  t.same(filesWith(database, second.ciphertext), []);
  await t.rejects(again.guard.rekey(operator, { passphrase: new Uint8Array() }), { code: 'INVALID_INPUT' });
  again.guard.seal(operator);
  await t.rejects(again.guard.rekey(operator, { passphrase: passphrase() }), { code: 'VAULT_SEALED' });
  again.close();

  const sealed = await open(directory, { unlock: { keyFile } });
  t.equal(sealed.context.keys.state, 'sealed', 'a key file that is still configured keeps nobody out');
  await sealed.guard.unseal(operator, passphrase());
  t.same(sealed.context.keys.decrypt('sec_A', 1, row), passphrase('value'));
  sealed.close();
});

t.test('the key file in place: a process that ends between commit and rename loses nothing', async (t) => {
  const directory = t.testdir();
  const { keyFile } = options(directory);
  const core = await open(directory);
  const old = readFileSync(keyFile);
  t.same(await core.guard.rekey(operator, { keyFile }), { unlock: 'keyFile', keyFile, step: null });
  const young = readFileSync(keyFile);
  t.notSame(young, old);
  core.close();

  renameSync(keyFile, `${keyFile}.new`);
  await t.rejects(open(directory, { unlock: { keyFile } }), { code: 'KEY_FILE_MISSING' });
  mkdirSync(join(directory, 'old'));
  makeKeyFile(keyFile);
  const recovered = await open(directory, { unlock: { keyFile } });
  t.equal(recovered.context.keys.state, 'unsealed');
  t.same(readFileSync(keyFile), young, 'the rename was made up for');
  t.notOk(existsSync(`${keyFile}.new`));
  recovered.close();
});

t.test('an act that fails leaves the old key in force and no new file', async (t) => {
  const directory = t.testdir();
  const core = await open(directory);
  core.db.exec(`CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END`);
  const next = join(directory, 'next.key');
  await t.rejects(core.guard.rekey(operator, { keyFile: next }), { code: 'AUDIT_UNAVAILABLE' });
  t.notOk(existsSync(next));
  t.throws(() => core.guard.seal(operator), { code: 'REVOKED_NOT_RECORDED' });
  t.equal(core.context.keys.state, 'sealed', 'a failing audit never keeps it open');
  await t.rejects(core.guard.unseal(operator, null), { code: 'AUDIT_UNAVAILABLE' });
  t.equal(core.context.keys.state, 'sealed', 'and never opens it');
  core.db.exec('DROP TRIGGER no');
  t.ok(core.acts.flush());
  t.match(core.audit.list(operator).items, [{ action: 'vault.seal' }], 'recorded late');
  await core.guard.unseal(operator, null);
  core.close();
  (await open(directory)).close();
});
