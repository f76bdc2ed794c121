import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { until } from '../../../engine/wait.js';
import { cli, type Played, playApi, problem } from '../played-api.js';
import { CONNECTION, SIGN_IN } from '../samples.js';
import { typed } from '../typed.js';

const PENDING = { ...CONNECTION, state: 'pending', secret: null, account: null };
const URL_ONCE = 'http://127.0.0.1:7433/oauth/start/T1';
const BEGUN = { ...PENDING, authorize: { url: URL_ONCE, expiresAt: '2026-03-01T14:10:00.000Z' }, notices: [] };
const DEVICE = {
  ...PENDING,
  ...{ flow: 'device', notices: [] },
  device: {
    userCode: 'ABCD-1234',
    verificationUri: 'https://github.com/login/device',
    expiresAt: '2026-03-01T14:15:00.000Z',
  },
};
const ONE = `/v1/connections/${CONNECTION.id}`;
const NONE = { ...SIGN_IN, client: null };
const played = (facts: object, begun: object, ...after: object[]) => {
  const answers = [...after];
  return {
    'GET /v1/oauth/clients/github': { json: facts },
    'POST /v1/connections': { status: 201, json: begun },
    [`GET ${ONE}`]: (): Played => ({ json: answers.length > 1 ? answers.shift() : answers[0] }),
  };
};

t.test('with an application that is remembered: the address, and the wait for who signs in', async (t) => {
  const api = await playApi(t, played(SIGN_IN, BEGUN, PENDING, CONNECTION));
  const options = ['--account', 'octocat', '--environment', 'staging', '--scope', 'repo', '--scope', 'gist'];
  const { code, out, err } = await cli(api, ['connect', 'github', ...options, '--base', 'https://git.example.com']);
  t.equal(code, 0, err);
  t.match(
    out,
    /^Open this address in a browser on this machine, once, until .*:\n {2}http:\/\/127.0.0.1:7433\/oauth\/start\/T1\n/,
  );
  t.match(
    out,
    /GITHUB_TOKEN@octocat is connected, and its token is kept fresh\.\nGranted: repo\nRun `ampoule activate github@octocat`/,
  );
  t.same(api.asked[0]?.query, { base: 'https://git.example.com' });
  t.same(api.asked[1]?.json, {
    ...{ provider: 'github', base: 'https://git.example.com', account: 'octocat', environment: 'staging' },
    ...{ scopes: ['repo', 'gist'], flow: 'code' },
  });
  t.same(
    api.asked.slice(2).map(({ query }) => query),
    [{ wait: '60s' }, { wait: '60s' }],
    'it goes on waiting',
  );
});

t.test('the device flow shows code and address', async (t) => {
  const api = await playApi(t, played(NONE, DEVICE, CONNECTION));
  const { code, out } = await cli(api, ['connect', 'github', '--device', '--client-id', 'Iv1.new']);
  t.equal(code, 0);
  t.match(
    out,
    /Open https:\/\/github.com\/login\/device in any browser and type in this code, until .*:\n {2}ABCD-1234\n/,
  );
  t.same(api.asked[1]?.json, { provider: 'github', flow: 'device', clientId: 'Iv1.new' }, 'which needs no secret here');
});

t.test('the first time without a terminal it says how, and what to run', async (t) => {
  const api = await playApi(t, played(NONE, BEGUN, CONNECTION));
  const { code, err } = await cli(api, ['connect', 'github']);
  t.equal(code, 2);
  t.match(err, /No application is registered for GitHub yet\. Make one there, once \(https:\/\/github.com\/settings/);
  t.match(
    err,
    / 1\. Open the page\.\n.* 2\. Paste the callback\.\n.*The callback to paste:\n.* http:\/\/127.0.0.1:7433\/oauth\/callback\n/,
  );
  t.match(err, /`ampoule add github`/);
  t.match(err, /run the command again with --client-id ID and its secret from standard input/);
  t.equal(api.asked.length, 1);
  const given = await cli(api, ['connect', 'github', '--client-id', 'Iv1.new'], { stdin: 'hunter2' });
  t.equal(given.code, 0, given.err);
  t.same(api.asked[2]?.json, { provider: 'github', flow: 'code', clientId: 'Iv1.new', clientSecret: 'hunter2' });
  t.notMatch(given.out + given.err, /hunter2/);
});

t.test('the first time at a terminal it asks for id and secret, the secret hidden', async (t) => {
  const api = await playApi(t, played(NONE, BEGUN, CONNECTION));
  const { code, shown } = await typed(
    api.socket,
    ['connect', 'github'],
    { at: 'Id of the application: ', keys: 'Iv1.new\r' },
    { at: 'Secret of the application (hidden): ', keys: 'hunter2\r' },
  );
  t.equal(code, 0, shown);
  t.match(shown, /The callback to paste:/);
  t.notMatch(shown, /hunter2/);
  t.same(api.asked[1]?.json, { provider: 'github', flow: 'code', clientId: 'Iv1.new', clientSecret: 'hunter2' });
});

t.test('an application without the secret that this way needs is asked for again', async (t) => {
  const facts = { ...SIGN_IN, client: { clientId: 'Iv1.test', hasSecret: false } };
  const api = await playApi(t, played(facts, DEVICE, CONNECTION));
  t.equal((await cli(api, ['connect', 'github'])).code, 2);
  t.equal((await cli(api, ['connect', 'github', '--device'])).code, 0, 'the other way needs none');
});

t.test('what came to nothing says why, and --json gives the answer alone', async (t) => {
  const why = { code: 'OAUTH_DENIED', message: 'They said no.', at: '2026-03-01T14:05:00.000Z' };
  const api = await playApi(t, played(SIGN_IN, BEGUN, { ...PENDING, state: 'ended', problem: why }));
  t.match(await cli(api, ['connect', 'github']), {
    code: 125,
    err: /github is not connected: They said no\. \[OAUTH_DENIED\]/,
  });
  const json = await playApi(t, played(SIGN_IN, BEGUN, CONNECTION));
  const { out, err } = await cli(json, ['connect', 'github', '--json']);
  t.equal(out, `${JSON.stringify(CONNECTION)}\n`);
  t.match(err, /oauth\/start\/T1/);
  const refusing = await playApi(t, { 'GET /v1/oauth/clients/x': problem(404, 'PROVIDER_NOT_FOUND', 'Nobody can.') });
  t.match(await cli(refusing, ['connect', 'x']), { code: 125, err: /Nobody can\. \[PROVIDER_NOT_FOUND\]/ });
});

t.test('Ctrl-C ends the wait', async (t) => {
  let press = () => {};
  const api = await playApi(t, { ...played(SIGN_IN, BEGUN, PENDING), [`GET ${ONE}`]: { raw: () => press() } });
  const { code } = await cli(api, ['connect', 'github'], { interrupt: (way) => (press = way) });
  t.equal(code, 130);
});

t.test('a browser is opened only where it was asked for', async (t) => {
  const api = await playApi(t, played(SIGN_IN, BEGUN, CONNECTION));
  const seen = join(api.dir, 'opened');
  const program = join(api.dir, process.platform === 'darwin' ? 'open' : 'xdg-open');
  writeFileSync(program, `#!/bin/sh\nprintf %s "$1" > ${seen}.part && mv ${seen}.part ${seen}\n`);
  chmodSync(program, 0o755);
  const env = { PATH: `${api.dir}:${process.env.PATH ?? ''}` };
  await cli(api, ['connect', 'github'], { env });
  t.equal(existsSync(seen), false);
  await cli(api, ['connect', 'github', '--open'], { env });
  await until('it was opened', () => existsSync(seen));
  t.equal(readFileSync(seen, 'utf8'), URL_ONCE);
  const { code, err } = await cli(api, ['connect', 'github', '--open'], { env: { PATH: '/nonexistent' } });
  t.equal(code, 0);
  t.match(err, /no browser could be opened/);
});
