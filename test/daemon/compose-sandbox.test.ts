import { join } from 'node:path';
import t from 'tap';
import { assembleSandboxes } from '../../daemon/compose-sandbox.js';
import { createLog } from '../../daemon/log.js';
import { testVault } from './vault-fixture.js';

t.test('without an engine it starts, says so, and takes nothing away', async (t) => {
  const { vault, directory, secret, sandbox } = await testVault(t);
  secret('TOKEN', 'canary-of-a-value');
  const id = sandbox('box', ['TOKEN']);
  const lines: string[] = [];
  const log = createLog('trace', { write: (line) => void lines.push(line) });
  const called: string[] = [];
  const { delivery, reconciler } = assembleSandboxes(
    { dockerHost: `unix://${join(directory, 'none.sock')}` },
    vault,
    log,
    async (name) => void called.push(name),
  );
  t.equal(delivery.kind, 'env');
  await reconciler.start();
  t.equal(reconciler.reachable(), false);
  const { epoch } = vault.status();
  t.match(await reconciler.settle(id, { epoch, generation: 1 }, 0), { state: 'pending' });
  await reconciler.stop();
  t.match(lines.join(''), /Docker does not answer/);
  t.notMatch(lines.join(''), /canary/);
  t.ok(called.length > 0, 'the failpoint is called around calls to Docker');
  t.equal(vault.sandboxes.get({ kind: 'daemon' }, id).state, 'live');
});
