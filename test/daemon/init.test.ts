import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { initialise } from '../../daemon/init.js';

t.test('makes a key once, and says what it means to lose it', async (t) => {
  const keyFile = join(t.testdir({}), 'etc', 'vault.key');
  const said = initialise({ keyFile, dataDir: '/var/lib/ampoule' });
  t.match(said, 'Lose the key, lose the vault');
  t.match(said, `LoadCredential=vault.key:${keyFile}`);
  t.equal(statSync(keyFile).mode & 0o777, 0o600);
  const key = readFileSync(keyFile);
  t.equal(key.length, 32);
  t.notMatch(said, key.toString('hex'));
  t.throws(() => initialise({ keyFile, dataDir: '/' }), { code: 'INVALID_INPUT' });
  t.same(readFileSync(keyFile), key, 'never overwritten');
});

t.test('no key for a passphrase', async (t) => {
  t.throws(() => initialise({ keyFile: null, dataDir: '/' }), { name: 'ConfigError', message: /init --key-file/ });
});
