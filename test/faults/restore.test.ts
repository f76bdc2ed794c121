import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { settingsFor, startDaemon } from '../engine/daemon.js';
import { sharedEngine } from '../engine/shared.js';
import { containers, converged, differences } from './world.js';

const PROGRAM = fileURLToPath(new URL('../../dist/ampouled.js', import.meta.url));

t.test('a backup is restored while younger containers run', { timeout: 600_000 }, async (t) => {
  const engine = await sharedEngine();
  await engine.importBusybox();
  t.teardown(() => engine.done());
  let daemon = await startDaemon({ engine });
  const { dir } = daemon;
  t.teardown(() => daemon.remove());
  const { id: vault } = await daemon.ok('GET', '/v1/vault');
  const box = { network: 'none', delivery: 'env', idle: 'never', grace: '0s' };
  await daemon.ok('POST', '/v1/secrets', { name: 'KEY_0', value: 'canary-restore-old' });
  await daemon.ok('PUT', '/v1/sessions/dev', { idle: 'never', onResume: 'restore' });
  await daemon.ok('POST', '/v1/sandboxes?wait=60s', {
    ...box,
    name: 'restored',
    session: 'dev',
    secrets: [{ name: 'KEY_0' }],
  });

  const backup = await daemon.api('POST', '/v1/vault/backup');
  t.equal(backup.status, 200);
  writeFileSync(`${dir}/backup`, backup.bytes, { mode: 0o600 });
  t.notMatch(backup.bytes.toString('latin1'), 'canary-restore', 'values in it are encrypted');

  // Younger than the backup: a version, an activation, a sandbox that the backup has never heard of.
  await daemon.ok('PUT', '/v1/secrets/KEY_0/value?wait=60s', { value: 'canary-restore-new' });
  await daemon.ok('POST', '/v1/sandboxes?wait=60s', { ...box, name: 'not-restored', session: 'dev' });

  const restore = (): string =>
    execFileSync(process.execPath, [PROGRAM, 'restore', `${dir}/backup`], {
      env: { PATH: process.env.PATH ?? '', ...settingsFor(dir, engine) },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  t.throws(restore, /VAULT_LOCKED|has the vault/, 'not while a daemon has it');
  await daemon.stop();
  t.match(restore(), /is kept as/, 'the old vault is kept');

  daemon = await startDaemon({ engine, dir });
  const wanted = new Map([['restored', new Map([['KEY_0', 'canary-restore-old']])]]);
  const look = (): Promise<string[]> => differences(engine.dockerHost, vault, wanted, (name) => name === 'KEY_0');
  t.same(await converged(look, 60_000), [], 'the world is as the backup says; what was younger is gone');
  t.equal((await daemon.ok('GET', '/v1/audit/verify')).ok, true, 'the audit chain holds');
  const labels = (await containers(engine.dockerHost, vault)).find((seen) => seen.Name === '/ampoule-restored')?.Config
    .Labels;
  t.ok(Number(labels?.['dev.ampoule.epoch']) >= 2, 'its epoch was raised');
  t.equal(statSync(`${dir}/data`).mode & 0o077, 0, 'nobody else may read the vault');
});
