/** Delivery by memory with what people use: Docker's own programs, official-style images, shells, packages, sudo, streams. */

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openTerminal } from '../engine/terminal.js';
import { pause, until } from '../engine/wait.js';
import { compatibility, dockerCompose, inFront, processesOf, read } from './compatibility-world.js';

/** First start of a machine makes its images. */
t.setTimeout(3_000_000);
const FULL = process.env.AMPOULE_FULL === '1';
const VALUE = `canary-compat-${process.pid}-${Date.now()}`;

const world = await compatibility(t);
const { daemon, engine, images, launch, set, exec, dockerExec } = world;
await daemon.ok('POST', '/v1/secrets', { name: 'TOKEN', value: VALUE });
await daemon.ok('POST', '/v1/secrets', { name: 'POSTGRES_PASSWORD', value: `${VALUE}-pg` });
await daemon.ok('POST', '/v1/secrets', {
  ...{ name: 'POSTGRES_PASSWORD_FILE', value: `${VALUE}-file` },
  ...{ as: 'file', path: '/run/secrets/postgres' },
});

/** Whether Docker's own description has it. */
async function inspected(t: Test, container: string): Promise<void> {
  t.notOk((await engine.docker('inspect', container)).includes(VALUE), 'inspect has no value');
}

t.test('docker exec and docker-compose exec have exactly the active variables', async (t) => {
  const labels = {
    'com.docker.compose.project': 'compat',
    'com.docker.compose.service': 'box',
    'com.docker.compose.container-number': '1',
    'com.docker.compose.oneoff': 'False',
  };
  const box = await launch('forms', { image: images.debian, labels });
  const file = join(t.testdir({}), 'docker-compose.yml');
  writeFileSync(file, `version: "2.4"\nservices:\n  box:\n    image: ${images.debian}\n`);
  const composed = () => dockerCompose(engine, ['-p', 'compat', '-f', file, 'exec', '-T', 'box', 'env']);
  const forms: [string, () => Promise<{ code: number | null; stdout: string; stderr: string }>][] = [
    ['env', () => dockerExec(box, ['env'])],
    ['sh -c', () => dockerExec(box, ['sh', '-c', 'env'])],
    ['bash -c', () => dockerExec(box, ['bash', '-c', 'env'])],
    ['-u 1000', () => dockerExec(box, ['env'], ['-u', '1000'])],
    ['-u agent, bash -lc', () => dockerExec(box, ['bash', '-lc', 'env'], ['-u', 'agent'])],
    ['/.ampoule/run', () => dockerExec(box, ['/.ampoule/run', '/usr/bin/env'])],
    ['docker-compose exec', composed],
  ];
  const names = (text: string): string[] => text.split('\n').flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? []);
  const before = new Map<string, string[]>();
  for (const [form, how] of forms) {
    const ran = await how();
    t.equal(ran.code, 0, `${form}: ${ran.stderr}`);
    before.set(form, names(ran.stdout).sort());
    t.notOk(before.get(form)?.includes('TOKEN'), form);
  }
  await set('forms', 'TOKEN', true);
  for (const [form, how] of forms) {
    const { stdout } = await how();
    t.match(stdout, `TOKEN=${VALUE}\n`, form);
    t.same(names(stdout).sort(), [...(before.get(form) ?? []), 'TOKEN'].sort(), `${form}: nothing else`);
  }
  t.match((await dockerExec(box, ['env'], ['-e', 'TOKEN=mine'])).stdout, /^TOKEN=mine$/m);
  await inspected(t, box);
  await set('forms', 'TOKEN', false);
  for (const [form, how] of forms) t.same(names((await how()).stdout).sort(), before.get(form), `${form}, afterwards`);
});

t.test('a bash that is open has what was activated since, and ends with it', async (t) => {
  const box = await launch('open', { image: images.debian });
  const shell = openTerminal(['docker', 'exec', '-it', box, 'bash', '--norc'], { DOCKER_HOST: engine.dockerHost });
  t.teardown(() => shell.end());
  await shell.shows(/# $/);
  shell.type('echo "first[$TOKEN]"');
  await shell.shows(/first\[\]\r\n.*# $/s);
  await set('open', 'TOKEN', true);
  // Its prompt stood there already.
  shell.type('echo "then[$TOKEN]"');
  await shell.shows(new RegExp(`then\\[${VALUE}\\]\\r\\n.*# $`, 's'));
  shell.type('(exit 3); echo "status[$?]"');
  await shell.shows(/status\[3\]/);
  await set('open', 'TOKEN', false);
  t.not(await shell.ended, 0, 'it was given the value');
  t.notOk(processesOf(box).some(({ variables }) => variables.has('TOKEN')));
});

t.test('job control at a terminal', async (t) => {
  const box = await launch('jobs', { image: images.debian }, ['TOKEN']);
  const shell = openTerminal(['docker', 'exec', '-it', box, 'bash', '--norc'], { DOCKER_HOST: engine.dockerHost });
  t.teardown(() => shell.end());
  await shell.shows(/# $/);
  shell.type('sleep 4711');
  const sleeper = () => processesOf(box).filter(({ command }) => command.includes('4711'));
  await until('it running', () => sleeper().length > 0);
  shell.type('\x1a');
  await shell.shows(/Stopped/);
  shell.type('jobs');
  await shell.shows(/Stopped +sleep 4711/);
  shell.type('bg; fg');
  await shell.shows(/sleep 4711 &/);
  await until('it in front', () => sleeper().every(({ pid }) => inFront(pid)));
  shell.type('\x03');
  await until('it ended', () => sleeper().length === 0);
  shell.type('echo "rows $(stty size)"');
  await shell.shows(/rows \d+ \d+/);
  shell.type('exit 9');
  t.equal(await shell.ended, 9);
});

t.test('redis starts, works, and its healthcheck sees what is active', async (t) => {
  const box = await launch('redis', { image: images.redis, main: 'image' });
  const health = async () => JSON.parse(await engine.docker('inspect', '-f', '{{json .State.Health}}', box));
  const last = async () => (await health()).Log?.at(-1)?.ExitCode;
  await until('a check without the variable', async () => (await last()) === 1);
  await set('redis', 'TOKEN', true);
  await until('health', async () => (await health()).Status === 'healthy', {
    explain: async () => JSON.stringify(await health()),
  });
  t.match(await exec('redis', 'redis-cli set key value; redis-cli get key; id -un'), { stdout: 'OK\nvalue\nroot\n' });
  t.match(await dockerExec(box, ['redis-cli', 'get', 'key']), { code: 0, stdout: 'value\n' });
  await set('redis', 'TOKEN', false);
  await until('a check without the variable again', async () => (await last()) === 1);
  t.match((await dockerExec(box, ['redis-cli', 'get', 'key'])).stdout, 'value', 'the server went on');
  await inspected(t, box);
});

t.test('nginx starts, works, and logs to /dev/stdout and /dev/stderr', async (t) => {
  const box = await launch('nginx', { image: images.nginx, main: 'image' }, ['TOKEN']);
  const ask = `exec 3<>/dev/tcp/127.0.0.1/80; printf 'GET /closed HTTP/1.0\\r\\n\\r\\n' >&3; head -1 <&3`;
  const get = async () => (await exec('nginx', ['bash', '-c', ask])).stdout;
  await exec('nginx', 'umask 777; echo closed >/var/www/html/closed');
  await until('an answer', async () => / 403 /.test(await get()));
  const logs = async () => (await daemon.api('GET', '/v1/sandboxes/nginx/logs')).bytes.toString();
  await until('it in the log', async () => /"GET \/closed HTTP\/1.0" 403/.test(await logs()));
  await until('what goes to /dev/stderr', async () => /closed" failed \(13: Permission denied\)/.test(await logs()));
  // It writes its title over the environment that it was started with, so its numbers have to tell.
  const pids = () => processesOf(box).flatMap(({ pid, command }) => (command.startsWith('nginx:') ? [pid] : []));
  const holding = pids();
  t.ok(holding.length >= 2, 'master and workers');
  await set('nginx', 'TOKEN', false);
  t.same(
    pids().filter((pid) => holding.includes(pid)),
    [],
    'it was started again without',
  );
  await until('an answer again', async () => / 403 /.test(await get()));
});

t.test('postgresql starts with a password that is a secret, from a variable and from a file', async (t) => {
  const query = (user: string) => ['psql', '-h', '127.0.0.1', '-U', user, '-tAc', 'select 6*7'];
  const works = async (name: string, env: Record<string, string>) =>
    (await exec(name, query('postgres'), { env })).stdout === '42\n';
  await launch('postgres', { image: images.postgresql, main: 'image' }, ['POSTGRES_PASSWORD']);
  await until('an answer', () => works('postgres', { PGPASSWORD: `${VALUE}-pg` }), { withinMs: 120_000 });
  t.notOk(await works('postgres', { PGPASSWORD: 'another' }), 'with its own password alone');
  const fromVariable = await exec(
    'postgres',
    'PGPASSWORD=$POSTGRES_PASSWORD psql -h 127.0.0.1 -U postgres -tAc "select 1"',
  );
  t.equal(fromVariable.stdout, '1\n');
  await set('postgres', 'POSTGRES_PASSWORD', false);
  await until('an answer without it in its environment', () => works('postgres', { PGPASSWORD: `${VALUE}-pg` }), {
    withinMs: 120_000,
  });

  await launch('postgres-file', { image: images.postgresql, main: 'image' }, ['POSTGRES_PASSWORD_FILE']);
  await until('an answer', () => works('postgres-file', { PGPASSWORD: `${VALUE}-file` }), { withinMs: 120_000 });
  t.match(await exec('postgres-file', 'echo $POSTGRES_PASSWORD_FILE; cat /run/secrets/postgres'), {
    stdout: `/run/secrets/postgres\n${VALUE}-file`,
  });
  await set('postgres-file', 'POSTGRES_PASSWORD_FILE', false);
  t.match(await exec('postgres-file', 'echo $POSTGRES_PASSWORD_FILE; ls -A /run/secrets'), { stdout: '\n' });
});

t.test('apt-get installs, and what it installed is there for docker exec', async (t) => {
  const box = await launch('apt', { image: images.debian }, ['TOKEN']);
  t.equal((await dockerExec(box, ['sh', '-c', 'hello'])).code, 127);
  const ran = await exec('apt', 'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y hello && hello');
  t.equal(ran.exitCode, 0, ran.stdout + ran.stderr);
  t.match(ran.stdout, /Hello, world!/);
  await until('a link', async () => (await dockerExec(box, ['hello'])).code === 0);
  t.match((await dockerExec(box, ['apt-get', 'purge', '-y', 'hello'])).code, 0);
});

t.test('sudo works where it is allowed, and not elsewhere', async (t) => {
  await launch('sudo', { image: images.sudo, privileges: 'sudo' }, ['TOKEN']);
  t.match(await exec('sudo', 'id -un; sudo -n id -un; echo $TOKEN'), { stdout: `agent\nroot\n${VALUE}\n` });
  await set('sudo', 'TOKEN', false);
  const running = exec('sudo', 'sudo -n sleep 4712').catch(() => {});
  const container = (await daemon.ok('GET', '/v1/sandboxes/sudo')).containerId;
  const sleeper = () => processesOf(container).filter(({ command }) => command.includes('sleep'));
  await until('root waiting', () => sleeper().length > 0);
  await set('sudo', 'TOKEN', true);
  t.ok(sleeper().length > 0, 'it was not given anything, and goes on');
  await daemon.ok('DELETE', '/v1/sandboxes/sudo?wait=60s');
  await running;
  await launch('standard', { image: images.sudo });
  t.not((await exec('standard', 'sudo -n true')).exitCode, 0);
});

t.test('an image with an init of its own is PID 1, and a change starts it again', async (t) => {
  const box = await launch('init', { image: images.init, main: 'image', oneShot: true }, ['TOKEN']);
  const first = async () => {
    const pid = Number(await engine.docker('inspect', '-f', '{{.State.Pid}}', box));
    return processesOf(box).find((process) => process.pid === pid);
  };
  const tini = await until('its own PID 1', async () => {
    const seen = await first();
    return seen?.command.includes('tini') && seen.variables.size > 0 ? seen : null;
  });
  t.equal(tini.variables.get('TOKEN')?.toString(), VALUE);
  await inspected(t, box);
  await set('init', 'TOKEN', false);
  const later = await until('it again', async () => {
    const seen = await first();
    return seen?.command.includes('tini') ? seen : null;
  });
  t.not(later.pid, tini.pid);
  t.notOk(later.variables.has('TOKEN'));
  t.equal(await engine.docker('inspect', '-f', '{{.Id}}', box), `${box}\n`, 'in the same container');
});

t.test('/dev/stdout and /dev/stderr can be opened by everybody', async (t) => {
  await launch('streams', { image: images.debian, limits: { pids: 4096 } }, ['TOKEN']);
  for (const user of ['root', 'agent']) {
    const command = 'echo out >/dev/stdout; echo err | tee /dev/stderr; echo more >>/dev/fd/2';
    t.match(
      await exec('streams', command, { user }),
      { exitCode: 0, stdout: 'out\nerr\n', stderr: 'err\nmore\n' },
      user,
    );
  }

  const count = FULL ? 200 : 20;
  await t.test(`${count} streams of 10 MB at a time lose nothing`, async (t) => {
    const size = 10_000_000;
    const all = Array.from({ length: count }, async (_, number) => {
      const line = `stream ${number} of many\n`;
      const command = ['sh', '-c', `yes 'stream ${number} of many' | head -c ${size}`];
      const { bytes, sha256, code } = await read(daemon, 'streams', command).whole;
      const expected = createHash('sha256').update(Buffer.alloc(size, line)).digest('hex');
      return { bytes, right: sha256 === expected, code };
    });
    for (const one of await Promise.all(all)) t.same(one, { bytes: size, right: true, code: 0 });
  });

  await t.test('what is not read is not written either', async (t) => {
    const size = 200_000_000;
    const command = ['sh', '-c', `head -c ${size} /dev/zero | tr '\\0' x`];
    const reading = read(daemon, 'streams', command);
    reading.pause();
    const container = (await daemon.ok('GET', '/v1/sandboxes/streams')).containerId;
    const written = (): number => {
      const head = processesOf(container).find((process) => process.command.startsWith('head'));
      return head === undefined ? -1 : head.written;
    };
    await until('it writing', () => written() > 0);
    let before = -1;
    await until('it standing', async () => {
      const now = written();
      const stands = now === before;
      before = now;
      await pause(500);
      return stands;
    });
    t.ok(before < size, `it waits after ${before} bytes`);
    reading.resume();
    t.match(await reading.whole, { bytes: size, code: 0 });
  });
});
