/** `ampoule run` and a new data key with the built programs: a command on this machine, seen from outside, and kills. Needs no engine. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import t from 'tap';
import { runAmpoule, spawnAmpoule } from '../engine/ampoule.js';
import { ensureBuild, startDaemon } from '../engine/daemon.js';
import { patternsOf } from '../engine/forms.js';
import { inProcesses } from '../engine/observer.js';
import { until } from '../engine/wait.js';

t.setTimeout(120_000);
await ensureBuild('dist');
const nowhere = { engine: { dockerHost: 'unix:///nonexistent/docker.sock' }, wait: 'alive' } as const;
const value = (name: string) => `canary-${name}-${process.pid}`;
const seen = (name: string) => inProcesses(patternsOf(name, value(name)));

t.test('a command on this machine has the values, nothing else has, and the history says until when', async (t) => {
  const daemon = await startDaemon(nowhere);
  t.teardown(() => daemon.remove());
  const memory = mkdtempSync('/dev/shm/ampoule-test-');
  t.teardown(() => rmSync(memory, { recursive: true, force: true }));
  const env = { XDG_RUNTIME_DIR: memory };
  await daemon.ok('POST', '/v1/sessions', { name: 'dev' });
  await daemon.ok('POST', '/v1/secrets', { name: 'RUN_KEY', value: value('key') });
  await daemon.ok('POST', '/v1/secrets', { name: 'RUN_FILE', value: value('file'), as: 'file' });
  await daemon.ok('POST', '/v1/sessions/dev/activate', { all: true });

  let heard = '';
  const hear = (out: string): void => {
    heard = out;
  };
  const script = 'trap "echo got-term; exit 9" TERM; cat "$RUN_FILE"; echo " $RUN_FILE"; while :; do sleep 0.1; done';
  const argv = ['run', '--', 'sh', '-c', script, value('key')];
  const running = spawnAmpoule(daemon, argv, { env, hear });
  const line = await until('the file', () => /^\S+ (\S+)\n/.exec(heard));
  t.equal(line[0], `${value('file')} ${line[1]}\n`);
  t.match(line[1], new RegExp(`^${memory}/ampoule-run-\\d+-${running.pid}-`));
  const holders = seen('key').filter(({ where }) => where.startsWith('environ'));
  t.ok(holders.length > 0, 'the search finds what is there');
  t.notOk(
    holders.some(({ where }) => where.includes(` ${running.pid} `)),
    'the environment of `ampoule run` itself has it not',
  );
  const usage = () => daemon.ok('GET', '/v1/secrets/RUN_KEY/usage');
  t.match((await usage()).items, [{ local: { pid: running.pid }, until: null, unknown: false }]);
  process.kill(running.pid, 'SIGTERM');
  const ran = await running.ran;
  t.equal(ran.code, 9);
  t.match(ran.out, /got-term\n$/);
  t.match(ran.err, /^ampoule: sh gets RUN_FILE v1, RUN_KEY v1 of the session dev\.$/m);
  t.same(readdirSync(memory), [], 'its file is gone');
  await until('its processes gone', () => seen('key').length === 0);
  t.match((await usage()).items, [{ until: /Z$/, unknown: false }]);
  t.notMatch(
    JSON.stringify(await daemon.ok('GET', '/v1/audit?limit=200')),
    /canary-/,
    'an argument with it is redacted',
  );
  t.notMatch(daemon.log(), /canary-/);

  heard = '';
  const killed = spawnAmpoule(daemon, ['run', '--', 'sh', '-c', 'echo "$$"; sleep 60'], {
    env,
    hear,
  });
  const child = Number(await until('its child', () => /^(\d+)\n/.exec(heard)?.[1]));
  process.kill(killed.pid, 'SIGKILL');
  process.kill(child, 'SIGKILL');
  await until('both gone', () => seen('file').length + seen('key').length === 0);
  t.equal(readdirSync(memory).length, 1, 'nobody was left to remove it');
  t.equal((await runAmpoule(daemon, ['run', '-q', '--only', 'RUN_FILE', '--', 'true'], { env })).code, 0);
  t.same(readdirSync(memory), [], 'the next one does');
  await daemon.ok('DELETE', '/v1/sessions/dev');
  t.match((await usage()).items, [{ until: null, unknown: true }, { until: /Z$/ }]);
  t.match((await runAmpoule(daemon, 'secret usage RUN_KEY --csv')).out, /,unknown,/);
});

t.test('a daemon that is killed while it encrypts anew goes on by itself', async (t) => {
  const dir = mkdtempSync('/tmp/lr-');
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const start = (failpoint: string) =>
    startDaemon({ ...nowhere, dir, build: 'dist-test', env: { AMPOULE_FAILPOINTS: failpoint } });
  const first = await start('vault.reencrypt:committed=kill@2');
  const name = (n: number) => `KEY_${n}`;
  for (let n = 0; n < 150; n += 1) await first.ok('POST', '/v1/secrets', { name: name(n), value: value(name(n)) });
  await first.api('POST', '/v1/vault/rotate', { reencrypt: true }).catch(() => {});
  t.match(await first.ended, { signal: 'SIGKILL' });
  const second = await start('');
  t.teardown(() => second.remove());
  await until('all under the new key', async () => (await second.ok('GET', '/v1/vault')).reencrypting === 0);
  await until(
    'the old key erased',
    async () => (await second.ok('GET', '/v1/audit?action=vault.erase-key')).items.length > 0,
  );
  for (const n of [0, 99, 149]) {
    t.match((await second.ok('GET', `/v1/secrets/${name(n)}/versions`)).items, [{ keyId: 2 }]);
    t.equal((await second.ok('POST', `/v1/secrets/${name(n)}/reveal`, { reason: 'r' })).value, value(name(n)));
  }
  t.match(await second.ok('GET', '/v1/audit/verify'), { ok: true });
});
