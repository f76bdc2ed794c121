/** A token that was committed in a workspace, from the scan that finds it to the proof that nothing holds it, and panic, with a real daemon and engine. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { environment } from '../daemon/scan/git-world.js';
import { runAmpoule } from '../engine/ampoule.js';
import { ensureBuild, startDaemon } from '../engine/daemon.js';
import { observe } from '../engine/observer.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';
import { holdersOf, launch, set } from '../faults/memory-world.js';

const LONG = { timeout: 240_000 };
const TOKEN = 'ghp_Kq7vXw2mZr9tLp4nBd6sHj8fGy3cUeAoTi5R';
const OTHER = 'another-secret-of-nobody-else-4711';

await ensureBuild('dist');
const engine = await sharedEngine();
t.teardown(() => engine.done());
await engine.importBusybox();
const daemon = await startDaemon({ engine });
t.teardown(() => daemon.remove());
const name = `leak-${process.pid}`;

/** A repository in which the token was committed, amended away, and packed. */
function leakyRepository(): string {
  const root = mkdtempSync('/tmp/ap-leak-');
  const app = join(root, 'app');
  mkdirSync(app);
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: app, encoding: 'utf8', env: environment(root), stdio: 'pipe' });
  const lines = Array.from({ length: 300 }, (_, at) => `setting ${at} = ${(at * 7919) % 997}`);
  git('init', '-q', '-b', 'main');
  writeFileSync(join(app, '.env'), [...lines, `GITHUB_TOKEN=${TOKEN}`, ''].join('\n'));
  git('add', '-A');
  git('commit', '-qm', 'settings');
  writeFileSync(join(app, '.env'), [...lines, ''].join('\n'));
  git('commit', '-qa', '--amend', '-m', 'settings');
  git('repack', '-qadf', '--depth=50');
  return root;
}

t.test('found where git remembers it, taken from everybody, and shown to be gone', LONG, async (t) => {
  await daemon.ok('POST', '/v1/secrets', { name: 'GITHUB_TOKEN', value: TOKEN, provider: 'github' });
  await daemon.ok('POST', '/v1/secrets', { name: 'OTHER', value: OTHER });
  const box = await launch(daemon, engine, name);
  await set(daemon, box, 'GITHUB_TOKEN', true);
  await set(daemon, box, 'OTHER', true);
  const { execId } = await daemon.ok('POST', `/v1/sandboxes/${name}/exec`, { command: 'sleep 600', detach: true });
  await until('a process that holds it', () => holdersOf(box, TOKEN).length > 0);

  const root = leakyRepository();
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  await engine.docker('cp', join(root, 'app'), `${box.containerId}:/workspace/`);

  const scanned = await runAmpoule(daemon, ['scan', name]);
  t.equal(scanned.code, 1, scanned.err);
  t.match(
    scanned.out,
    /^GITHUB_TOKEN\n {2}\.env:301 \(v1\): commit [0-9a-f]{12} of 2030-01-01 "settings", reflog HEAD$/m,
  );
  t.match(scanned.err, /ampoule leak GITHUB_TOKEN/);
  t.notOk((scanned.out + scanned.err).includes(TOKEN));
  const answer = await daemon.ok('POST', `/v1/sandboxes/${name}/scan`);
  t.match(answer, { others: 0, complete: true, notSearched: [], findings: [{ secret: 'GITHUB_TOKEN', path: '.env' }] });
  t.equal(answer.findings.length, 1);
  t.same(answer.scanned.skipped, []);

  const directory = await runAmpoule(daemon, ['scan', '--dir', root, '--json']);
  t.equal(directory.code, 1, directory.err);
  t.match(JSON.parse(directory.out), {
    complete: true,
    findings: [{ git: { repository: 'app/.git', held: 'reflog' } }],
  });
  t.equal((await runAmpoule(daemon, ['scan', '--dir', join(root, 'app/.git/hooks')])).code, 0, 'nothing there');

  const leaked = await runAmpoule(daemon, ['leak', 'GITHUB_TOKEN', '--reason', 'pushed']);
  t.equal(leaked.code, 0, leaked.err + leaked.out);
  t.match(leaked.out, new RegExp(`${name} +${name} +GITHUB_TOKEN +v1`));
  t.match(leaked.out, /all closed/);
  t.match(leaked.out, /No process of a sandbox shows it \([1-9]\d* were looked at\)/);
  t.match(leaked.out, /\$ ampoule secret set GITHUB_TOKEN$/m);
  const seen = await observe({ TOKEN }, { except: [process.pid], engine });
  t.same(seen, [], 'nor does anything outside of the daemon');
  const { items } = await daemon.ok('GET', `/v1/sandboxes/${name}/execs`);
  t.notOk(
    items.some((one: { execId: string }) => one.execId === execId),
    'what was started with it has ended',
  );
  t.same(holdersOf(box, OTHER), [], 'as it was one process, the other secret has no holder either');

  const again = await daemon.api('PUT', `/v1/sessions/${name}/secrets/GITHUB_TOKEN`, {});
  t.equal(again.status, 409);
  t.equal(again.body.code, 'SECRET_LEAKED');
  await daemon.ok('PUT', '/v1/secrets/GITHUB_TOKEN/value', { value: `${TOKEN}-new` });
  await set(daemon, box, 'GITHUB_TOKEN', true);
  const old = await daemon.ok('POST', `/v1/sandboxes/${name}/scan`);
  t.match(old.findings, [{ secret: 'GITHUB_TOKEN', version: 1, current: false }]);
  const actions = (await daemon.ok('GET', '/v1/audit?limit=200')).items.map((one: { action: string }) => one.action);
  for (const action of ['sandbox.scan', 'scan.run', 'scan.found', 'secret.leak'])
    t.ok(actions.includes(action), action);
});

t.test('a holder that is left is seen', LONG, async (t) => {
  await daemon.ok('POST', '/v1/secrets', { name: 'PLANTED', value: 'planted-value-in-the-environment' });
  const { Pid } = JSON.parse(await engine.docker('inspect', '-f', '{{json .State}}', `ampoule-${name}`));
  t.ok(Pid > 0);
  const planted = engine.docker(
    'exec',
    '-e',
    'X=planted-value-in-the-environment',
    `ampoule-${name}`,
    '/bin/sleep',
    '30',
  );
  planted.catch(() => {});
  await until(
    'it runs',
    async () => (await observe({ P: 'planted-value-in-the-environment' }, { except: [process.pid] })).length > 1,
  );
  const answer = await daemon.api('POST', '/v1/secrets/PLANTED/leak', {});
  t.equal(answer.status, 202);
  t.match(answer.body.proof.holders, [{ sandbox: name, in: 'environment' }]);
  t.same(answer.body.exposures, { items: [], total: 0, open: 0 });
});

t.test('a stopped container is searched, and one scan runs at a time', LONG, async (t) => {
  const stopped = `${name}-s`;
  await daemon.ok('PUT', `/v1/sessions/${stopped}`, { idle: 'never' });
  const main = `printf %s ${OTHER} > /workspace/notes`;
  const wanted = { name: stopped, session: stopped, network: 'none', delivery: 'memory', restart: 'never' };
  await daemon.ok('POST', '/v1/sandboxes?wait=60s', { ...wanted, command: ['sh', '-c', main] });
  await until('its end', async () => (await daemon.ok('GET', `/v1/sandboxes/${stopped}`)).state === 'exited');
  const twice = [1, 2].map(() => daemon.api('POST', `/v1/sandboxes/${stopped}/scan`, undefined, { withinMs: 60_000 }));
  const both = await Promise.all(twice);
  t.same(both.map(({ status }) => status).sort(), [200, 429]);
  t.equal(both.find(({ status }) => status === 429)?.body.code, 'SCAN_RUNNING');
  t.match(both.find(({ status }) => status === 200)?.body.findings, [{ secret: 'OTHER', path: 'notes', line: 1 }]);
});

t.test('panic', LONG, async (t) => {
  const value = 'what-panic-takes-away-0815';
  await daemon.ok('POST', '/v1/secrets', { name: 'PANICKED', value });
  const box = await launch(daemon, engine, `${name}-p`);
  await set(daemon, box, 'PANICKED', true);
  await daemon.ok('POST', `/v1/sandboxes/${box.name}/exec`, { command: 'sleep 600', detach: true });
  await until('a holder', () => holdersOf(box, value).length > 0);
  const ran = await runAmpoule(daemon, ['panic']);
  t.equal(ran.code, 0, ran.err);
  t.match(ran.out, /The vault is sealed\. Ended: [2-9] activations in 2 sessions/);
  t.same(await observe({ value }, { except: [process.pid], engine }), []);
  t.equal((await daemon.ok('GET', '/v1/vault')).state, 'sealed');
  const again = await runAmpoule(daemon, ['panic', '--json']);
  t.equal(again.code, 0, 'also while it is sealed');
  t.match(JSON.parse(again.out), { state: 'sealed', activations: 0, ended: [], sandboxes: [] });
  await daemon.ok('POST', '/v1/vault/unseal', {});
  const { items } = await daemon.ok('GET', `/v1/sessions/${box.name}/secrets`);
  t.notOk(items.some(({ active }: { active: boolean }) => active));
});
