import { statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { open, options, operator } from './core-fixture.js';

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
  again.close();
});
