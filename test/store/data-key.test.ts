import t from 'tap';
import { openVault } from '../../store/open.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { options as optionsIn } from './core-fixture.js';
import { agentOf, codeOf, operator, plain } from './domain-fixture.js';

t.test('new versions are under the new key, old ones stay readable, after a restart too', async (t) => {
  const options = optionsIn(directoryUntilEnd(t));
  const vault = await openVault(options);
  const { id } = vault.secrets.create(operator, { name: 'KEY' }, plain('one'));
  t.same(vault.rotate(operator), { keyId: 2 });
  t.equal(vault.status().keyId, 2);
  vault.secrets.setValue(operator, 'KEY', plain('two'));
  t.match(vault.secrets.versions(operator, 'KEY'), [
    { version: 2, keyId: 2 },
    { version: 1, keyId: 1 },
  ]);
  t.match(vault.audit.list(operator, { action: 'vault.rotate' }).items, [{ detail: { keyId: 2 } }]);
  t.equal(
    codeOf(() => vault.rotate(agentOf('ses_1'))),
    'FORBIDDEN',
  );
  vault.close();
  const again = await openVault(options);
  t.teardown(() => again.close());
  t.equal(again.status().keyId, 2);
  t.equal(Buffer.from(again.secrets.reveal(operator, id, 'test').value).toString(), 'two');
  again.secrets.rollback(operator, 'KEY', 1);
  t.equal(Buffer.from(again.secrets.reveal(operator, id, 'test').value).toString(), 'one');
  again.seal(operator);
  t.equal(
    codeOf(() => again.rotate(operator)),
    'VAULT_SEALED',
  );
});

t.test('one that is killed once the key is committed reads everything', async (t) => {
  const options = optionsIn(directoryUntilEnd(t));
  const vault = await openVault({
    ...options,
    failpoint: (name) => {
      if (name === 'vault.rotate:committed') throw new Error('killed');
    },
  });
  vault.secrets.create(operator, { name: 'KEY' }, plain('one'));
  t.throws(() => vault.rotate(operator), { message: 'killed' });
  vault.secrets.create(operator, { name: 'OTHER' }, plain('two'));
  vault.close();
  const again = await openVault(options);
  t.teardown(() => again.close());
  t.equal(again.status().keyId, 2);
  for (const [name, value] of [
    ['KEY', 'one'],
    ['OTHER', 'two'],
  ] as const)
    t.equal(Buffer.from(again.secrets.reveal(operator, name, 'test').value).toString(), value);
});
