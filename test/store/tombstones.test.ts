import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeTombstones, type Unrecorded } from '../../store/tombstones.js';

const stone = (session: string, secret: string) => ({ session, secret, caller: 'operator:a', action: 'b', at: 1 });
const unrecorded = (...tombstones: ReturnType<typeof stone>[]): Unrecorded => ({ tombstones, again: () => undefined });

t.test('in force from the moment they are added, also in the next process, until they are recorded', async (t) => {
  const runDir = join(t.testdir(), 'run');
  const file = join(runDir, 'tombstones-vlt_A');
  const stones = makeTombstones(runDir, 'vlt_A');
  t.notOk(stones.entombed('s1', 'a'));
  const first = unrecorded(stone('s1', 'a'), stone('s2', 'a'));
  const second = unrecorded(stone('s1', 'b'));
  t.ok(stones.add(first));
  t.ok(stones.add(second));
  t.equal(stones.count(), 3);
  t.equal(statSync(file).mode & 0o777, 0o600);
  for (const one of [stones, makeTombstones(runDir, 'vlt_A')]) {
    t.ok(one.entombed('s1', 'a') && one.entombed('s2', 'a') && one.entombed('s1', 'b'));
    t.notOk(one.entombed('s2', 'b'));
  }
  t.equal(makeTombstones(runDir, 'vlt_B').count(), 0, 'each vault has its own');
  stones.done(first);
  t.notOk(stones.entombed('s1', 'a'));
  const next = makeTombstones(runDir, 'vlt_A');
  t.same([next.count(), next.entombed('s1', 'b')], [1, true]);
  t.same(next.waiting(), [{ tombstones: [stone('s1', 'b')], again: null }]);
  stones.done(second);
  t.notOk(existsSync(file));
});

t.test('a torn line was never answered for', async (t) => {
  const runDir = t.testdir();
  const file = join(runDir, 'tombstones-vlt_A');
  writeFileSync(file, `${JSON.stringify(stone('s1', 'a'))}\n{"session":"s2","sec`);
  t.equal(makeTombstones(runDir, 'vlt_A').count(), 1);
});

t.test('without a file they hold in memory, and say so; an unreadable file is no empty one', async (t) => {
  const stones = makeTombstones('/proc/self/none', 'vlt_A');
  t.notOk(stones.add(unrecorded(stone('s1', 'a'))));
  t.ok(stones.entombed('s1', 'a'));
  const runDir = t.testdir();
  mkdirSync(join(runDir, 'tombstones-vlt_A'));
  t.throws(() => makeTombstones(runDir, 'vlt_A'), { code: 'STORAGE_FAILED' });
});
