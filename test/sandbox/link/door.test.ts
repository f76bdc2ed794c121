/** Who is let in at a sandbox's socket: the first of a start, one that has the key, and nobody else. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { readProcess } from '../../../sandbox/kernel/process.js';
import { InitDirectories } from '../../../sandbox/link/directory.js';
import { InitDoor } from '../../../sandbox/link/door.js';
import { TYPE } from '../../../sandbox/link/frames.js';
import type { Refused } from '../../../sandbox/link/place.js';
import { ResumeKeys } from '../../../sandbox/link/resume-keys.js';
import { realTimers } from '../../../sandbox/timers.js';
import { peerProgram } from '../../engine/programs.js';
import { until } from '../../engine/wait.js';
import { PlayedInit } from '../played-init.js';

const id = 'c'.repeat(64);
const config = { flags: 0, sandbox: 'sbx_1', user: '', grace: 0, lease: 0, path: '/bin' };
const none = new AbortController().signal;
const own = { pid: process.pid, pidStart: readProcess(process.pid)?.start ?? '', bootId: 'b' };

function play(t: { teardown(run: () => unknown): void }, peer: string | null = null, given?: string) {
  const runDir = given ?? mkdtempSync(join(tmpdir(), 'ap-'));
  const refused: Refused[] = [];
  let knocks = 0;
  const make = () =>
    new InitDoor({
      sandbox: 'sbx_1',
      directories: new InitDirectories({ runDir, hostRunDir: runDir }),
      keys: new ResumeKeys(runDir),
      peer: () => peer,
      timers: realTimers,
      counted: (why) => void refused.push(why),
      events: { state() {}, started() {}, ended() {}, gone() {}, last() {}, malformed() {}, goodbye() {}, closed() {} },
      failpoint() {},
      knock: () => {
        knocks += 1;
      },
    });
  const doors = [make()];
  const inits: PlayedInit[] = [];
  t.teardown(async () => {
    for (const door of doors) await door.close();
    for (const init of inits) init.socket.destroy();
    if (!given) rmSync(runDir, { recursive: true });
  });
  return {
    ...{ door: doors[0] as InitDoor, refused, runDir, knocks: () => knocks },
    again: () => {
      const door = make();
      doors.push(door);
      return door;
    },
    connect: () => {
      const init = new PlayedInit(join(runDir, 'sandboxes/sbx_1/s'));
      inits.push(init);
      return init;
    },
  };
}

t.test('the first connection of a start of ours, and no second', async (t) => {
  const { door, refused, connect } = play(t);
  await door.expect(id, config);
  const init = connect();
  init.hello();
  const second = connect();
  await new Promise((resolve) => second.socket.once('connect', resolve));
  await new Promise((resolve) => setImmediate(resolve));
  second.hello();
  t.equal(await second.next(), null);
  t.same(refused, ['second_connection']);
  t.equal(door.link(id), null, 'not before Docker named its process');
  door.started(id, own, config);
  const welcome = await init.next();
  t.equal(welcome?.type, TYPE.WELCOME);
  t.equal(door.link(id), null, 'not before it said what it has');
  init.state({});
  t.ok(await door.whenLinked(id, 5_000, none));
  t.equal(door.link('d'.repeat(64)), null);
  const third = connect();
  third.hello();
  t.equal(await third.next(), null);
  t.same(refused, ['second_connection', 'second_connection']);
});

t.test('one that has the key comes back, also to a later process', async (t) => {
  const { door, refused, connect, again } = play(t);
  await door.expect(id, config);
  door.started(id, own, config);
  const init = connect();
  t.equal(await init.begin(), true);
  await door.whenLinked(id, 5_000, none);
  const back = connect();
  t.equal(await back.resume(init.key), true);
  t.equal(await init.next(), null, 'the earlier connection is closed');
  t.equal(await connect().resume(Buffer.alloc(32, 1)), false, 'another key proves nothing');
  await door.close();
  const later = again();
  await later.open();
  const third = connect();
  t.equal(await third.resume(Buffer.from(init.key), { generation: 3, epoch: 1 }), true);
  t.match(await later.whenLinked(id, 5_000, none), { at: { epoch: 1, generation: 3 } });
  t.same(later.config(id), config);
  t.equal(later.knows(id, own.pid), true);
  const liar = connect();
  liar.send(TYPE.RESUME, (w) => w.u16(1).u16(1).text('').raw(Buffer.alloc(16)));
  t.equal((await liar.next())?.type, TYPE.CHALLENGE);
  liar.send(TYPE.PROOF, (w) => w.raw(Buffer.alloc(32)));
  t.equal(await liar.next(), null);
  t.equal(refused.at(-1), 'bad_proof');
});

t.test('another start forgets the key, and what was connected', async (t) => {
  const { door, connect } = play(t);
  await door.expect(id, config);
  door.started(id, own, config);
  const init = connect();
  t.equal(await init.begin(), true);
  const key = Buffer.from(init.key);
  await door.whenLinked(id, 5_000, none);
  await door.expect(id, config);
  t.equal(await init.next(), null);
  t.equal(await connect().resume(key), false);
  t.equal(door.link(id), null);
  await door.remove();
  const late = connect();
  t.equal(await late.next(), null, 'nobody listens');
});

t.test('the kernel says who it is: a process of no container is refused', async (t) => {
  const { door, refused, connect } = play(t, await peerProgram());
  await door.expect(id, config);
  const init = connect();
  init.hello();
  door.started(id, own, config);
  t.equal(await init.next(), null);
  t.same(refused, ['wrong_peer']);
});

t.test('one that nobody here started is looked at', async (t) => {
  const { door, connect, knocks } = play(t, await peerProgram());
  await door.open();
  const init = connect();
  init.hello();
  await until('the knock', () => knocks() === 1);
  t.equal(init.closed, false);
});

t.test('versions that are not known are told so; tokens and lies are not', async (t) => {
  const { door, refused, connect } = play(t);
  await door.expect(id, config);
  const old = connect();
  old.hello(2, 3);
  t.equal((await old.next())?.type, TYPE.GOODBYE);
  t.equal(await old.next(), null);
  const token = door.tokens.give();
  const stream = connect();
  stream.send(TYPE.STREAM, (w) => w.raw(token.bytes).u32(0));
  t.ok(await token.socket);
  const replay = connect();
  replay.send(TYPE.STREAM, (w) => w.raw(token.bytes).u32(0));
  t.equal(await replay.next(), null);
  t.same(refused, ['bad_token']);
});
