/** ampoule-init in a real container, with the daemon played: input, output, back-pressure, terminals, detached commands. */

import { createHash, randomBytes } from 'node:crypto';
import t from 'tap';
import { entry } from '../engine/played-daemon.js';
import { until } from '../engine/wait.js';
import { initWorld, LONG } from './init-world.js';

const TERMINAL = 1;
const STDIN = 2;
const DETACHED = 4;

t.test('10 MB go in and come out unchanged, at the pace of whoever reads', LONG, async (t) => {
  const { played, engine } = await initWorld(t);
  await played.setDone([]);
  const data = randomBytes(10_000_000);
  const cat = played.exec(['cat'], { flags: STDIN });
  const socket = await cat.connected();
  socket.pause();
  for (let at = 0; at < data.length; at += 1_000_000) await cat.write(data.subarray(at, at + 1_000_000));
  await cat.write('');
  const written = async (): Promise<number> => {
    // Nothing before it runs.
    const look = ['exec', played.container, '/bin/sh', '-c', 'cat /proc/$(/bin/pidof cat)/io'];
    const { stdout } = await engine.tryDocker(look);
    return Number(/^wchar: (\d+)$/m.exec(stdout)?.[1] ?? 0);
  };
  let before = -1;
  await until('the command standing still', async () => {
    const now = await written();
    const still = now > 0 && now === before;
    before = now;
    return still;
  });
  t.ok(before < 2_000_000, `it wrote ${before} bytes while nobody read`);
  socket.resume();
  t.match(await cat.ended(), { code: 0 });
  t.equal(digest(cat.bytes('stdout')), digest(data));
});

t.test('many streams at once lose nothing', LONG, async (t) => {
  const { played } = await initWorld(t);
  await played.setDone([]);
  const streams = Array.from({ length: 20 }, () =>
    played.exec(['sh', '-c', 'head -c 1000000 /dev/zero; head -c 500000 /dev/zero >&2']),
  );
  for (const stream of streams) {
    t.match(await stream.ended(), { code: 0 });
    t.same([stream.bytes('stdout').length, stream.bytes('stderr').length], [1_000_000, 500_000]);
  }
});

t.test('a command ends with its client', LONG, async (t) => {
  const { played } = await initWorld(t);
  await played.setDone([]);
  const one = played.exec(['sh', '-c', 'trap "" TERM HUP; (setsid sleep 1000 &); while :; do sleep 1; done']);
  (await one.connected()).destroy();
  t.match(await played.hear('ended', ({ id }) => id === one.id), { reason: 'CLIENT_GONE', signal: 9 });
  await played.hear('gone', ({ id }) => id === one.id);
});

t.test('what a command leaves running goes on below it until it is gone', LONG, async (t) => {
  const { played } = await initWorld(t);
  await played.setDone([entry('TOKEN', 'x')]);
  const one = played.exec(['sh', '-c', '(while [ ! -e /tmp/go ]; do sleep 0.05; echo noise; done) & echo left']);
  t.match(await one.ended(), { code: 0 });
  t.match(one.text(), /^left\n(noise\n)*$/);
  await played.hear('ended', ({ id }) => id === one.id);
  t.notOk(played.heard.some((frame) => frame.type === 'gone' && frame.id === one.id));
  await played.finish(['touch', '/tmp/go']);
  await played.hear('gone', ({ id }) => id === one.id);
});

t.test('a terminal is one: size, job control, end of input', LONG, async (t) => {
  const { played } = await initWorld(t, { config: { user: 'user' } });
  await played.setDone([entry('TOKEN', 'x')]);
  const shell = played.exec(['sh', '-i'], { flags: TERMINAL | STDIN, columns: 101, rows: 33 });
  await shell.write('stty size; echo TERM=$TERM; tty; echo hi > /dev/stdout\n');
  await shell.shows(/33 101\r\nTERM=xterm\r\n\/dev\/pts\/\d+\r\nhi\r\n/);
  await shell.resize(90, 20);
  await shell.write('stty size\n');
  await shell.shows('20 90');
  await shell.write('sleep 1000\n');
  await until('sleep running', async () => (await played.finish(['pidof', 'sleep'])).code === 0);
  await shell.write('\x1a');
  await shell.shows(/Stopped.*sleep 1000/);
  // Stopped by its shell before the freeze, and after it.
  await played.setDone([entry('TOKEN', 'x'), entry('OTHER', 'o')]);
  const other = played.exec(['sh', '-c', 'trap "" TERM; sleep 1000'], {});
  await played.hear('started', ({ id }) => id === other.id);
  await played.setDone([entry('TOKEN', 'x')]);
  t.match(await other.ended(), { code: -1, signal: 9, reason: 'REVOKED' });
  const states = 'for pid in $(pidof sleep); do cat /proc/$pid/stat; done';
  await until('it being stopped as before', async () => / T /.test((await played.finish(['sh', '-c', states])).stdout));
  await shell.write('echo mar""ker; jobs\n');
  await shell.shows(/marker\r\n(.*\n)?.*Stopped/);
  await shell.write('kill -9 %1; echo go""ne; exit 3\nexit 3\n');
  await shell.shows('gone');
  t.match(await shell.ended(), { code: 3 });
});

t.test('a shell in a terminal learns of changes at its prompt', LONG, async (t) => {
  const { played } = await initWorld(t);
  await played.setDone([entry('TOKEN', 'one')]);
  const shell = played.exec(['sh'], { flags: TERMINAL | STDIN, columns: 200, rows: 33, env: ['MINE=own'] });
  await shell.write('echo "<$TOKEN,$NEXT,$MINE>"\n');
  await shell.shows('<one,,own>');
  await played.setDone([entry('TOKEN', 'two', { version: 2 }), entry('NEXT', 'more'), entry('MINE', 'theirs')]);
  await shell.write('\n');
  await until('the new values', async () => {
    await shell.write('echo "<$TOKEN,$NEXT,$MINE>"\n');
    return shell.text().includes('<two,more,own>');
  });
  await played.hear('started', ({ id, held }) => id === shell.id && held.length >= 3);
  await played.setDone([entry('TOKEN', 'two', { version: 2 })]);
  t.match(await shell.ended(), { signal: 9, reason: 'REVOKED' });
});

t.test('a detached command keeps its last output, for whoever comes', LONG, async (t) => {
  const { played } = await initWorld(t);
  await played.setDone([]);
  const one = played.exec(
    ['sh', '-c', 'i=0; while [ $i -lt 50000 ]; do i=$((i+1)); echo line $i; done; read x; echo got $x; exit 4'],
    {
      flags: DETACHED | STDIN,
    },
  );
  await played.hear('started', ({ id }) => id === one.id);
  const all = async () => {
    const look = played.attach(one.id);
    await until('the end of what there is', () => look.closed, { everyMs: 5 });
    return look;
  };
  await until('all lines', async () => (await all()).text().endsWith('line 50000\n'));
  const text = (await all()).text();
  t.ok(text.length > 200_000 && text.length <= 262_144, `${text.length} bytes are left`);
  const tail = played.attach(one.id, { tail: 2, follow: true });
  await tail.shows('line 50000');
  t.equal(tail.text(), 'line 49999\nline 50000\n');
  const second = played.attach(one.id, { tail: 0, follow: true });
  await second.write('word\n');
  t.match(await tail.ended(), { code: 4 });
  t.equal(tail.text(), 'line 49999\nline 50000\ngot word\n');
  t.match(await second.ended(), { code: 4 });
  t.equal(second.text(), 'got word\n');
  await played.hear('gone', ({ id }) => id === one.id);
  played.attach(one.id);
  t.match(await played.hear('refused', ({ id }) => id === one.id), { code: 4 });
});

t.test('of each stream it is said whether it begins in the middle of a line', LONG, async (t) => {
  const { played } = await initWorld(t);
  await played.setDone([]);
  const script =
    'printf "out begins, "; sleep 0.3; echo err >&2; sleep 0.3; echo "out ends"; read x; echo $x >&2; read x';
  const one = played.exec(['sh', '-c', script], { flags: DETACHED | STDIN });
  await played.hear('started', ({ id }) => id === one.id);
  const look = async (tail?: number) => {
    const stream = played.attach(one.id, tail === undefined ? {} : { tail });
    await until('the end of what there is', () => stream.closed, { everyMs: 5 });
    return stream;
  };
  await until('both lines', async () => (await look()).text('stdout').endsWith('ends\n'));
  t.same((await look()).cuts(), []);
  t.same((await look(2)).cuts(), [], 'all of it');
  const last = await look(1);
  t.equal(last.text(), 'out ends\n');
  t.same(last.cuts(), ['stdout out ends\n'], 'its line began before');
  const later = played.attach(one.id, { tail: 0, follow: true });
  await later.write('whole\n');
  await until('its answer', () => later.text('stderr') === 'whole\n');
  t.same(later.cuts(), [], 'both ended with a line');
  await later.write('\n');
  t.match(await later.ended(), { code: 0 });
});

t.test('what a detached command wrote last comes before its end is said', LONG, async (t) => {
  const { played } = await initWorld(t);
  await played.setDone([entry('TOKEN', 'x')]);
  const lastOf = async (id: string) => {
    await played.hear('ended', (frame) => frame.id === id);
    const before = played.heard.slice(
      0,
      played.heard.findIndex((frame) => frame.type === 'ended' && frame.id === id),
    );
    const last = before.find((frame) => frame.type === 'last' && frame.id === id);
    return last?.type === 'last' ? last.output : null;
  };
  const texts = async (id: string) => (await lastOf(id))?.map(({ stream, data }) => [stream, data.toString()]);

  const short = played.exec(['sh', '-c', 'echo out; echo err >&2; exit 3'], { flags: DETACHED });
  t.match(await played.hear('ended', ({ id }) => id === short.id), { code: 3 });
  const both = (await texts(short.id)) ?? [];
  t.same(both.sort(), [
    ['stderr', 'err\n'],
    ['stdout', 'out\n'],
  ]);

  const long = played.exec(['sh', '-c', 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line $i; done'], {
    flags: DETACHED,
  });
  const text = Buffer.concat((await lastOf(long.id))?.map(({ data }) => data) ?? []).toString();
  t.ok(text.endsWith('\nline 20000\n'), text.slice(-40));
  t.ok(text.length > 30_000 && text.length <= 65_536, `${text.length} bytes`);

  const taken = played.exec(['sh', '-c', 'echo here; sleep 1000'], { flags: DETACHED });
  await until('its output', async () => {
    const look = played.attach(taken.id);
    await until('the end of what there is', () => look.closed, { everyMs: 5 });
    return look.text() === 'here\n';
  });
  await played.setDone([]);
  t.same(await texts(taken.id), [['stdout', 'here\n']], 'also where it was ended by a revocation');

  const none = played.exec(['nosuch'], { flags: DETACHED });
  t.same(await texts(none.id), [], 'and where nothing was written');
  const heard = played.exec(['sh', '-c', 'echo out'], {});
  await heard.ended();
  t.equal(await lastOf(heard.id), null, 'whoever had a listener told it');
});

function digest(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
