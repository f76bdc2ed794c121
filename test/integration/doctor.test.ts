/** Each cause that a sandbox can produce, produced for real on a real engine, and what the doctor says of it. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { runAmpoule } from '../engine/ampoule.js';
import { ensureBuild, startDaemon } from '../engine/daemon.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';

await ensureBuild('dist');
const engine = await sharedEngine();
t.teardown(() => engine.done());
await engine.importBusybox();

/** Plays GitHub: knows one token, and says what it may do. */
const asked: string[] = [];
const GOOD = `ghp_${'a'.repeat(36)}`;
const github = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
  response.writeHead(token === GOOD ? 200 : 401, { 'x-oauth-scopes': token === GOOD ? 'repo, read:org' : '' });
  response.end('{"login": "body that nobody reads"}');
});
await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
t.teardown(() => github.close());
const base = `http://127.0.0.1:${(github.address() as AddressInfo).port}`;

const daemon = await startDaemon({
  engine,
  env: { AMPOULE_DELIVERY: 'memory', AMPOULE_CHECK_BASES: `github=${base}` },
});
t.teardown(() => daemon.remove());

interface Found {
  code: string;
  what: string;
  todo: string;
  command: string | null;
  sandbox: string | null;
}
const table: string[] = [];
const id = process.pid;

async function diagnosed(session: string, query: Record<string, string> = {}): Promise<Found[]> {
  const search = new URLSearchParams(query).toString();
  const path = `/v1/sessions/${session}/doctor${search === '' ? '' : `?${search}`}`;
  const { findings } = (await daemon.ok('GET', path)) as { findings: Found[] };
  return findings;
}

/** Asks the doctor about a variable, and asserts that it names the cause with a command. */
async function expect(
  t: Test,
  cause: string,
  session: string,
  query: Record<string, string>,
  say: RegExp,
): Promise<Found> {
  let findings: Found[] = [];
  // What was started detached may not have reached its program yet.
  const look = async () => {
    findings = await diagnosed(session, query);
    return findings.find(({ code }) => code === cause);
  };
  const found = await until(cause, look, { withinMs: 20_000 }).catch(() => undefined);
  t.ok(found, `${cause} among ${findings.map(({ code }) => code).join(', ') || 'nothing'}`);
  if (found === undefined) throw new Error(cause);
  t.match(`${found.what} ${found.todo}`, say, cause);
  table.push(`${cause.padEnd(20)} ${found.what} → ${found.command ?? found.todo}`);
  return found;
}

const secret = (name: string, value: string, more: object = {}) =>
  daemon.ok('POST', '/v1/secrets', { name, value, ...more });
const session = (name: string, more: object = {}) => daemon.ok('POST', '/v1/sessions', { name, ...more });
const activate = (session: string, name: string, body: object = {}) =>
  daemon.ok('PUT', `/v1/sessions/${session}/secrets/${name}`, body);
const box = (session: string, name: string, more: object = {}) =>
  daemon.ok('POST', '/v1/sandboxes', { session, name, network: 'none', ...more });
const exec = (name: string, command: string[] | string, more: object = {}) =>
  daemon.ok('POST', `/v1/sandboxes/${name}/exec`, { command, ...more });

t.test('why it is not there', async (t) => {
  await session('d-why');
  await session('d-else');
  await box('d-why', `d-why${id}`);
  await secret('DOC_TOKEN', 'value one');
  await expect(t, 'NOT_REGISTERED', 'd-why', { variable: 'DOC_TOKN' }, /Did you mean DOC_TOKEN\?.*ampoule secret add/);
  await expect(t, 'NOT_ACTIVE', 'd-why', { variable: 'DOC_TOKEN' }, /ampoule activate DOC_TOKEN --session d-why/);
  await activate('d-else', 'DOC_TOKEN');
  await expect(t, 'ACTIVE_ELSEWHERE', 'd-why', { variable: 'DOC_TOKEN' }, /active in d-else, and not in d-why/);
  await activate('d-why', 'DOC_TOKEN');
  t.same(
    (await diagnosed('d-why', { variable: 'DOC_TOKEN' })).map(({ code }) => code),
    [],
    'nothing is wrong where nothing is',
  );
  await daemon.ok('DELETE', '/v1/sessions/d-why/secrets/DOC_TOKEN');
  await expect(t, 'TAKEN_AWAY', 'd-why', { variable: 'DOC_TOKEN' }, /deactivated at .* by operator:/);
  await secret('DOC_STAGE.staging', 'value two');
  await expect(t, 'OTHER_ENVIRONMENT', 'd-why', { variable: 'DOC_STAGE' }, /belongs to staging.*--across-environments/);
  await activate('d-why', 'DOC_TOKEN', { as: 'DOC_OTHER' });
  await expect(t, 'OTHER_NAME', 'd-why', { variable: 'DOC_TOKEN' }, /is DOC_OTHER, not DOC_TOKEN/);
  await box('d-why', `d-ceil${id}`, { only: ['tag:nothing'] });
  await expect(t, 'OUTSIDE_CEILING', 'd-why', { variable: 'DOC_OTHER' }, new RegExp(`d-ceil${id} may not have it`));
  await secret('DOC_SHORT', 'value three');
  await activate('d-why', 'DOC_SHORT', { ttl: '1s' });
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  await expect(t, 'ACTIVATION_OVER', 'd-why', { variable: 'DOC_SHORT' }, /ran out at/);
});

t.test('lapsed with a reset, as everything of the session', async (t) => {
  await session('d-lapse');
  await box('d-lapse', `d-lapse${id}`);
  await secret('DOC_LAPSE', 'value');
  await activate('d-lapse', 'DOC_LAPSE');
  await daemon.ok('POST', `/v1/sandboxes/d-lapse${id}/reset`, { confirm: `d-lapse${id}` });
  await expect(t, 'LAPSED', 'd-lapse', {}, /until the last sandbox .* was reset.*ampoule activate DOC_LAPSE/);
});

t.test('shadowed by what is there already', async (t) => {
  await engine.docker('create', '--name', `d-img${id}`, 'ampoule/busybox:latest', 'sh');
  const image = `ampoule/d-image${id}:latest`;
  await engine.docker('commit', '-c', 'ENV DOC_IMAGE=of-the-image', `d-img${id}`, image);
  await engine.docker('rm', `d-img${id}`);
  await session('d-shade');
  await box('d-shade', `d-shade${id}`, { image, pull: 'never', env: { DOC_OWN: 'of-the-sandbox' } });
  await secret('DOC_IMAGE', 'right');
  await secret('DOC_OWN', 'right');
  await expect(t, 'SHADOWED_BY_IMAGE', 'd-shade', { variable: 'DOC_IMAGE' }, /comes from its image/);
  await expect(t, 'SHADOWED_BY_SANDBOX', 'd-shade', { variable: 'DOC_OWN' }, /comes from the sandbox's own env/);
  await activate('d-shade', 'DOC_IMAGE');
  t.same(await diagnosed('d-shade', { variable: 'DOC_IMAGE' }), [], 'an active secret goes before it');
  const { sandboxes } = await daemon.ok('GET', '/v1/sessions/d-shade/explain/DOC_IMAGE');
  t.match(sandboxes, [{ secret: 'DOC_IMAGE', version: 1, since: /Z$/, beside: ['image'] }]);
});

t.test('processes that have something else', async (t) => {
  const name = `d-proc${id}`;
  await session('d-proc');
  await secret('DOC_PROC', 'first value');
  await box('d-proc', name, { command: ['sh', '-c', 'sleep 1000; true'] });
  await activate('d-proc', 'DOC_PROC');
  const ask = { variable: 'DOC_PROC' };
  await expect(t, 'PROCESS_BEFORE_VALUE', 'd-proc', ask, /sh \(pid \d+\) in .* is older than the value/);
  await exec(name, ['sleep', '1001'], { detach: true });
  await daemon.ok('PUT', '/v1/secrets/DOC_PROC/value', { value: 'second value' });
  const kept = await expect(t, 'HOLDER_KEEPS_OLD', 'd-proc', ask, /sleep .* keeps version 1 .*the current one is 2/);
  t.match(kept.command, /^ampoule execs end exe_/);
  await exec(name, 'DOC_PROC=changed sleep 1002 & wait', { detach: true });
  await expect(t, 'CHANGED_BY_PROCESS', 'd-proc', ask, /was started with another DOC_PROC/);
  await exec(name, ['sleep', '1003'], { detach: true, env: { DOC_PROC: 'by the caller' } });
  await expect(t, 'SHADOWED_BY_EXEC', 'd-proc', ask, /was given another DOC_PROC by whoever started it/);
  await engine.docker('exec', '-d', `ampoule-${name}`, '/bin/sleep', '1004');
  await expect(t, 'PAST_THE_BRIDGE', 'd-proc', ask, /past the bridge.*\/\.ampoule\/run/);
  await engine.docker('exec', '-d', `ampoule-${name}`, 'sleep', '1005');
  await until('it to run', async () => /sleep 1005/.test((await exec(name, ['ps', '-o', 'args'])).stdout));
  const through = (await diagnosed('d-proc', ask)).filter(({ code }) => code === 'PAST_THE_BRIDGE');
  t.equal(through.length, 1, 'through the bridge it has the value');
});

t.test('files', async (t) => {
  const name = `d-file${id}`;
  await session('d-file');
  await secret('DOC_FILE', '{"a": "file"}', { as: 'file' });
  await box('d-file', name, { user: '1000:1000' });
  await activate('d-file', 'DOC_FILE');
  const ask = { variable: 'DOC_FILE' };
  t.same(await diagnosed('d-file', ask), [], 'it is there and can be read');
  await exec(name, 'chmod 000 "$DOC_FILE"');
  await expect(t, 'FILE_UNREADABLE', 'd-file', ask, /cannot be read by its user/);
  await exec(name, 'chmod 600 "$DOC_FILE"; echo other > "$DOC_FILE"');
  await expect(t, 'FILE_DIFFERS', 'd-file', ask, /holds something else than DOC_FILE/);
  await exec(name, 'rm "$DOC_FILE"');
  await expect(t, 'FILE_MISSING', 'd-file', ask, /names a file that is not there/);
});

t.test('values, and what belongs to them', async (t) => {
  await session('d-value');
  await box('d-value', `d-value${id}`);
  const all: [string, string, string, object, RegExp][] = [
    ['VALUE_NEWLINE', 'DOC_V1', 'value\n', {}, /ends with a newline/],
    ['VALUE_QUOTES', 'DOC_V2', '"value"', {}, /has quotes around it/],
    ['VALUE_SPACES', 'DOC_V3', ' value', {}, /begins or ends with a space/],
    ['VALUE_ASSIGNMENT', 'DOC_V4', 'export DOC_V4=value', {}, /begins with the variable/],
    ['VALUE_PLACEHOLDER', 'DOC_V5', 'changeme', {}, /is a placeholder/],
    ['VALUE_SHAPE', 'OPENAI_API_KEY', 'not-a-key', { provider: 'openai' }, /is not .*/],
    [
      'URL_LOCALHOST',
      'DATABASE_URL',
      'postgres://u:p@localhost:5432/d',
      { provider: 'postgresql' },
      /the sandbox itself/,
    ],
    ['URL_SCHEME', 'MYSQL_URL', 'postgres://u:p@db/d', { provider: 'mysql' }, /begins with postgres:\/\/.*wants/],
    ['PARTNER_MISSING', 'AWS_SECRET_ACCESS_KEY', 'A'.repeat(40), { provider: 'aws' }, /without AWS_ACCESS_KEY_ID/],
  ];
  for (const [cause, name, value, more, say] of all) {
    await secret(name, value, more);
    await activate('d-value', name);
    await expect(t, cause, 'd-value', { variable: name }, say);
  }
  const past = new Date(Date.now() + 2_000).toISOString();
  await secret('DOC_EXP', 'value', { expiresAt: past });
  await activate('d-value', 'DOC_EXP');
  await expect(t, 'EXPIRES_SOON', 'd-value', { variable: 'DOC_EXP' }, /expires at/);
});

t.test('a sandbox that cannot start', async (t) => {
  await session('d-fail');
  await secret('DOC_FAIL', 'value');
  await activate('d-fail', 'DOC_FAIL');
  await daemon.api('POST', '/v1/sandboxes?wait=2s', {
    session: 'd-fail',
    name: `d-fail${id}`,
    image: 'ampoule/absent:1',
    pull: 'never',
    network: 'none',
  });
  await expect(t, 'SANDBOX_FAILED', 'd-fail', { variable: 'DOC_FAIL' }, /could not be started/);
});

t.test('the provider is asked, when asked for', async (t) => {
  await session('d-live');
  await secret('GITHUB_TOKEN', GOOD, { provider: 'github' });
  await activate('d-live', 'GITHUB_TOKEN');
  await diagnosed('d-live', { variable: 'GITHUB_TOKEN' });
  t.same(asked, [], 'not otherwise');
  await expect(t, 'PROVIDER_SCOPES', 'd-live', { variable: 'GITHUB_TOKEN', live: 'true' }, /may do: repo, read:org/);
  t.same(asked, ['GET /user']);
  const { items } = await daemon.ok('GET', '/v1/audit?action=session.doctor&limit=1');
  t.match(items, [{ detail: { compared: ['GITHUB_TOKEN'], variable: 'GITHUB_TOKEN', live: true } }]);
  await daemon.ok('PUT', '/v1/secrets/GITHUB_TOKEN/value', { value: `ghp_${'b'.repeat(36)}` });
  await expect(
    t,
    'PROVIDER_REFUSED',
    'd-live',
    { variable: 'GITHUB_TOKEN', live: 'true' },
    /does not take GITHUB_TOKEN/,
  );
});

t.test('with delivery by env', async (t) => {
  await session('d-env');
  await secret('DOC_ENV', 'value');
  await activate('d-env', 'DOC_ENV');
  await box('d-env', `d-env${id}`, { delivery: 'env' });
  t.same(await diagnosed('d-env', { variable: 'DOC_ENV' }), []);
  const { sandboxes } = await daemon.ok('GET', '/v1/sessions/d-env/doctor?variable=DOC_ENV');
  t.match(sandboxes, [{ untried: null, sawProcesses: true, variables: [{ fresh: { kind: 'right' } }] }]);
  await engine.docker('exec', '-d', '-e', 'DOC_ENV=by hand', `ampoule-d-env${id}`, 'sleep', '1006');
  await expect(t, 'SHADOWED_BY_EXEC', 'd-env', { variable: 'DOC_ENV' }, /by whoever started it/);
});

t.test('as a person types it, and nothing of any value anywhere', async (t) => {
  const { code, out } = await runAmpoule(daemon, 'doctor DOC_PROC --session d-proc');
  t.equal(code, 0, 'warnings are no failure');
  t.match(out, /warning .*\[HOLDER_KEEPS_OLD\]\n +End it and start it again: `ampoule execs end/);
  t.match(
    out,
    /LOOKED INTO.*\n.*secret not working.*\n.*permission denied.*\n.*token expired.*\n.*accidentally committed/,
  );
  t.match(await runAmpoule(daemon, 'doctor DOC_V5 --session d-value'), { code: 125, out: /\[VALUE_PLACEHOLDER\]/ });
  t.match(await runAmpoule(daemon, 'explain DOC_PROC --session d-proc'), {
    code: 0,
    out: /^DOC_PROC +DOC_PROC, version 2\nsession +d-proc\nactivated by +operator:/,
  });
  t.match(await runAmpoule(daemon, 'explain DOC_TOKEN --session d-why'), { code: 125, out: /OTHER_NAME/ });
  const installation = await runAmpoule(daemon, 'doctor --installation');
  t.match(installation.out, /good +engine +Docker .*\n.*good +delivery +memory/);
  t.match(installation.out, /good +audit +the chain of \d+ entries holds/);
  t.notMatch(daemon.log(), /first value|second value|by the caller|body that nobody reads|ghp_/);
  for (const line of table) t.comment(line);
});
