/** The quickstart on a machine without an engine: from nothing to the end, twice, and all of it taken away again. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { run } from '../engine/command.js';
import { ensureEngineNeeds } from '../engine/needs.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A network and a /run of its own: no engine is found, and what the quickstart does to the firewall stays there. */
const MACHINE = `
set -e
busybox ip link set lo up
mount -t tmpfs none /run
mkdir -p /etc/docker
mount -t tmpfs none /etc/docker
cd "$1"
firewall() { busybox ip -4 addr; iptables -S; iptables -t nat -S; cat /proc/sys/net/ipv4/ip_forward; }
firewall >"$AMPOULE_QUICKSTART_DIR-before"
quickstart() { node daemon/quickstart/setup.mjs quickstart --then daemon/quickstart/main.ts "$@"; }
quickstart
eval "$(quickstart | tee "$AMPOULE_QUICKSTART_DIR-second" | grep '^  export')"
curl -fsS -o /dev/null -X PUT -H "Authorization: Bearer $AMPOULE_TOKEN" "$AMPOULE_ADDR/v1/sessions/quickstart-one/secrets/QUICKSTART_GREETING"
docker exec ampoule-quickstart-box env | grep ^QUICKSTART_GREETING=hello- >/dev/null
docker network create --label dev.ampoule.network made-by-hand >/dev/null
kill -9 "$(grep '"pid"' "$AMPOULE_QUICKSTART_DIR/started.json" | tail -n 1 | tr -dc 0-9)"
again="$(grep -- "' --config '" "$AMPOULE_QUICKSTART_DIR-second")"
sh -c "exec $again" >/dev/null 2>&1 &
until curl -fsS -o /dev/null "$AMPOULE_ADDR/readyz" 2>/dev/null; do sleep 0.1; done
npm run quickstart --uninstall
if kill -0 $! 2>/dev/null; then echo "the daemon that was started by hand runs"; exit 1; fi
firewall >"$AMPOULE_QUICKSTART_DIR-after"
echo ALL DONE
`;

t.test('does the main job, twice, and takes all of it away', { timeout: 800_000 }, async (t) => {
  await ensureEngineNeeds();
  const directory = mkdtempSync('/tmp/aq-');
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const home = join(directory, 'q');
  const env = { AMPOULE_QUICKSTART_DIR: home, DOCKER_HOST: undefined, AMPOULE_NO_INSTALL: '1' };
  const ran = await run('unshare', ['--net', '--mount', '--propagation', 'slave', 'sh', '-c', MACHINE, 'sh', ROOT], {
    env,
    withinMs: 780_000,
  });
  t.equal(ran.code, 0, ran.stderr);
  const steps = ran.stdout.split('\n').filter((line) => /^ ?\d+ {2}/.test(line));
  for (const title of [
    'a Docker engine',
    'an image',
    'the daemon',
    'register a secret',
    'open two sessions',
    'start a sandbox in the first',
    'and one with delivery env',
    'and one in the second session',
    'before: none of them has it',
    'activate it in the first session',
    'it is there',
    'memory: Docker never had it',
    'env: Docker has it too',
    'the other session does not have it',
    'deactivate it',
    'it is gone, and the other never had it',
    'end sessions and sandboxes',
    'stop the daemon',
    'remove what is left in Docker',
    'stop the engine',
    'remove the directory',
  ]) {
    t.ok(
      steps.some((line) => line.includes(`  ${title}  `) && /\d+ ms/.test(line)),
      title,
    );
  }
  t.match(ran.stdout, /vault .*\n.*key .*\n.*token /, 'says where data, key and token lie');
  const second = readFileSync(`${home}-second`, 'utf8');
  t.match(second, /the one of the last quickstart/);
  t.match(second, /runs already/);
  t.equal(second.match(/^ {2}curl /gm)?.length, 3, 'three curl commands to copy');
  t.match(ran.stdout, /remove what is left in Docker .* 1 networks/, 'one that a person made, too');
  t.match(ran.stdout, /ALL DONE\n$/);
  t.notOk(existsSync(home), 'its directory is gone');
  t.equal(readFileSync(`${home}-after`, 'utf8'), readFileSync(`${home}-before`, 'utf8'), 'the network is as it was');
});

t.test('an uninstall that cannot remove all of it goes on, says what is left, and can be run again', async (t) => {
  const home = mkdtempSync('/tmp/aq-');
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  const gone = { process: { pid: 2 ** 22 + 1, start: '1', boot: '-' }, build: '-', address: 'http://127.0.0.1:9' };
  const engine = 'unix:///nonexistent/docker.sock';
  writeFileSync(join(home, 'started.json'), JSON.stringify({ daemon: { ...gone, dockerHost: engine, vault: 'v' } }));
  writeFileSync(join(home, 'packages.json'), '[]');
  const main = join(ROOT, 'daemon/quickstart/main.ts');
  const env = { AMPOULE_QUICKSTART_DIR: home, PATH: '/nonexistent' };
  const ran = await run(process.execPath, ['--import', 'tsx', main, '--uninstall'], { env, cwd: ROOT });
  t.equal(ran.code, 1);
  t.match(ran.stdout, /remove the packages/, 'the next steps were done');
  t.match(ran.stderr, /Not all could be removed:\n {2}remove what is left in Docker: the engine at .*rm -rf/);
  t.match(ran.stderr, /run `npm run quickstart -- --uninstall` again/);
  t.ok(existsSync(join(home, 'started.json')), 'what it needs for that is kept');
});

t.test('says what to do where it cannot go on', async (t) => {
  const env = { AMPOULE_QUICKSTART_DIR: `/tmp/aq-${process.pid}`, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
  t.teardown(() => rmSync(env.AMPOULE_QUICKSTART_DIR, { recursive: true, force: true }));
  const main = join(ROOT, 'daemon/quickstart/main.ts');
  const nowhere = await run(process.execPath, ['--import', 'tsx', main], { env, cwd: ROOT });
  t.equal(nowhere.code, 1);
  t.match(nowhere.stderr, /quickstart: .*DOCKER_HOST/);
  const wrong = await run(process.execPath, ['--import', 'tsx', main, '--frobnicate'], { env, cwd: ROOT });
  t.equal(wrong.code, 1);
  t.match(wrong.stderr, /--help/);
});
