/** ampoule-init against commands that work on it rather than on themselves: its limits, their keeper, the places of its files. */

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { EngineFace } from '../engine/engine.js';
import { entry, type PlayedDaemon, type PlayOptions } from '../engine/played-daemon.js';
import { pause, until } from '../engine/wait.js';
import { PROGRAM } from '../faults/attack.js';
import { type Alive, aliveIn, aliveInFrozen, readRecord, survivors } from '../faults/survivors.js';
import { attackImage, initWorld, LONG } from './init-world.js';

const TOKEN = entry('TOKEN', 'canary');
const KEPT = entry('KEPT', 'kept');
/** Leads a chain of processes that fork and exit, without a keeper above it. */
const ORPHANED = 'kill -9 $PPID; exec /attack/escape chains /records/record';

interface Evading {
  played: PlayedDaemon;
  engine: EngineFace;
  /** Signs of who is there before anything is given. */
  before: Alive[];
  record: string;
}

async function evading(
  t: { teardown(then: () => Promise<void>): void },
  options: Partial<PlayOptions> = {},
): Promise<Evading> {
  const image = await attackImage(t);
  const records = mkdtempSync('/tmp/ap-records-');
  chmodSync(records, 0o1777);
  t.teardown(async () => rmSync(records, { recursive: true, force: true }));
  const run = ['--mount', `type=bind,src=${records},dst=/records`, ...(options.run ?? [])];
  const { played, engine } = await initWorld(t, { ...options, run, image });
  await played.setDone([KEPT]);
  return { played, engine, before: aliveIn(engine.group, played.container), record: join(records, 'record') };
}

/** Who is left of an attack now, and a moment later. */
async function left({ engine, played, before, record }: Evading): Promise<string[]> {
  const look = (now: Alive[]): string[] => survivors(now, readRecord(record), before, PROGRAM);
  const now = look(await aliveInFrozen(engine.group, played.container));
  await pause(50);
  return [...now, ...look(await aliveInFrozen(engine.group, played.container))];
}

async function begun({ record }: Evading): Promise<void> {
  await until('the attack being complete', () => readRecord(record).ready, { everyMs: 5 });
}

for (const privileges of ['standard', 'strict'] as const) {
  for (const files of [8, 9]) {
    t.test(`${privileges}: an init with ${files} descriptors does not take silence for an end`, LONG, async (t) => {
      const user = privileges === 'strict' ? { run: ['--user', '1000'], config: { user: '1000' } } : {};
      const world = await evading(t, { privileges, ...user });
      const { played, before } = world;
      await played.setDone([TOKEN, KEPT]);
      played.exec(['/attack/escape', 'chains', '/records/record']);
      await begun(world);
      const init = before.find(({ inner }) => inner === 1)?.pid ?? 0;
      // As its own user: that needs no privilege.
      const uid = privileges === 'strict' ? '1000' : '0';
      const as = ['--reuid', uid, '--regid', uid, '--clear-groups', '--'];
      const lowered = spawnSync('setpriv', [...as, 'prlimit', '--pid', String(init), `--nofile=${files}:${files}`]);
      t.equal(lowered.status, 0, String(lowered.stderr));
      const done = await played.setDone([KEPT]);
      // It may say that it cannot tell; then the container is ended for it.
      if (done.left === 0) t.same(await left(world), []);
      else t.ok(done.left > 0, 'it says that it cannot tell');
    });
  }
}

t.test('a chain that killed its keeper is gone at the answer, whatever the grace period', LONG, async (t) => {
  for (const grace of [0, 1500]) {
    const world = await evading(t);
    const { played } = world;
    await played.setDone([TOKEN, KEPT]);
    played.exec(['sh', '-c', ORPHANED]);
    await begun(world);
    t.equal((await played.setDone([KEPT], { grace })).left, 0);
    t.same(await left(world), [], `with a grace period of ${grace} ms`);
  }
});

t.test('so is one that holds an older version, once the floor rises', LONG, async (t) => {
  const world = await evading(t);
  const { played } = world;
  await played.setDone([TOKEN, KEPT]);
  played.exec(['sh', '-c', ORPHANED]);
  await begun(world);
  const second = entry('TOKEN', 'second', { version: 2 });
  t.equal((await played.setDone([second, KEPT])).left, 0);
  t.ok((await left(world)).length > 0, 'a new version alone ends nobody');
  t.equal((await played.setDone([{ ...second, floor: 2, value: null }, KEPT])).left, 0);
  t.same(await left(world), []);
});

t.test('nothing of a file stays, also where the user put something in its place', LONG, async (t) => {
  const { played } = await initWorld(t, { config: { user: 'user' } });
  const cert = entry('CERT', 'cert-canary-one', { file: true });
  await played.setDone([cert, TOKEN]);
  await played.finish(['sh', '-c', 'rm -f $CERT; mkdir $CERT; echo mine > $CERT/mine']);
  await played.setDone([{ ...cert, version: 2, value: Buffer.from('cert-canary-two') }, TOKEN]);
  await played.setDone([TOKEN]);
  const look = 'ls -A /.ampoule/files; grep -r cert-canary /.ampoule/files; true';
  t.notMatch((await played.finish(['sh', '-c', look], { user: 'root' })).stdout, /\.CERT\.new|cert-canary/);
});

t.test('a link whose directory was moved away keeps nothing else from being taken back', LONG, async (t) => {
  const { played } = await initWorld(t, { config: { user: 'root' } });
  const cert = entry('CERT', 'cert-canary', { file: true, path: '/run/d/cert' });
  await played.setDone([cert, TOKEN]);
  const holder = played.exec(['sleep', '1000']);
  await played.hear('started', ({ id }) => id === holder.id);
  t.match(await played.finish(['sh', '-c', 'cat /run/d/cert; mv /run/d /run/e; mkdir /run/d; echo x > /run/d/cert']), {
    stdout: 'cert-canary',
  });
  // Refused with code 7, for which the daemon ends the container; or done.
  const seq = played.set([{ ...cert, value: null }]);
  const answer = await until('an answer', () =>
    played.heard.find((frame) => (frame.type === 'done' || frame.type === 'refused') && frame.seq === seq),
  );
  t.match(answer, answer.type === 'refused' ? { code: 7 } : { type: 'done', left: 0 });
  t.equal((await played.setDone([])).left, 0, 'without the file it goes');
  t.match(await holder.ended(), { signal: 9, reason: 'REVOKED' });
  t.match(await played.finish(['sh', '-c', 'cat /run/e/cert; ls -A /.ampoule/files']), { stdout: '' });
});
