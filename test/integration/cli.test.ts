/** The CLI, built, against a real daemon and a real engine: the main job, exit codes, Ctrl-C, the vault's life. */

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type RunOptions, runAmpoule } from '../engine/ampoule.js';
import { ensureBuild, startDaemon } from '../engine/daemon.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';

await ensureBuild('dist');
const engine = await sharedEngine();
t.teardown(() => engine.done());
await engine.importBusybox();
const daemon = await startDaemon({ engine });
t.teardown(() => daemon.remove());

const ampoule = (line: string | string[], options?: RunOptions) => runAmpoule(daemon, line, options);

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
/** What a process in the sandbox has, without printing it: output is redacted. */
const hashOf = (variable: string): string[] => ['exec', '--', 'sh', '-c', `printf %s "$${variable}" | sha256sum`];

t.test('the main job', async (t) => {
  const first = `canary-${randomBytes(12).toString('hex')}`;
  const second = `canary-${randomBytes(12).toString('hex')}\nsecond "line" é`;
  t.match(await ampoule('status'), { code: 0, out: /^vault {6}unsealed, unlocked by its key file\n/, err: '' });

  const added = await ampoule('secret add CLI_TOKEN@work --provider github --tag ci', { stdin: `${first}\n` });
  t.match(added, { code: 0, out: /CLI_TOKEN@work is registered/, err: /took one final newline off/ });
  t.match(await ampoule('secret add CLI_TOKEN@work', { stdin: 'x' }), { code: 125, err: /\[SECRET_EXISTS\]/ });
  t.match(await ampoule('secret ls'), { code: 0, out: /CLI_TOKEN@work {2}CLI_TOKEN {2}github/ });
  t.match(await ampoule('session new cli'), { code: 0, out: /^cli \(ses_/ });
  t.match(await ampoule('sandbox run --name cli-box'), { code: 0, out: /state {7}running/, err: /plaintext/ });
  t.match(await ampoule(hashOf('CLI_TOKEN')), { code: 0, out: sha256('') });

  const activated = await ampoule('activate github --ttl 2h');
  t.match(activated, { code: 0, out: /^github is active in cli \(generation \d+\)\n {2}cli-box: applied in \d+ ms\n/ });
  t.match(await ampoule('secrets'), { code: 0, out: /\nactive {2}CLI_TOKEN@work {2}CLI_TOKEN {2}github {4}work / });
  t.match(await ampoule(hashOf('CLI_TOKEN')), { code: 0, out: sha256(first) });
  const printed = await ampoule('exec -- env');
  t.match(printed, { code: 0, out: /^CLI_TOKEN=/m });
  t.notMatch(printed.out, first, 'what is printed is redacted');

  t.match(await ampoule('secret set CLI_TOKEN@work --raw', { stdin: second }), {
    code: 0,
    out: /new value \(version 2\)/,
  });
  t.match(await ampoule(hashOf('CLI_TOKEN')), { code: 0, out: sha256(second) });
  t.match(await ampoule('secret reveal CLI_TOKEN@work --reason test'), { code: 0, bytes: Buffer.from(second) });
  t.match(await ampoule('secret rm CLI_TOKEN@work'), { code: 125, err: /\[SECRET_ACTIVE\]/ });

  t.match(await ampoule('deactivate --all'), { code: 0, out: /not active in cli/ });
  t.match(await ampoule(hashOf('CLI_TOKEN')), { code: 0, out: sha256('') });
  t.match(await ampoule('secret destroy CLI_TOKEN@work 1'), { code: 0 });
  t.match(await ampoule('secret versions CLI_TOKEN@work'), { code: 0, out: /1 {8}destroyed/ });
  t.match(await ampoule('secret rm CLI_TOKEN@work'), { code: 0 });
  t.match(await ampoule('secret show CLI_TOKEN@work'), { code: 125, err: /\[SECRET_NOT_FOUND\]/ });
  t.notMatch(daemon.log(), first.slice(7));
});

t.test('exit codes, streams and standard input of a command', async (t) => {
  for (const code of [0, 1, 2, 42, 130]) t.match(await ampoule(['exec', '--', 'sh', '-c', `exit ${code}`]), { code });
  t.match(await ampoule(['exec', '--', '/nothing/here']), { code: 127 });
  t.match(await ampoule(['exec', '--', '/etc']), { code: 126 });
  t.match(await ampoule(['exec', '--', 'sh', '-c', 'echo out; echo err >&2']), { code: 0, out: 'out\n', err: 'err\n' });
  const bytes = randomBytes(200_000);
  t.ok(
    (await ampoule('exec -i -- cat', { stdin: bytes })).bytes.equals(bytes),
    'bytes go in and come out as they were',
  );
  t.match(await ampoule(['exec', '-e', 'A=x y', '-w', '/tmp', '--', 'sh', '-c', 'pwd; echo "$A"']), {
    out: '/tmp\nx y\n',
  });
  t.match(await ampoule('exec --timeout 500ms -- sleep 1000'), { code: 125, err: /the command was ended: TIMEOUT/ });
  const json = await ampoule(['exec', '--json', '--', 'sh', '-c', 'echo hi; exit 3']);
  t.equal(json.code, 3);
  t.match(JSON.parse(json.out), { exitCode: 3, stdout: 'hi\n', stderr: '', truncated: false });
});

t.test('Ctrl-C ends the command and what came of it', async (t) => {
  const script = 'sleep 7301 & echo started; sleep 7302';
  const run = ampoule(['exec', '--', 'sh', '-c', script], { interruptAt: 'started' });
  t.match(await run, { code: 130, out: 'started\n', err: 'ampoule: interrupted.\n' });
  await until('the command and its child being gone', async () => {
    const { out } = await ampoule(['exec', '--', 'ps']);
    return !/sleep 730/.test(out);
  });
  t.match((await ampoule(['exec', '--', 'ps'])).out, /PID/, 'the sandbox itself goes on');
});

t.test('a detached command is found by its id alone', async (t) => {
  t.match(await ampoule('sandbox run --name cli-mem --delivery memory'), { code: 0 });
  const begun = await ampoule(['exec', '-d', '-b', 'cli-mem', '--', 'sh', '-c', 'echo begun; sleep 1000']);
  const id = begun.out.trim();
  t.match(begun, { code: 0, out: /^exe_\w+\n$/, err: `it runs in cli-mem. Listen: \`ampoule attach ${id}\`` });
  t.match(await ampoule(`attach ${id}`, { interruptAt: 'begun' }), { code: 130, out: 'begun\n' });
  t.match(await ampoule(`execs end ${id}`), { code: 0, out: `${id} has ended.\n` });
  t.match(await ampoule(`attach ${id}`), { code: 125, out: 'begun\n', err: /the command was ended: ENDED/ });
  t.match(await ampoule('sandbox rm cli-mem'), { code: 0 });
});

t.test('a start that fails is in the audit once, and begins when what it lacks is there', async (t) => {
  const run = await ampoule('sandbox run --new-session --name cli-net --network cli-nonet --wait 3s');
  t.match(run, { code: 125, err: /`docker network create --label dev\.ampoule\.network cli-nonet`/ });
  const { id } = JSON.parse((await ampoule('sandbox show cli-net --json')).out);
  const failures = async (): Promise<unknown[]> => {
    const { out } = await ampoule(['audit', 'ls', '--action', 'container.start', '--target', id, '--json']);
    return JSON.parse(out).items.filter(({ outcome }: { outcome: string }) => outcome === 'failed');
  };
  t.match(await failures(), [{ target: id, detail: { code: 'NETWORK_NOT_FOUND' } }]);
  await engine.docker('network', 'create', 'cli-nonet');
  t.teardown(() => engine.docker('network', 'rm', 'cli-nonet'));
  await until('it runs', async () => / running /.test((await ampoule('ps')).out.match(/cli-net .*/)?.[0] ?? ''));
  t.equal((await failures()).length, 1);
  t.match(await ampoule('sandbox rm cli-net'), { code: 0 });
});

t.test('logs, once and followed', async (t) => {
  const main = [
    'sandbox',
    'run',
    'ampoule/busybox:latest',
    '--name',
    'cli-logs',
    '--',
    'sh',
    '-c',
    'echo begun; sleep 1000',
  ];
  t.match(await ampoule(main), { code: 0 });
  await until('its output', async () => (await ampoule('sandbox logs cli-logs')).out === 'begun\n');
  t.match(await ampoule('sandbox logs cli-logs --tail 1'), { code: 0, out: 'begun\n' });
  t.match(await ampoule('sandbox logs -f cli-logs', { interruptAt: 'begun' }), { code: 130, out: 'begun\n' });
  t.match(await ampoule('exec -- true'), { code: 2, err: /has cli-\w+, cli-\w+\. Name one: `ampoule exec --sandbox/ });
  t.match(await ampoule('exec -b cli-logs -- true'), { code: 0 });
  t.match(await ampoule('ps'), { code: 0, out: /\ncli-logs .* running / });
  t.match(await ampoule('sandbox rm cli-logs'), { code: 0, out: /^cli-logs has ended \(generation \d+\)\./ });
  t.notMatch((await ampoule('ps')).out, /cli-logs/);
});

t.test('what ended is told of: a main process at its launch, a detached command for a while', async (t) => {
  const script = 'echo "no table in $CLI_LAST" >&2; exit 9';
  t.match(await ampoule('secret add CLI_LAST', { stdin: 'value-of-the-last-word' }), { code: 0 });
  const launch = 'sandbox run ampoule/busybox:latest --name cli-fails --secret CLI_LAST --restart never';
  const launched = await ampoule([...launch.split(' '), '--', 'sh', '-c', script]);
  // 125 where it ended within the first moment, which a busy machine may not let it.
  t.ok(launched.code === 0 || launched.code === 125, launched.err);
  await until('its end', async () => (await ampoule('sandbox show cli-fails')).out.includes('ended with 9'));
  t.match(await ampoule('sandbox logs cli-fails'), { code: 0, err: 'no table in [redacted:CLI_LAST]\n' });
  t.match(await ampoule('exec -b cli-fails -- true'), { code: 125, err: /ended with 9.*\[SANDBOX_EXITED\]/ });
  t.match(await ampoule('sandbox rm cli-fails'), { code: 0 });

  t.match(await ampoule('sandbox run ampoule/busybox:latest --name cli-detached --delivery memory'), { code: 0 });
  const detached = await ampoule(['exec', '-b', 'cli-detached', '--detach', '--', 'sh', '-c', 'echo done; exit 4']);
  const id = detached.out.trim();
  t.match(id, /^exe_\w+$/, detached.err);
  await until('its end', async () => (await ampoule('execs ls -b cli-detached --ended')).out.includes(id));
  t.match((await ampoule('execs ls -b cli-detached --ended')).out, new RegExp(`${id} +4 .*echo done`));
  t.match(await ampoule(`attach ${id}`), { code: 4, out: 'done\n' });
  t.match(await ampoule('attach exe_none'), {
    code: 125,
    err: /No command exe_none runs in any sandbox.*\[EXEC_NOT_FOUND\]/,
  });
  t.match(await ampoule('sandbox rm cli-detached'), { code: 0 });
});

t.test('a launch that cannot be is 125 with its reason', async (t) => {
  const { code, err } = await ampoule('sandbox run nothing.invalid/nothing:1 --name cli-none --pull never');
  t.equal(code, 125);
  t.match(err, /cli-none|nothing\.invalid/);
  t.match(
    await ampoule('deactivate --all'),
    { code: 0, err: /cli-none has no container yet/ },
    'nothing can hold it there',
  );
  t.match(await ampoule('sandbox rm cli-none'), { code: 0 });
});

t.test('tokens', async (t) => {
  const made = await ampoule('token new agent cli-agent --session cli');
  t.match(made, { code: 0, out: /^amp_ag_\S+\n$/ });
  const id = /tok_\w+/.exec(made.err)?.[0] ?? '';
  const env = { AMPOULE_TOKEN: made.out.trim() };
  t.match(await ampoule('secrets', { env }), { code: 0 });
  t.match(await ampoule('secret ls', { env }), { code: 125, err: /\[FORBIDDEN\]/ });
  t.match(await ampoule(`token revoke ${id}`), { code: 0 });
  t.match(await ampoule('secrets', { env }), { code: 125, err: /\[TOKEN_REVOKED\]/ });
  t.match(await ampoule('token ls'), { code: 0, out: new RegExp(`${id}  agent`) });
});

t.test('the vault: backup, seal, a new key, unseal; the audit holds', async (t) => {
  t.match(await ampoule('vault backup copy'), { code: 0, err: /copy: .* It needs today's unlock key/ });
  const copy = join(daemon.dir, 'copy');
  t.equal(readFileSync(copy).subarray(0, 15).toString(), 'SQLite format 3');
  t.equal(statSync(copy).mode & 0o777, 0o600);

  t.match(await ampoule('vault rekey --passphrase', { stdin: 'correct horse battery staple\n' }), { code: 0 });
  t.match(await ampoule('vault seal'), { code: 0 });
  t.match(await ampoule('exec -- true'), { code: 125, err: /\[VAULT_SEALED\]/ });
  t.match(await ampoule('status'), {
    code: 0,
    out: /^vault {6}sealed, unlocked by a passphrase/,
    err: /ampoule vault unseal/,
  });
  t.match(await ampoule('vault unseal', { stdin: 'wrong\n' }), { code: 125, err: /\[PASSPHRASE_WRONG\]/ });
  t.match(await ampoule('vault unseal', { stdin: 'correct horse battery staple\n' }), { code: 0 });
  t.match(await ampoule('exec -- true'), { code: 0 });

  t.match(await ampoule('audit ls --limit 5'), { code: 0, out: /sandbox\.exec/ });
  t.match(await ampoule('audit verify'), { code: 0, out: /^The chain of \d+ entries holds\.\n$/ });
});

t.test('bad input is exit code 2 and names the field', async (t) => {
  t.match(await ampoule('session new Not_A_Name'), { code: 2, err: /\[INVALID_INPUT\]/ });
  t.match(await ampoule('session new later --ttl soon'), {
    code: 2,
    err: /ttl.*\[INVALID_INPUT\]|\[INVALID_INPUT\][\s\S]*ttl/,
  });
  t.match(await ampoule('activate NOTHING_LIKE_IT'), { code: 125, err: /\[SECRET_NOT_FOUND\]/ });
});

t.test('the end of the session', async (t) => {
  t.match(await ampoule('session end cli --workspace delete'), { code: 0, out: /^cli has ended \(generation \d+\)\./ });
  t.match(await ampoule('secrets'), { code: 2, err: /no live session/ });
  t.equal((await engine.docker('ps', '-aq', '--filter', 'name=ampoule-cli-')).trim(), '');
});
