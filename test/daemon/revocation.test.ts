import t from 'tap';
import { ledgerOver } from '../../daemon/ledger.js';
import { revokeEverything } from '../../daemon/revocation.js';
import { testVault } from './vault-fixture.js';

t.test('every sandbox with a value is ended, once; what could not be is told', async (t) => {
  const { vault, secret, sandbox } = await testVault(t);
  const { id } = secret('A', 'value-one');
  const [one, two, empty] = [sandbox('one', ['A']), sandbox('two', ['A']), sandbox('empty')];
  const ledger = ledgerOver(vault);
  const holds = [{ env: 'A', secret: id, version: 1 }];
  const row = { role: 'current' as const, epoch: 1, generation: 1, envMac: 'ab' };
  ledger.intend({ ...row, sandbox: one, holds });
  ledger.intend({ ...row, sandbox: one, role: 'next', holds });
  ledger.intend({ ...row, sandbox: two, holds });
  ledger.intend({ ...row, sandbox: empty, holds: [] });
  const ended: string[] = [];
  const answer = await revokeEverything(vault, (of) => ({
    revoke: async (name) => {
      t.equal(of, name, 'each by its own delivery');
      ended.push(name);
      if (name === two) throw new Error('engine away');
    },
  }));
  t.same(ended.sort(), [one, two].sort());
  t.same(answer, { failed: [two] });
});
