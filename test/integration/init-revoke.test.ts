/** ampoule-init in a real container, with the daemon played: nothing that was given a value outlives the SET that takes it away. */

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { entry, type PlayedDaemon } from '../engine/played-daemon.js';
import { pause, until } from '../engine/wait.js';
import { commandOf, PROGRAM, titleOf, type Variant, variants } from '../faults/attack.js';
import { aliveIn, aliveInFrozen, endAllBut, readRecord, survivors } from '../faults/survivors.js';
import { attackImage, initWorld, LONG } from './init-world.js';

const WANTED = [entry('TOKEN', 'canary'), entry('KEPT', 'kept')];
const LEFT = [entry('KEPT', 'kept')];

/** In short runs half of them: those that the same test with a daemon leaves out. */
const tried = variants().filter(
  (_, number) => process.env.AMPOULE_FULL === '1' || [0, 3].includes(number % 4) === (number >> 2) % 2 > 0,
);

t.test('attacks', { timeout: 1_200_000 }, async (t) => {
  for (const place of ['roomy', 'full', 'starved'] as const) {
    const records = mkdtempSync('/tmp/ap-records-');
    chmodSync(records, 0o1777);
    const limits = { roomy: [], full: ['--pids-limit', '48'], starved: ['--cpus', '0.1'] }[place];
    const mount = ['--mount', `type=bind,src=${records},dst=/records`];
    const { played, engine } = await initWorld(t, { run: [...limits, ...mount], image: await attackImage(t) });
    t.teardown(async () => rmSync(records, { recursive: true, force: true }));
    await played.setDone(LEFT);
    const before = aliveIn(engine.group, played.container);
    const bystander = played.exec(['sleep', '100000']);
    await played.hear('started', ({ id }) => id === bystander.id);
    const quiet = aliveIn(engine.group, played.container);
    t.ok(quiet.length > before.length);
    for (const variant of tried.filter(({ attack }) => attack.place === place)) {
      const file = join(records, 'record');
      rmSync(file, { force: true });
      await played.setDone(WANTED);
      await begin(played, engine, variant);
      await until(titleOf(variant), () => readRecord(file).ready, { everyMs: 5 });
      const done = await played.setDone(LEFT, { grace: variant.bare ? 0 : 50 });
      t.equal(done.left, 0);
      const found = survivors(aliveIn(engine.group, played.container), readRecord(file), quiet, PROGRAM);
      await pause(20);
      const later = survivors(await aliveInFrozen(engine.group, played.container), readRecord(file), quiet, PROGRAM);
      t.same([...found, ...later], [], titleOf(variant));
      t.equal(bystander.exit, null, 'what holds none of it goes on');
    }
  }
});

t.test('the same look finds what a program without revocation leaves', { timeout: 600_000 }, async (t) => {
  const records = mkdtempSync('/tmp/ap-records-');
  chmodSync(records, 0o1777);
  t.teardown(async () => rmSync(records, { recursive: true, force: true }));
  const run = ['--mount', `type=bind,src=${records},dst=/records`];
  const { played, engine } = await initWorld(t, { run, image: await attackImage(t), withoutRevoke: true });
  const quiet = aliveIn(engine.group, played.container);
  for (const variant of variants().filter(({ attack, user }) => attack.place === 'roomy' && user === '0')) {
    const file = join(records, 'record');
    rmSync(file, { force: true });
    await played.setDone(WANTED);
    await begin(played, engine, variant);
    await until(titleOf(variant), () => readRecord(file).ready, { everyMs: 5 });
    await played.setDone(LEFT);
    const found = survivors(await aliveInFrozen(engine.group, played.container), readRecord(file), quiet, PROGRAM);
    t.ok(found.length > 0, titleOf(variant));
    await endAllBut(quiet, engine.group, played.container);
  }
});

t.test('a command that is only just asked for is taken back too', LONG, async (t) => {
  const { played } = await initWorld(t);
  await played.setDone(LEFT);
  for (let round = 0; round < 50; round++) {
    const streams: ReturnType<PlayedDaemon['exec']>[] = [];
    let seq = 0;
    await played.setDone(WANTED);
    played.together(() => {
      for (let i = 0; i < (round % 8) + 1; i++)
        streams.push(played.exec(['sh', '-c', 'echo $TOKEN >> /tmp/seen; sleep 1000']));
      seq = played.set(LEFT);
    });
    t.equal((await played.hear('done', (frame) => frame.seq === seq)).left, 0);
    const lines = await played.finish(['sh', '-c', 'pidof sleep; cat /tmp/seen | wc -l']);
    for (const stream of streams) {
      t.match(await played.hear('ended', ({ id }) => id === stream.id), { code: -1, signal: 9, reason: 'REVOKED' });
      await played.hear('gone', ({ id }) => id === stream.id);
    }
    t.equal(
      (await played.finish(['sh', '-c', 'pidof sleep; cat /tmp/seen | wc -l'])).stdout,
      lines.stdout,
      'nothing starts later',
    );
    t.match(lines.stdout, /^\d+\n$/, 'none of them sleeps');
  }
  const stream = played.exec(['true']);
  played.together(() => {
    played.exec(['sh', '-c', 'sleep 2000'], { id: 'at_once' });
    played.end('at_once', 0, 'CHANGED_MY_MIND');
  });
  t.match(await played.hear('ended', ({ id }) => id === 'at_once'), { code: -1, reason: 'CHANGED_MY_MIND' });
  await played.hear('gone', ({ id }) => id === 'at_once');
  t.match(await stream.ended(), { code: 0 });
  t.match(await played.finish(['pidof', 'sleep']), { code: 1 });
});

t.test('what cannot be ended is said', LONG, async (t) => {
  const { played, engine } = await initWorld(t);
  await played.setDone(WANTED);
  const stream = played.exec(['sleep', '3333']);
  await played.hear('started', ({ id }) => id === stream.id);
  const pid = aliveIn(engine.group, played.container).find(({ name }) => name === 'sleep')?.pid ?? 0;
  const own = readFileSync(`/proc/${pid}/cgroup`, 'utf8').match(/^\d+:freezer:(.*)$/m)?.[1];
  if (own === undefined) {
    t.pass('no freezer of the first version: nothing here is beyond a kill');
    return;
  }
  const group = `/sys/fs/cgroup/freezer${own}/beyond`;
  mkdirSync(group);
  writeFileSync(`${group}/cgroup.procs`, String(pid));
  writeFileSync(`${group}/freezer.state`, 'FROZEN');
  const holds = () => readFileSync(`/proc/${pid}/environ`, 'utf8').includes('TOKEN=canary');
  t.equal((await played.setDone(LEFT)).left, 1);
  t.ok(holds(), 'it has the value still');
  t.equal((await played.setDone([])).left, 1, 'and is not forgotten');
  writeFileSync(`${group}/freezer.state`, 'THAWED');
  await played.hear('gone', ({ id }) => id === stream.id);
  t.equal((await played.setDone(LEFT)).left, 0);
  rmdirSync(group);
});

t.test('a command that is ended while it begins leaves nothing, however busy the machine is', LONG, async (t) => {
  const { played } = await initWorld(t);
  await played.setDone(LEFT);
  const busy = Array.from({ length: 6 }, () => played.exec(['sh', '-c', 'while :; do :; done']));
  for (const { id } of busy) await played.hear('started', (frame) => frame.id === id);
  const rounds = process.env.AMPOULE_FULL === '1' ? 2000 : 100;
  for (let round = 0; round < rounds; round++) {
    const streams: ReturnType<PlayedDaemon['exec']>[] = [];
    played.together(() => {
      for (let i = 0; i < 4; i++) {
        const stream = played.exec(['sleep', '3000']);
        streams.push(stream);
        played.end(stream.id, 0, 'CHANGED_MY_MIND');
      }
    });
    for (const stream of streams) {
      const ended = await played.hear('ended', ({ id }) => id === stream.id);
      t.match(ended, { code: -1, signal: 9, reason: 'CHANGED_MY_MIND' }, `round ${round}`);
      await played.hear('gone', ({ id }) => id === stream.id);
    }
  }
  t.match(await played.finish(['pidof', 'sleep']), { code: 1 });
  t.ok(
    busy.every(({ exit }) => exit === null),
    'the others go on',
  );
});

t.test('versions: older ones go where the floor or the new one says so', LONG, async (t) => {
  const { played } = await initWorld(t);
  await played.setDone([entry('A', 'one')]);
  const first = played.exec(['sleep', '1000']);
  await played.hear('started', ({ id }) => id === first.id);
  const two = entry('A', 'two', { version: 2 });
  t.match(await played.setDone([two]), { ended: 0, left: 0 }, 'a new value ends nobody');
  t.match(await played.finish(['sh', '-c', 'echo $A']), { stdout: 'two\n' });
  t.equal(first.exit, null);
  const second = played.exec(['sleep', '1001']);
  await played.hear('started', ({ id, held }) => id === second.id && held[0]?.version === 2);
  await played.setDone([{ ...two, floor: 2, value: null }]);
  t.match(await first.ended(), { signal: 9, reason: 'REVOKED' });
  t.equal(second.exit, null);
  await played.setDone([entry('A', 'one')]);
  t.match(await second.ended(), { signal: 9 }, 'a version that is not wanted any more');
  const gone = played.set([entry('B', null, { version: 7 })]);
  t.match(await played.hear('refused', ({ seq }) => seq === gone), { code: 3 });
  const old = played.set([], { generation: 1 });
  t.match(await played.hear('refused', ({ seq }) => seq === old), { code: 1 });
  t.match(await played.finish(['sh', '-c', 'echo $A']), { stdout: 'one\n' });
});

t.test('the grace period is for those who use it', LONG, async (t) => {
  const { played } = await initWorld(t);
  await played.setDone(WANTED);
  const polite = played.exec(['sh', '-c', 'trap "echo bye; exit 9" TERM; echo up; while :; do sleep 0.05; done']);
  const deaf = played.exec(['sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.05; done']);
  await polite.shows('up');
  await deaf.shows('up');
  const seq = played.set(LEFT, { grace: 5_000 });
  await played.hear('received', (frame) => frame.seq === seq);
  t.match(await polite.ended(), { code: 9, reason: 'REVOKED' });
  t.equal(polite.text(), 'up\nbye\n');
  t.equal(deaf.exit, null);
  await played.hear('done', (frame) => frame.seq === seq);
  t.match(await deaf.ended(), { signal: 9 });
});

async function begin(
  played: PlayedDaemon,
  engine: { docker(...args: string[]): Promise<string> },
  variant: Variant,
): Promise<void> {
  const command = commandOf(variant, '/records/record');
  if (variant.attack.by === 'docker')
    await engine.docker('exec', '-d', '-u', variant.user, played.container, ...command);
  else played.exec(command, { user: variant.user });
}
