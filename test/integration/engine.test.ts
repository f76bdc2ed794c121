/** The harness itself: an engine of its own that can be killed, paused and started again, and leaves nothing behind. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import t from 'tap';
import { answers, startEngine } from '../engine/engine.js';
import { inGroup, isZombie, membersOf, nameOf } from '../engine/processes.js';
import { until } from '../engine/wait.js';

t.test('runs containers with networks and published ports of its own', async (t) => {
  const engine = await startEngine();
  t.teardown(() => engine.stop());
  const image = await engine.importBusybox();
  t.equal(await engine.importBusybox(), image, 'making the image again is harmless');
  t.equal((await engine.docker('run', '--rm', '--user', 'user', image, 'id', '-u')).trim(), '1000');
  const serve = 'mkdir /www; echo here >/www/index.html; httpd -f -h /www';
  await engine.docker('run', '-d', '--name', 'web', '-p', '127.0.0.1:8080:80', image, 'sh', '-c', serve);
  const page = await until('the page', async () => {
    const got = await engine.inNetwork('busybox', 'wget', '-qO-', 'http://127.0.0.1:8080/');
    return got.code === 0 && got.stdout;
  });
  t.equal(page, 'here\n');
  const bridges = readdirSync('/sys/class/net').filter((name) => name.startsWith('docker'));
  t.not((await engine.inNetwork('readlink', '/proc/self/ns/net')).stdout.trim(), readlinkSync('/proc/self/ns/net'));
  t.match((await engine.inNetwork('cat', '/proc/net/dev')).stdout, /docker0/);
  t.same(
    readdirSync('/sys/class/net').filter((name) => name.startsWith('docker')),
    bridges,
  );
});

t.test('dies, stands still and comes back when told', async (t) => {
  const engine = await startEngine();
  t.teardown(() => engine.stop());
  const image = await engine.importBusybox();
  await engine.docker('run', '-d', '--init', '--name', 'one', image, 'sleep', '1000');
  await engine.docker('run', '-d', '--init', '--name', 'two', image, 'sleep', '1000');
  await engine.docker('pause', 'two');
  engine.pause();
  await until('it standing still', async () => !(await answers(engine.socket)));
  engine.resume();
  await until('it going on', () => answers(engine.socket));
  const before = engine.pid;
  await engine.kill({ keepContainers: true });
  t.equal(await answers(engine.socket), false, 'killed');
  t.ok(inGroup(engine.group).length > 0, 'containers live on');
  await engine.kill();
  t.same(inGroup(engine.group), [], 'and are gone, the paused one too');
  t.same(membersOf(engine, 'all'), []);
  await engine.restart();
  t.not(engine.pid, before);
  t.match(await engine.docker('ps', '-a', '--format', '{{.Names}} {{.Status}}'), /one Exited/);
  await engine.docker('start', 'one');
});

t.test('leaves nothing behind when the test that started it is killed', async (t) => {
  const code = `
    import { startEngine } from '${new URL('../engine/engine.ts', import.meta.url).pathname}';
    const engine = await startEngine();
    const image = await engine.importBusybox();
    await engine.docker('run', '-d', '--name', 'left', image, 'sleep', '1000');
    console.log(JSON.stringify({ directory: engine.directory, group: engine.group, guard: engine.guard }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const place: { directory: string; group: string; guard: number } = JSON.parse(line);
  t.ok(inGroup(place.group).length > 0);
  child.kill('SIGKILL');
  await until('all of it gone', () => inGroup(place.group).length === 0 && !existsSync(place.directory));
  await until('its guard gone', () => nameOf(place.guard) !== 'sh' || isZombie(place.guard));
  t.same(membersOf(place, 'all'), []);
});

t.test('what is left of an engine whose guard was killed too goes with the next one', async (t) => {
  const lost = await startEngine();
  const image = await lost.importBusybox();
  await lost.docker('run', '-d', '--name', 'left', image, 'sh', '-c', 'while :; do true & wait; done');
  await lost.docker('run', '-d', '--name', 'frozen', image, 'sleep', '1000');
  await lost.docker('pause', 'frozen');
  process.kill(lost.guard, 'SIGKILL');
  for (const pid of membersOf({ ...lost, guard: lost.pid }, ['containerd'])) process.kill(pid, 'SIGKILL');
  process.kill(lost.pid, 'SIGKILL');
  t.ok(inGroup(lost.group).length > 0, 'its containers go on');
  await until('its guard gone', () => isZombie(lost.guard));
  const next = await startEngine();
  t.teardown(() => next.stop());
  t.same(inGroup(lost.group), [], 'nothing of it is left');
  t.notOk(existsSync(lost.directory));
});

t.test('stops while its containers fork as fast as they can', async (t) => {
  const engine = await startEngine();
  const image = await engine.importBusybox();
  const forks = 'while :; do sh -c "true & true" & wait; done';
  for (const name of ['one', 'two', 'three'])
    await engine.docker('run', '-d', '--name', name, image, 'sh', '-c', forks);
  await engine.stop();
  t.same(inGroup(engine.group), []);
  t.notOk(existsSync(engine.directory));
});
