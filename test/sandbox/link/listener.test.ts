/** What a socket accepts, refuses and counts. */

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { frame } from '../../../sandbox/link/fields.js';
import { type FirstFrame, TYPE } from '../../../sandbox/link/frames.js';
import { InitListener } from '../../../sandbox/link/listener.js';
import type { Refused } from '../../../sandbox/link/place.js';
import { until } from '../../engine/wait.js';
import { PlayedInit } from '../played-init.js';
import { playTimers } from '../played-timers.js';

async function listen(t: { teardown(run: () => unknown): void }) {
  const directory = mkdtempSync(join(tmpdir(), 'ap-'));
  const path = join(directory, 's');
  const timers = playTimers();
  const refused: Refused[] = [];
  const came: { socket: Socket; said: FirstFrame }[] = [];
  const listener = new InitListener({
    timers,
    counted: (why) => void refused.push(why),
    first: (socket, said) => void came.push({ socket, said }),
  });
  writeFileSync(path, 'left by a killed process');
  await listener.listen(path);
  t.teardown(async () => {
    await listener.close();
    for (const { socket } of came) socket.destroy();
    rmSync(directory, { recursive: true });
  });
  return { path, timers, refused, came, listener };
}

t.test('the first frame is read, and what follows is left in the socket', async (t) => {
  const { path, came, refused } = await listen(t);
  t.equal(statSync(path).mode & 0o777, 0o666);
  const init = new PlayedInit(path);
  init.socket.write(Buffer.concat([frame(TYPE.STREAM, (w) => w.raw(Buffer.alloc(16, 3)).u32(0)), Buffer.from('rest')]));
  const { socket, said } = await until('it coming', () => came[0]);
  t.same(said, { type: 'stream', token: Buffer.alloc(16, 3), start: 0 });
  socket.resume();
  const rest = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  t.equal(rest.toString(), 'rest');
  const slow = new PlayedInit(path);
  for (const byte of frame(TYPE.HELLO, (w) => w.u16(1).u16(1).text('b'))) slow.socket.write(Buffer.of(byte));
  await until('it coming in pieces', () => came[1]);
  t.same(refused, []);
  slow.socket.destroy();
  init.socket.destroy();
});

t.test('what is no first frame is closed and counted', async (t) => {
  const { path, refused, came } = await listen(t);
  for (const bytes of [
    frame(TYPE.SET, () => {}),
    frame(TYPE.STREAM, (w) => w.raw(Buffer.alloc(15))),
    Buffer.from([0, 0, 0, 0]),
    Buffer.from([0, 0, 1, 0, 1]),
  ]) {
    const init = new PlayedInit(path);
    init.socket.write(bytes);
    t.equal(await init.next(), null);
  }
  t.same(refused, Array(4).fill('malformed'));
  t.same(came, []);
});

t.test('who does not prove itself has 5 s, and 64 have them at once', async (t) => {
  const { path, refused, came, timers, listener } = await listen(t);
  const first = new PlayedInit(path);
  first.hello();
  await until('it coming', () => came[0]);
  const silent = new PlayedInit(path);
  await new Promise((resolve) => silent.socket.once('connect', resolve));
  const proven = new PlayedInit(path);
  proven.hello();
  const last = await until('it coming', () => came[1]);
  listener.proven(last.socket);
  await timers.pass(5_000);
  t.equal(await first.next(), null);
  t.equal(await silent.next(), null);
  t.same(refused, ['timeout', 'timeout']);
  t.equal(last.socket.destroyed, false);

  const many = Array.from({ length: 65 }, () => connect(path));
  await until('the oldest making room', () => refused.length === 3);
  t.equal(many.filter((one) => one.destroyed).length <= 1, true);
  for (const one of many) one.destroy();
  proven.socket.destroy();
});
