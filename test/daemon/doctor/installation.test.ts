import t, { type Test } from 'tap';
import { diagnoseInstallation } from '../../../daemon/doctor/installation.js';
import type { InstallationFacts } from '../../../daemon/doctor/installation-facts.js';
import { installation } from './sample-installation.js';

function one(t: Test, more: Partial<InstallationFacts>, cause: string, say: RegExp, check: string): void {
  const { findings, checks } = diagnoseInstallation(installation(more));
  t.equal(findings.length, 1, `${cause} alone`);
  t.equal(findings[0]?.code, cause);
  t.match(`${findings[0]?.what} ${findings[0]?.todo}`, say, cause);
  const bad = checks.filter(({ ok }) => !ok).map(({ name }) => name);
  t.same(bad, findings[0]?.severity === 'note' ? [] : [check], `${cause}: the line of it`);
}
const { engine } = installation();

t.test('all is well: a line for each thing', async (t) => {
  const { checks, findings } = diagnoseInstallation(installation());
  t.same(findings, []);
  t.ok(checks.every(({ ok }) => ok));
  const said = Object.fromEntries(checks.map(({ name, said }) => [name, said]));
  t.match(said, {
    engine: 'Docker 20.10 (API 1.41, runc 1.1), cgroup v2 (systemd), live-restore on',
    delivery: 'memory (asked for: auto)',
    rights: 'runs as root',
    disk: '10240 MiB free',
    clock: '0 s from the engine’s'.replace('’', "'"),
    audit: 'the chain of 7 entries holds',
    listens: '/run/s and 127.0.0.1:7433',
  });
});

t.test('one after the other', async (t) => {
  one(t, { engine: null }, 'ENGINE_AWAY', /does not answer at unix:/, 'engine');
  one(t, { engine: engine && { ...engine, liveRestore: false } }, 'LIVE_RESTORE_OFF', /daemon\.json/, 'engine');
  one(t, { kernel: { root: true, freezer: false } }, 'NO_FREEZER', /cgroup2/, 'engine');
  one(t, { kernel: { root: false, freezer: true }, uid: 0 }, 'NOT_ROOT', /not root/, 'rights');
  const env = { configured: 'auto', resolved: 'env', state: 'unavailable', reason: 'noexec.' } as const;
  one(t, { delivery: env }, 'DELIVERY_ENV', /plaintext in Docker's files\. noexec\..*ampoule status/, 'delivery');
  one(t, { delivery: { ...env, configured: 'env' } }, 'DELIVERY_ENV', /Leave AMPOULE_DELIVERY out/, 'delivery');
  const probing = { configured: 'auto', resolved: 'memory', state: 'probing', reason: 'Still.' } as const;
  one(t, { delivery: probing }, 'DELIVERY_UNKNOWN', /Still/, 'delivery');
  one(t, { freeBytes: 100 * 1024 * 1024 }, 'DISK_LOW', /below 64 MiB/, 'disk');
  one(t, { freeBytes: 1024 * 1024 }, 'DISK_LOW', /new secrets are refused/, 'disk');
  one(t, { clockJumped: 3_600_000 }, 'CLOCK_JUMPED', /3600 s/, 'clock');
  one(t, { engine: engine && { ...engine, clockAhead: -120_000 } }, 'CLOCK_OFF', /120 s behind/, 'clock');
  one(t, { listen: { host: '0.0.0.0', port: 7433 } }, 'LISTENS_WIDE', /without TLS/, 'listens');
  for (const host of ['127.0.0.2', '::1', 'localhost'])
    t.same(diagnoseInstallation(installation({ listen: { host, port: 1 } })).findings, [], host);
  t.same(diagnoseInstallation(installation({ listen: null })).findings, []);
});
