import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { lookAtInstallation } from '../../../daemon/doctor/installation-look.js';
import { operator, testVault } from '../vault-fixture.js';

t.test('files, audit, sandboxes as they are', async (t) => {
  const { vault, directory, keyFile, sandbox } = await testVault(t);
  const [good, failed, behind] = ['good', 'failed', 'behind'].map((name) => sandbox(name));
  const token = join(directory, 'token');
  writeFileSync(token, 'x');
  chmodSync(token, 0o644);
  let away = false;
  const look = () =>
    lookAtInstallation(
      {
        config: {
          ...{ dataDir: join(directory, 'data'), keyFile, passphraseFile: null, listen: null },
          ...{ auditHeadFile: join(directory, 'state', 'head'), runDir: join(directory, 'run') },
          ...{ socket: join(directory, 'run', 'absent'), dockerHost: 'unix:///x', bootstrapTokenFile: token },
        },
        vault,
        reconciler: {
          view: (id) => ({
            ...{ vacant: false, containerId: null, imageDigest: null, epoch: 1, startedAt: null, exitCode: null },
            state: id === failed ? 'failed' : 'running',
            ...(id === failed ? { reason: 'No image.' } : {}),
            generation: id === behind ? -1 : 1000,
          }),
        },
        deliveries: { report: () => ({ configured: 'auto', resolved: 'memory', state: 'works' }) },
        inspection: {
          engine: async () => {
            if (away) throw new Error('away');
            return {
              ...{ version: '20', apiVersion: '1', runtime: 'runc', liveRestore: true, cgroupVersion: '2' },
              ...{ cgroupDriver: 'x', clockAhead: null },
            };
          },
          kernel: () => ({ root: true, freezer: true }),
        },
        version: '1',
      },
      operator,
    );
  const facts = await look();
  const modes = Object.fromEntries(facts.places.map(({ what, mode }) => [what, mode?.toString(8) ?? null]));
  t.match(modes, {
    'the data directory': '700',
    'the vault': '600',
    'the key file': '600',
    'the run directory': '700',
    'the socket': null,
    'the first operator token': '644',
  });
  t.ok(facts.places.every(({ mode, uid }) => mode === null || uid === process.getuid?.()));
  t.match(facts, { audit: { checked: true, problem: null }, sealed: false, unrecorded: 0, engine: { version: '20' } });
  t.ok(facts.audit.entries > 0);
  t.ok(Math.abs(facts.clockJumped) < 60_000);
  t.equal(facts.sandboxes.live, 3);
  t.same(facts.sandboxes.unwell.map(({ name }) => name).sort(), ['behind', 'failed']);
  t.ok(good);
  away = true;
  t.equal((await look()).engine, null);
});
