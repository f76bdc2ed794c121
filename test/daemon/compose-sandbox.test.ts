import { join } from 'node:path';
import t from 'tap';
import { assembleSandboxes } from '../../daemon/compose-sandbox.js';
import { readConfig } from '../../daemon/config.js';
import { createLog } from '../../daemon/log.js';
import { testVault } from './vault-fixture.js';

t.test('without an engine it starts, says so, and takes nothing away', async (t) => {
  const { vault, directory, secret, sandbox } = await testVault(t);
  secret('TOKEN', 'canary-of-a-value');
  const id = sandbox('box', ['TOKEN']);
  const lines: string[] = [];
  const log = createLog('trace', { write: (line) => void lines.push(line) });
  const called: string[] = [];
  const config = readConfig({}, { DOCKER_HOST: `unix://${join(directory, 'none.sock')}` });
  const { delivery, deliveries, reconciler, close } = assembleSandboxes({
    ...{ config: { ...config, runDir: join(directory, 'run') }, vault, log },
    failpoint: async (name) => void called.push(name),
  });
  t.equal(delivery(id).kind, 'env');
  t.equal(delivery(sandbox('quick', [], { delivery: 'memory' })).kind, 'memory');
  t.equal(delivery('sbx_unknown').kind, 'env');
  deliveries.start();
  t.match(deliveries.report(), { configured: 'auto', resolved: 'memory', state: 'probing' });
  await reconciler.start();
  t.equal(reconciler.reachable(), false);
  const { epoch } = vault.status();
  t.match(await reconciler.settle(id, { epoch, generation: 1 }, 0), { state: 'pending' });
  await deliveries.stop();
  await reconciler.stop();
  await close();
  t.match(lines.join(''), /Docker does not answer/);
  t.notMatch(lines.join(''), /canary/);
  t.ok(called.length > 0, 'the failpoint is called around calls to Docker');
  t.equal(vault.sandboxes.get({ kind: 'daemon' }, id).state, 'live');
});
