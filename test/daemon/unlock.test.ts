import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { unlockFrom } from '../../daemon/unlock.js';
import { testVault } from './vault-fixture.js';

t.test('a new vault gets a key file, an old one never a new key', async (t) => {
  const directory = t.testdir({});
  const config = { dataDir: join(directory, 'data'), keyFile: join(directory, 'etc', 'key'), passphraseFile: null };
  t.same(unlockFrom(config), { unlock: { keyFile: config.keyFile }, madeKeyFile: config.keyFile });
  t.equal(statSync(config.keyFile).size, 32);
  t.equal(statSync(config.keyFile).mode & 0o777, 0o600);
  const key = readFileSync(config.keyFile);
  t.equal(unlockFrom(config).madeKeyFile, null);
  t.same(readFileSync(config.keyFile), key);

  const there = await testVault(t, join(directory, 'there'));
  rmSync(there.keyFile);
  const lost = { dataDir: join(there.directory, 'data'), keyFile: there.keyFile, passphraseFile: null };
  t.equal(unlockFrom(lost).madeKeyFile, null);
  t.notOk(existsSync(there.keyFile));
});

t.test('a passphrase from its file, or later', async (t) => {
  const directory = t.testdir({ phrase: 'secret phrase\n' });
  const config = { dataDir: directory, keyFile: null };
  const { unlock } = unlockFrom({ ...config, passphraseFile: join(directory, 'phrase') });
  t.equal('passphrase' in unlock && Buffer.from(unlock.passphrase ?? '').toString(), 'secret phrase');
  t.same(unlockFrom({ ...config, passphraseFile: null }).unlock, { passphrase: null });
});
