/** ampoule-init in a real container, with the daemon played: the main process, signals, and how the container ends. */

import t from 'tap';
import { entry, PlayedDaemon } from '../engine/played-daemon.js';
import { initPrograms } from '../engine/programs.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';
import { initWorld, LONG, statusOf } from './init-world.js';

const MAIN = 1;
const MAIN_TERMINAL = 2;
const HOME_KEPT = 4;
const ONE_SHOT = 8;
const MAIN_STDIN = 16;
const RESTART = 32;
const INHERIT = 64;

const sh = (script: string): string[] => ['/bin/sh', '-c', script];

t.test('a holding sandbox ends with 0 when it is stopped', LONG, async (t) => {
  const { played, engine } = await initWorld(t);
  await played.setDone([]);
  const left = played.exec(['sleep', '1000']);
  await played.hear('started', ({ id }) => id === left.id);
  await engine.docker('stop', '-t', '60', played.container);
  t.equal(await statusOf(engine, played.container), 0);
});

t.test('the main process: started with the values, ended without them, started again', LONG, async (t) => {
  const { played, engine } = await initWorld(t, {
    config: { flags: MAIN, user: 'user' },
    run: ['-e', 'BASE=b'],
    main: sh(
      'echo start TOKEN=$TOKEN BASE=$BASE HOME=$HOME $(id -u); trap "exit 5" USR1; while :; do sleep 0.05; done',
    ),
  });
  await played.setDone([entry('TOKEN', 'one')]);
  t.match(await played.hear('started', ({ id }) => id === 'main-1'), {
    kind: 'main',
    program: 'sh',
    held: [{ env: 'TOKEN', version: 1 }],
  });
  const first = played.attach('main', { follow: true });
  await first.shows('start TOKEN=one BASE=b HOME=/home/user 1000\n');
  await played.setDone([entry('TOKEN', 'two', { version: 2 }), entry('MORE', 'm')]);
  t.notOk(
    played.heard.some((frame) => frame.type === 'ended'),
    'it goes on where nothing is taken away',
  );
  await played.setDone([entry('MORE', 'm')]);
  t.match(await first.ended(), { code: -1, signal: 9, reason: 'REVOKED' });
  t.match(await played.hear('started', ({ id }) => id === 'main-2'), { held: [{ env: 'MORE' }] });
  const second = played.attach('main', { follow: true });
  await second.shows('start TOKEN= BASE=b');
  t.match(second.text(), /TOKEN=one.*\n.*TOKEN= /, 'its output is kept over both starts');
  await engine.docker('kill', '-s', 'USR1', played.container);
  t.equal(await statusOf(engine, played.container), 5, 'the signal reached it, and its status is the container’s');
  t.match(await second.ended(), { code: 5 });
  t.match(await played.hear('ended', ({ id }) => id === 'main-2'), { code: 5, signal: 0 });
});

t.test('main is started again on each change where that is wanted', LONG, async (t) => {
  const { played, engine } = await initWorld(t, {
    config: { flags: MAIN | RESTART },
    main: sh('echo $A; exec sleep 1000'),
  });
  await played.setDone([entry('A', 'one')]);
  await played.hear('started', ({ id }) => id === 'main-1');
  await played.attach('main', { follow: true }).shows('one\n');
  await played.setDone([entry('A', 'one')]);
  await played.setDone([entry('A', 'two', { version: 2 })]);
  await played.hear('started', ({ id }) => id === 'main-2');
  const log = played.attach('main', { follow: true });
  await log.shows('two\n');
  t.equal(log.text(), 'one\ntwo\n');
  await engine.docker('stop', '-t', '60', played.container);
  t.equal(await statusOf(engine, played.container), 143);
});

t.test('a first SET and one that takes it back, at once', LONG, async (t) => {
  const { played } = await initWorld(t, { config: { flags: MAIN }, main: sh('echo T=$T; exec sleep 1000') });
  let last = 0;
  played.together(() => {
    played.set([entry('T', 'gone')]);
    last = played.set([]);
  });
  await played.hear('done', ({ seq }) => seq === last);
  await played.hear('started', ({ id, held }) => id === 'main-2' && held.length === 0);
  const log = played.attach('main', { follow: true });
  await log.shows(/T=\n$/);
  await until('main sleeping', async () => (await played.finish(['pidof', 'sleep'])).code === 0);
  t.match((await played.finish(['sh', '-c', 'pidof sleep | wc -w'])).stdout, '1\n');
});

t.test('what cannot be started is said, and ends the container', LONG, async (t) => {
  const { played, engine } = await initWorld(t, { config: { flags: MAIN }, main: ['/no/such/program'] });
  await played.setDone([]);
  t.equal(await statusOf(engine, played.container), 127);
  t.match(await played.hear('ended', ({ id }) => id === 'main-1'), { code: 127, reason: /not found/ });
});

t.test('main with a terminal, and with input', LONG, async (t) => {
  const { played, engine } = await initWorld(t, {
    config: { flags: MAIN | MAIN_TERMINAL | MAIN_STDIN },
    main: ['/bin/sh', '-i'],
  });
  await played.setDone([]);
  await played.hear('started');
  const shell = played.attach('main', { follow: true });
  await shell.resize(70, 21);
  await shell.write('stty size; tty; ps -o pid,tty,args | grep -c sleep\n');
  await shell.shows(/21 70\r\n\/dev\/pts\//);
  await shell.write('exit 6\n');
  t.match(await shell.ended(), { code: 6 });
  t.equal(await statusOf(engine, played.container), 6);
});

t.test('main has the container’s own streams where a log driver was chosen', LONG, async (t) => {
  const { played, engine } = await initWorld(t, {
    config: { flags: MAIN | INHERIT | HOME_KEPT },
    run: ['--log-driver', 'json-file', '-e', 'HOME=/own', '--user', 'root'],
    main: sh('echo to the log $HOME; echo x > /dev/stderr; exit 0'),
  });
  await played.setDone([]);
  t.equal(await statusOf(engine, played.container), 0);
  const logs = await engine.tryDocker(['logs', played.container]);
  t.equal(logs.stdout, 'to the log /own\n');
  t.equal(logs.stderr, 'x\n');
});

t.test('in a container’s own terminal main is the group in front', LONG, async (t) => {
  const { played, engine } = await initWorld(t, {
    config: { flags: MAIN | INHERIT },
    run: ['--log-driver', 'json-file', '-t'],
    main: sh('set -- $(cat /proc/$$/stat); [ $5 = $8 ] && echo in front; tty'),
  });
  await played.setDone([]);
  t.equal(await statusOf(engine, played.container), 0);
  t.match((await engine.tryDocker(['logs', played.container])).stdout, /in front\r\n\/dev\//);
});

t.test('an image’s own init becomes PID 1, with the values', LONG, async (t) => {
  const { played, engine } = await initWorld(t, {
    config: { flags: MAIN | ONE_SHOT, user: 'user' },
    main: sh('echo $$ $TOKEN $(id -u) $(cat $FILE) > /tmp/seen; trap "exit 8" TERM; while :; do sleep 0.05; done'),
  });
  played.set([entry('TOKEN', 'one'), entry('FILE', 'content', { file: true })]);
  await played.hear('received');
  t.match(await played.hear('started'), { id: 'main-1', pid: 1 });
  await until('its line', async () => (await look(engine, played)) === '1 one 1000 content\n');
  await engine.docker('stop', '-t', '60', played.container);
  t.equal(await statusOf(engine, played.container), 8);
});

t.test('nothing starts without a daemon, and the container ends by itself', { timeout: 300_000 }, async (t) => {
  const engine = await sharedEngine();
  const { init: program } = await initPrograms();
  const options = { program, main: sh('echo ran'), run: ['--log-driver', 'json-file'] };
  const absent = new PlayedDaemon(engine, options);
  const hostile = new PlayedDaemon(engine, options);
  t.teardown(async () => {
    await absent.stop();
    await hostile.stop();
    await engine.done();
  });
  await absent.run();
  hostile.distrust = true;
  await hostile.listen();
  await hostile.run();
  t.equal(await statusOf(engine, hostile.container), 125);
  t.match((await engine.tryDocker(['logs', hostile.container])).stderr, /does not trust/);
  t.equal(await statusOf(engine, absent.container), 125);
  const said = await engine.tryDocker(['logs', absent.container]);
  t.match(said, { stdout: '', stderr: /no environment came/ });
});

async function look(
  engine: { tryDocker(args: string[]): Promise<{ stdout: string }> },
  played: PlayedDaemon,
): Promise<string> {
  return (await engine.tryDocker(['exec', played.container, '/bin/cat', '/tmp/seen'])).stdout;
}
