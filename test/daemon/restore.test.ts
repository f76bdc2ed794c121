import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { restore } from '../../daemon/restore.js';
import { openVault } from '../../store/index.js';
import { operator, testVault } from './vault-fixture.js';

t.test('a backup takes the place of the vault, which is kept', async (t) => {
  const { vault, directory, keyFile, secret } = await testVault(t);
  const backup = join(directory, 'backup.db');
  secret('BEFORE', 'value-before');
  await vault.backup(operator, backup);
  secret('AFTER', 'value-after');
  const dataDir = join(directory, 'data');
  const config = { dataDir, keyFile, passphraseFile: null, auditHeadFile: join(directory, 'state', 'head') };
  await t.rejects(restore(config, backup), { code: 'VAULT_LOCKED' }, 'not while somebody has it open');
  vault.close();

  const said = await restore(config, backup);
  t.match(said, /its epoch is 2 now[\s\S]*The unlock key opens it/);
  t.ok(existsSync(/is kept as (\S+)\.\n/.exec(said)?.[1] ?? ''), said);
  const opened = await openVault({ ...config, unlock: { keyFile }, runDir: join(directory, 'run'), version: '0.1.0' });
  t.teardown(() => opened.close());
  t.same(
    opened.secrets.list(operator).items.map(({ name }) => name),
    ['BEFORE'],
  );
});

t.test('no backup: nothing is touched', async (t) => {
  const { vault, directory, keyFile } = await testVault(t);
  vault.close();
  const dataDir = join(directory, 'data');
  const config = { dataDir, keyFile, passphraseFile: null, auditHeadFile: join(directory, 'state', 'head') };
  await t.rejects(restore(config, join(directory, 'none')), { code: 'BACKUP_INVALID' });
  await t.rejects(restore(config, keyFile), { code: 'BACKUP_INVALID' });
  t.ok(existsSync(join(dataDir, 'vault.db')));
});
