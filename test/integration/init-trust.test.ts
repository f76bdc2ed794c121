/** ampoule-init in a real container, with the daemon played: coming back, the lease, and frames that are not allowed. */

import { randomBytes } from 'node:crypto';
import t from 'tap';
import { to } from '../../sandbox/link/frames.js';
import { entry, type PlayedDaemon } from '../engine/played-daemon.js';
import { until } from '../engine/wait.js';
import { initWorld, LONG } from './init-world.js';

t.test('a daemon that comes back finds everything as it was', LONG, async (t) => {
  const { played } = await initWorld(t, { config: { lease: 3_600_000 } });
  await played.setDone([entry('TOKEN', 'one')]);
  const detached = played.exec(['sh', '-c', 'echo $TOKEN; read x; echo $x'], { flags: 2 | 4 });
  const watched = played.exec(['sleep', '1000']);
  await played.hear('started', ({ id }) => id === detached.id);
  await played.hear('started', ({ id }) => id === watched.id);
  await played.die();
  played.heard.length = 0;
  await played.listen();
  const state = await played.hear('state');
  t.match(state, {
    epoch: 1,
    generation: 1,
    hadSet: true,
    lapsed: false,
    entries: [{ env: 'TOKEN', secret: 'sec_TOKEN', version: 1 }],
  });
  t.match(
    state.commands.filter(({ id }) => id === detached.id),
    [{ flags: 6 }],
  );
  await until('the other one being over', async () => (await played.finish(['pidof', 'sleep'])).code === 1);
  t.match(await played.finish(['sh', '-c', 'echo $TOKEN']), { stdout: 'one\n' });
  const back = played.attach(detached.id, { follow: true });
  await back.write('word\n');
  t.match(await back.ended(), { code: 0 });
  t.equal(back.text(), 'one\nword\n');
});

t.test('one that has not the key is told nothing', LONG, async (t) => {
  const { played } = await initWorld(t);
  await played.setDone([entry('TOKEN', 'one')]);
  await played.die();
  played.heard.length = 0;
  played.lie = true;
  await played.listen();
  await until('several tries', () => played.firsts.filter((first) => first === 'resume').length > 2);
  t.same(played.heard, []);
  t.same(
    played.firsts.filter((first) => !['hello', 'resume'].includes(first)),
    [],
  );
  played.lie = false;
  await played.hear('state');
});

t.test('what is not allowed closes the connection, and changes nothing', LONG, async (t) => {
  const { played } = await initWorld(t);
  await played.setDone([entry('TOKEN', 'one')]);
  const good = to.set(9, { epoch: 1, generation: 50 }, 0, [entry('OTHER', 'x')]);
  const bytes: Record<string, Buffer> = {
    'a length of 0': Buffer.from([0, 0, 0, 0, 0x24]),
    'a length that is too great': Buffer.from([1, 0, 0x20, 0, 0x20]),
    'a type that nobody knows': Buffer.from([1, 0, 0, 0, 0x77]),
    'a type that belongs elsewhere': Buffer.from([1, 0, 0, 0, 0x50]),
    'a SET that is cut off': Buffer.concat([Buffer.from([20, 0, 0, 0]), good.subarray(4, 24)]),
    'a SET with bytes left over': resized(Buffer.concat([good, Buffer.from([0])])),
    'a kind that is none': changed(good, good.length - 11, 7),
    'another WELCOME': to.welcome(randomBytes(32), played.config),
    'an id that is none': to.exec({
      ...{ id: 'a b', token: randomBytes(16), flags: 0, user: '', workdir: '', columns: 0, rows: 0 },
      ...{ argv: ['true'], env: [] },
    }),
    'flags that are none': to.exec({
      ...{ id: 'a', token: randomBytes(16), flags: 64, user: '', workdir: '', columns: 0, rows: 0 },
      ...{ argv: ['true'], env: [] },
    }),
  };
  for (const [what, frame] of Object.entries(bytes)) {
    const before = played.firsts.length;
    played.heard.length = 0;
    played.send(frame);
    await until(`${what} being answered by a new connection`, () => played.firsts.slice(before).includes('resume'));
    t.match(await played.hear('state'), { generation: 1, entries: [{ env: 'TOKEN' }] }, what);
  }
  const refusals: [string, Parameters<PlayedDaemon['set']>[0]][] = [
    ['a name', [entry('1X', 'x')]],
    ['twice', [entry('A', 'x'), entry('A', 'y')]],
    ['NUL', [entry('A', 'x\0y')]],
    ['long', [entry('A', 'x'.repeat(131_072))]],
    ['1 MiB', Array.from({ length: 9 }, (_, i) => entry(`A${i}`, 'x'.repeat(120_000)))],
    ['1024', Array.from({ length: 1025 }, (_, i) => entry(`A${i}`, 'x'))],
  ];
  for (const [what, entries] of refusals) {
    const seq = played.set(entries, { generation: 9 });
    const refused = await played.hear('refused', (frame) => frame.seq === seq);
    t.match(refused, { code: 2, reason: new RegExp(what) });
  }
  await played.setDone(Array.from({ length: 8 }, (_, i) => entry(`A${i}`, 'x'.repeat(131_000))));
  t.match(
    await played.finish(['sh', '-c', 'printf %s "$A7" | wc -c']),
    { stdout: '131000\n' },
    'the most that is allowed',
  );
});

t.test('the lease: without a word values and their holders go, and come back with a SET', LONG, async (t) => {
  const { played } = await initWorld(t, {
    config: { lease: 5_000, grace: 200, flags: 1 },
    main: ['/bin/sh', '-c', 'echo main T=$TOKEN; trap "" TERM; while :; do sleep 0.05; done'],
  });
  const file = entry('FILE', 'content', { file: true });
  await played.setDone([entry('TOKEN', 'one'), file]);
  const beating = () => setInterval(() => played.send(to.ping(1)), 200);
  let heart = beating();
  t.teardown(async () => clearInterval(heart));
  const deaf = played.exec(['sh', '-c', 'trap "" TERM; while :; do sleep 0.05; done'], { flags: 4 });
  await played.hear('started', ({ id }) => id === deaf.id);
  await played.hear('pong');
  const bare = played.heard.length;
  clearInterval(heart);
  t.match(await played.hear('ended', ({ id }) => id === deaf.id), { signal: 9 });
  t.match(await played.hear('ended', ({ id }) => id === 'main-1'), { signal: 9 });
  const state = await played.hear('state', ({ lapsed }) => lapsed);
  t.match(state, { hadSet: true, entries: [], generation: 1 });
  t.ok(played.heard.indexOf(state) >= bare);
  const refused = played.exec(['true']);
  t.match(await played.hear('refused', ({ id }) => id === refused.id), { code: 8, reason: /lease/ });
  const unknown = played.set([entry('TOKEN', null)]);
  t.match(await played.hear('refused', ({ seq }) => seq === unknown), { code: 3 });
  heart = beating();
  await played.setDone([entry('TOKEN', 'one'), file]);
  t.match(await played.finish(['sh', '-c', 'echo $TOKEN; cat $FILE']), { stdout: 'one\ncontent' });
  await played.hear('started', ({ id }) => id === 'main-2');
});

/** The frame with its length put right. */
function resized(frame: Buffer): Buffer {
  frame.writeUInt32LE(frame.length - 4);
  return frame;
}

function changed(frame: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(frame);
  copy[at] = byte;
  return copy;
}
