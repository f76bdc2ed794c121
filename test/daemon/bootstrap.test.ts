import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeBootstrapToken } from '../../daemon/bootstrap.js';
import { testVault } from './vault-fixture.js';

t.test('the first start writes an operator token, the next one does not', async (t) => {
  const { vault, directory } = await testVault(t);
  const file = join(directory, 'etc', 'operator.token');
  t.equal(writeBootstrapToken(vault, file), true);
  t.equal(statSync(file).mode & 0o777, 0o600);
  const token = readFileSync(file, 'utf8');
  t.match(token, /^amp_op_\S+\n$/);
  t.equal(writeBootstrapToken(vault, file), false);
  t.equal(readFileSync(file, 'utf8'), token);
  t.match(vault.tokens.authenticate(token.trim()), { caller: { kind: 'operator' } });
});

t.test('a start that was cut short before the file is made good', async (t) => {
  const { vault, directory } = await testVault(t);
  const file = join(directory, 'token');
  vault.tokens.create({ kind: 'daemon' }, { kind: 'operator', name: 'bootstrap' });
  t.equal(writeBootstrapToken(vault, file), true);
  t.match(vault.tokens.authenticate(readFileSync(file, 'utf8').trim()), { caller: { kind: 'operator' } });
});

t.test('who has used a token may remove the file', async (t) => {
  const { vault, directory } = await testVault(t);
  const file = join(directory, 'token');
  writeBootstrapToken(vault, file);
  vault.tokens.authenticate(readFileSync(file, 'utf8').trim());
  vault.tokens.flush();
  rmSync(file);
  t.equal(writeBootstrapToken(vault, file), false);
});

t.test('the file of a vault that is gone is replaced', async (t) => {
  const { vault, directory } = await testVault(t);
  const file = join(directory, 'token');
  writeFileSync(file, 'amp_op_of-another-vault\n', { mode: 0o644 });
  t.equal(writeBootstrapToken(vault, file), true);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.notMatch(readFileSync(file, 'utf8'), /another/);
});
