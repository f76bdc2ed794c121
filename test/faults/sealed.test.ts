import { writeFileSync } from 'node:fs';
import t from 'tap';
import { startDaemon } from '../engine/daemon.js';
import { patternsOf } from '../engine/forms.js';
import { inProcesses } from '../engine/observer.js';
import { sharedEngine } from '../engine/shared.js';
import { converged, differences } from './world.js';

const PASSPHRASE = 'correct horse battery staple';
/** Of this run alone, for the look at processes goes over the whole machine. */
const CANARY = `canary-sealed-${process.pid}-${Date.now()}`;

t.test('a sealed vault gives nothing and takes away all the same', { timeout: 600_000 }, async (t) => {
  const engine = await sharedEngine();
  await engine.importBusybox();
  t.teardown(() => engine.done());
  let daemon = await startDaemon({ engine });
  const { dir } = daemon;
  t.teardown(() => daemon.remove());
  const { id: vault } = await daemon.ok('GET', '/v1/vault');
  const names = ['KEY_0', 'KEY_1'];
  for (const name of names) await daemon.ok('POST', '/v1/secrets', { name, value: `${CANARY}-${name}` });
  await daemon.ok('POST', '/v1/sandboxes?wait=60s', {
    ...{ name: 'sealedbox', session: { name: 'dev', idle: 'never' }, secrets: names },
    ...{ network: 'none', delivery: 'env', idle: 'never', grace: '0s' },
  });
  const holders = (): string[] => inProcesses(patternsOf('value', CANARY)).map(({ where }) => where);
  const settled = (has: string[]): Promise<string[]> => {
    const wanted = new Map([['sealedbox', new Map(has.map((name) => [name, `${CANARY}-${name}`]))]]);
    return converged(() => differences(engine.dockerHost, vault, wanted, (name) => names.includes(name)), 60_000);
  };
  t.same(await settled(names), []);

  await daemon.ok('POST', '/v1/vault/rekey', { passphrase: PASSPHRASE });
  await daemon.ok('POST', '/v1/vault/seal', {});
  t.same(await settled(names), [], 'what runs goes on when the vault is sealed');
  for (const [method, path, body] of [
    ['POST', '/v1/secrets', { name: 'KEY_2', value: 'x' }],
    ['PUT', '/v1/secrets/KEY_0/value', { value: 'x' }],
    ['POST', '/v1/secrets/KEY_0/reveal', { reason: 'test' }],
    ['PUT', '/v1/sessions/dev/secrets/KEY_0', { ttl: '1h' }],
    ['POST', '/v1/sandboxes', { name: 'more', session: 'dev' }],
    ['POST', '/v1/sandboxes/sealedbox/exec', { command: ['true'] }],
    ['POST', '/v1/vault/backup', undefined],
  ] as const) {
    const answer = await daemon.api(method, path, body);
    t.match(answer, { status: 503, body: { code: 'VAULT_SEALED' } }, `${method} ${path} is refused`);
  }
  for (const path of ['/v1/vault', '/v1/secrets', '/v1/sessions/dev/secrets', '/v1/sandboxes/sealedbox', '/v1/audit'])
    t.equal((await daemon.api('GET', path)).status, 200, `GET ${path} works`);
  t.equal((await daemon.api('GET', '/readyz')).status, 503);

  const taken = await daemon.api('DELETE', '/v1/sessions/dev/secrets/KEY_0?wait=30s');
  t.equal(taken.status, 200, `deactivating is in effect: ${taken.bytes}`);
  t.match(taken.body.notices, [/sealed/], 'and says why nothing runs');
  t.same(holders(), [], 'nobody holds a value');

  await daemon.stop();
  // Its unlock key is a passphrase now.
  const env = { AMPOULE_KEY_FILE: 'off' };
  daemon = await startDaemon({ engine, dir, env, wait: 'alive' });
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  t.same(holders(), [], 'a daemon that starts sealed delivers nothing');
  const wrong = await daemon.api('POST', '/v1/vault/unseal', { passphrase: 'wrong' });
  t.match(wrong.body, { code: 'PASSPHRASE_WRONG' });
  await daemon.ok('POST', '/v1/vault/unseal', { passphrase: PASSPHRASE });
  t.same(await settled(['KEY_1']), [], 'unsealed, the sandbox has what is still active');
  t.equal((await daemon.ok('GET', '/v1/audit/verify')).ok, true, 'entries made while sealed are in the chain');

  await daemon.ok('POST', '/v1/vault/seal', { revoke: true });
  t.same(holders(), [], 'sealing with revoke ends every holder');
  await daemon.stop();
  writeFileSync(`${dir}/passphrase`, `${PASSPHRASE}\n`, { mode: 0o600 });
  daemon = await startDaemon({ engine, dir, env: { ...env, AMPOULE_PASSPHRASE_FILE: `${dir}/passphrase` } });
  t.same(await settled(['KEY_1']), [], 'a passphrase file unseals at start');
});
