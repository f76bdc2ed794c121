/** Every provider of the catalogue used by its real client, and docs/how-to.md as it stands, against vendors and databases that check the keys. */

import t from 'tap';
import { startDaemon } from '../engine/daemon.js';
import { AZURE, KEYS, SERVICE_ACCOUNT, USES, values } from '../vendors/uses.js';
import { serviceKey, startVendors } from '../vendors/world.js';

/** First start of a machine makes its images. */
t.setTimeout(3_000_000);

const pair = serviceKey();
const vendors = await startVendors({
  aws: { [KEYS.awsId]: { secret: KEYS.awsSecret, account: '111111111111' } },
  tokens: Object.fromEntries(Object.entries(KEYS.tokens).map(([vendor, token]) => [vendor, { [token]: 'acme' }])),
  google: { [SERVICE_ACCOUNT]: pair.publicKey },
  azure: { [`${AZURE.tenant}/${AZURE.client}`]: AZURE.secret },
});
t.teardown(() => vendors.stop());
const { engine, image } = vendors;
await Promise.all([
  vendors.database('postgresql', 'db.example', KEYS.database),
  vendors.database('mariadb', 'maria.example', KEYS.database),
]);
const daemon = await startDaemon({ engine, env: { AMPOULE_DELIVERY: 'memory', AMPOULE_DEFAULT_IMAGE: image } });
t.teardown(() => daemon.remove());

t.test('each provider: registered, activated as a group, used, deactivated', async (t) => {
  await daemon.ok('PUT', '/v1/sessions/dev', { idle: 'never' });
  const made = await daemon.api('POST', '/v1/sandboxes?wait=60s', { name: 'box', session: 'dev', idle: 'never' });
  t.equal(made.status, 201, made.status === 201 ? 'a sandbox' : String(made.bytes));
  const exec = (command: string) =>
    daemon.ok('POST', '/v1/sandboxes/box/exec', { command, masking: false }, { withinMs: 120_000 });
  const { items } = await daemon.ok('GET', '/v1/providers');
  for (const { id } of items as { id: string }[]) {
    const use = USES[id];
    if (use === undefined) throw new Error(`${id} has no use in test/vendors/uses.ts`);
    const registered = await daemon.api('POST', `/v1/providers/${id}/register`, {
      fields: values(id, pair.privateKey),
      account: 'acme',
    });
    if (registered.status !== 201) throw new Error(`${id}: ${registered.bytes}`);
    await daemon.ok('POST', '/v1/sessions/dev/activate?wait=30s', { provider: id });
    const ran = await exec(use.command);
    t.equal(ran.exitCode, 0, `${id}: ${ran.stderr}`);
    t.match(ran.stdout, use.prints, id);
    await daemon.ok('POST', '/v1/sessions/dev/deactivate?wait=30s', { provider: id });
    const names = registered.body.items.flatMap(({ env, followers }: { env: string; followers: string[] }) => [
      env,
      ...followers,
    ]);
    const left = (await exec('env')).stdout.split('\n').map((line: string) => line.split('=')[0]);
    t.same(
      names.filter((name: string) => left.includes(name)),
      [],
      `${id} left nothing`,
    );
    const again = await exec(use.command);
    t.not(again.exitCode, 0, `${id}: without it, its client gets nowhere`);
  }
  const heard = await vendors.heard();
  for (const host of [
    'sts.us-east-1.amazonaws.com',
    'github.com',
    'login.microsoftonline.com',
    'oauth2.googleapis.com',
  ])
    t.ok(
      heard.some((one) => one.host === host && one.status === 200),
      host,
    );
});
