/** What `ampoule add` registers, in sandboxes of both deliveries: each variable and what follows it, and nothing of it afterwards. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runAmpoule } from '../engine/ampoule.js';
import { ensureBuild, startDaemon } from '../engine/daemon.js';
import { sharedEngine } from '../engine/shared.js';

const AWS = { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const GITHUB = `ghp_${'work'.repeat(9)}`;
const GH = `ghp_${'own0'.repeat(9)}`;
const ACME = {
  ...{ id: 'acme', name: "Acme's API", kind: 'other', words: [] },
  variables: [
    { env: 'ACME_KEY', followers: ['ACME_TOKEN'], expected: 'a key', source: 'https://acme.example/keys' },
    {
      env: 'ACME_URL',
      sensitive: false,
      default: 'https://acme.example',
      expected: 'its address',
      source: 'https://a.example',
    },
  ],
  rotate: { page: 'https://acme.example/rotate', steps: ['Make another key'] },
  revoke: { page: 'https://acme.example/revoke', steps: ['Delete the key'] },
  scopes: { page: 'https://acme.example/scopes', least: ['read'] },
};

await ensureBuild('dist');
const engine = await sharedEngine();
t.teardown(() => engine.done());
await engine.importBusybox();
const own = mkdtempSync('/tmp/ap-');
t.teardown(() => rmSync(own, { recursive: true }));
writeFileSync(join(own, 'acme.json'), JSON.stringify(ACME));
const daemon = await startDaemon({ engine, env: { AMPOULE_PROVIDERS_DIR: own } });
t.teardown(() => daemon.remove());

t.test('registered once', async (t) => {
  const lines = `AWS_ACCESS_KEY_ID=${AWS.id}\nAWS_SECRET_ACCESS_KEY=${AWS.secret}\n`;
  t.match(await runAmpoule(daemon, 'add aws --account work', { stdin: lines }), {
    code: 0,
    out: /^Registered AWS_ACCESS_KEY_ID@work, AWS_SECRET_ACCESS_KEY@work, AWS_REGION@work\. Run `ampoule activate aws@work`/,
    err: /AWS_REGION is us-east-1, since nothing else was given/,
  });
  const github = { env: { GITHUB_TOKEN: GITHUB } };
  t.match(await runAmpoule(daemon, 'add github --from-env', github), { code: 0, out: /^Registered GITHUB_TOKEN\. / });
  t.match(await runAmpoule(daemon, 'add acme --account work', { stdin: 'ACME_KEY=acme-key-1\n' }), {
    code: 0,
    out: /`ampoule activate acme@work`/,
  });
  t.match(await runAmpoule(daemon, 'add github', { stdin: 'GITHUB_TOKEN="ghp"\n' }), {
    code: 2,
    err: /has quotes around it.*\[SHAPE_UNEXPECTED\]/s,
  });
});

for (const delivery of ['memory', 'env'] as const)
  t.test(`activated as a group, with delivery by ${delivery}`, async (t) => {
    const session = `by-${delivery}`;
    await daemon.ok('PUT', `/v1/sessions/${session}`, { idle: 'never' });
    await daemon.ok('POST', '/v1/sandboxes?wait=60s', { name: session, session, delivery, idle: 'never' });
    const change = async (verb: 'activate' | 'deactivate', ...selectors: string[]) => {
      const { sandboxes } = await daemon.ok('POST', `/v1/sessions/${session}/${verb}?wait=60s`, { selectors });
      t.match(sandboxes, [{ state: 'applied' }], `${verb} ${selectors}`);
    };
    const command = 'env | grep -E "^(AWS|GITHUB|GH|ACME)_" | sort';
    const given = async () => {
      const { stdout } = await daemon.ok('POST', `/v1/sandboxes/${session}/exec`, { command, masking: false });
      return stdout.split('\n').filter((line: string) => line !== '');
    };
    const region = ['AWS_DEFAULT_REGION=us-east-1', 'AWS_REGION=us-east-1'];
    const aws = [`AWS_ACCESS_KEY_ID=${AWS.id}`, ...region, `AWS_SECRET_ACCESS_KEY=${AWS.secret}`];
    t.same(await given(), []);

    await change('activate', 'aws');
    t.same(await given(), aws);
    await change('activate', 'github');
    t.same(await given(), [...aws, `GH_TOKEN=${GITHUB}`, `GITHUB_TOKEN=${GITHUB}`]);
    await change('deactivate', 'aws@work');
    t.same(await given(), [`GH_TOKEN=${GITHUB}`, `GITHUB_TOKEN=${GITHUB}`]);

    await daemon.ok('PUT', '/v1/secrets/GH_TOKEN/value', { value: GH });
    await change('activate', 'GH_TOKEN');
    t.same(await given(), [`GH_TOKEN=${GH}`, `GITHUB_TOKEN=${GITHUB}`], 'who registered GH_TOKEN means that one');
    await change('deactivate', 'GH_TOKEN');
    t.same(await given(), [`GH_TOKEN=${GITHUB}`, `GITHUB_TOKEN=${GITHUB}`]);
    await change('deactivate', 'github');

    await change('activate', 'acme@work');
    t.same(await given(), ['ACME_KEY=acme-key-1', 'ACME_TOKEN=acme-key-1', 'ACME_URL=https://acme.example']);
    await change('deactivate', 'acme');
    t.same(await given(), []);
    await daemon.ok('DELETE', `/v1/sessions/${session}?wait=60s&workspace=delete`);
  });
