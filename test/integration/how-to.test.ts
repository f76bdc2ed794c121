/** Every provider of the catalogue used by its real client, and docs/how-to.md as it stands, against vendors and databases that check the keys. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { run } from '../engine/command.js';
import { startDaemon } from '../engine/daemon.js';
import { AZURE, KEYS, SERVICE_ACCOUNT, USES, values } from '../vendors/uses.js';
import { serviceKey, startVendors } from '../vendors/world.js';
import { blocks, HOW_TO, outputs, scriptOf } from './readme-blocks.js';

/** First start of a machine makes its images. */
t.setTimeout(3_000_000);

/** In the network of the engine, where nobody else listens. */
const ADDRESS = '127.0.0.1:7433';
const AMPOULE = fileURLToPath(new URL('../../dist/ampoule.js', import.meta.url));

const pair = serviceKey();
const GITHUB = { work: `ghp_${'work'.repeat(9)}`, home: `ghp_${'home'.repeat(9)}` };
const token = ([vendor, key]: [string, string]): [string, Record<string, string>] => [vendor, { [key]: 'acme' }];
const tokens = Object.fromEntries(Object.entries(KEYS.tokens).map(token));
const vendors = await startVendors({
  aws: {
    [KEYS.awsId]: { secret: KEYS.awsSecret, account: '111111111111' },
    AKIASTAGINGSTAGING00: { secret: 'staging'.repeat(6).slice(0, 40), account: '222222222222' },
    AKIAPRODUCTIONPROD00: { secret: 'production'.repeat(4), account: '333333333333' },
  },
  tokens: { ...tokens, github: { ...tokens.github, [GITHUB.work]: 'work', [GITHUB.home]: 'personal' } },
  google: { [SERVICE_ACCOUNT]: pair.publicKey },
  azure: { [`${AZURE.tenant}/${AZURE.client}`]: AZURE.secret },
});
t.teardown(() => vendors.stop());
const { engine, image } = vendors;
await Promise.all([
  vendors.database('postgresql', 'staging.db.example', KEYS.database),
  vendors.database('postgresql', 'production.db.example', 'production-password'),
  vendors.database('mariadb', 'maria.example', KEYS.database),
]);
const inNetwork = ['nsenter', '-t', String(engine.guard), '-n'];
const daemon = await startDaemon({
  engine,
  env: { AMPOULE_DELIVERY: 'memory', AMPOULE_DEFAULT_IMAGE: image, AMPOULE_LISTEN: ADDRESS },
  prefix: inNetwork,
});
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
  await daemon.ok('DELETE', '/v1/sessions/dev?wait=30s&workspace=delete');
  const { items: secrets } = await daemon.ok('GET', '/v1/secrets?limit=200');
  for (const { id } of secrets as { id: string }[]) await daemon.ok('DELETE', `/v1/secrets/${id}`);
});

t.test('docs/how-to.md does what it says', async (t) => {
  const directory = mkdtempSync('/tmp/ah-');
  t.teardown(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'bin'));
  symlinkSync(AMPOULE, join(directory, 'bin/ampoule'));
  writeFileSync(join(directory, 'key.json'), values('gcp', pair.privateKey).GOOGLE_APPLICATION_CREDENTIALS ?? '');
  writeFileSync(join(directory, 'openai.key'), `${KEYS.tokens.openai}\n`);
  const all = blocks(HOW_TO);
  t.equal(all.length, HOW_TO.split('```bash\n').length - 1, 'every block is found');
  const [program = '', ...where] = inNetwork;
  const ran = await run(program, [...where, 'bash', '-c', scriptOf(all)], {
    cwd: directory,
    withinMs: 600_000,
    env: {
      AMPOULE_ADDR: `http://${ADDRESS}`,
      AMPOULE_TOKEN: daemon.token,
      DOCKER_HOST: engine.dockerHost,
      PATH: `${join(directory, 'bin')}:${process.env.PATH}`,
    },
  });
  const said = outputs(ran.stdout);
  const stopped = `stopped in "${all[said.length - 1]?.title}":\n${said.at(-1)}\n${ran.stderr.slice(-2000)}`;
  if (!ran.stdout.endsWith('@@ end\n')) throw new Error(stopped);
  const output = (title: string): string =>
    all.flatMap((one, at) => (one.title === title ? [said[at]] : [])).join('\n');
  t.match(output('Register secrets'), /GITHUB_TOKEN@work/);
  t.match(output('Activate for a session'), /Approved: activate SHOP_URL in dev/);
  t.match(output('Use'), /^the key is (?!signing-key)/m, 'what a command prints is redacted');
  t.match(output('AWS'), /"Account": "222222222222"/);
  t.match(output('Google Cloud'), /^1\nacme-shop$/m);
  t.match(output('Version control'), /refs\/heads\/main/);
  t.match(output('Deploy to AWS'), /index\.html/);
  t.match(output('Call a third-party API'), /"account":"acme"/);
  t.match(output('Several accounts'), /"Account": "333333333333"/);
  t.match(output('Migrate a database, first staging, then production'), /CREATE TABLE[\s\S]*CREATE TABLE/);
});
