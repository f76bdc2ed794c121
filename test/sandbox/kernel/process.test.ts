/** What is read of processes, on fixtures and on processes of this test's own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  bootId,
  isAlive,
  parseStat,
  pipesOf,
  readProcess,
  running,
  startedWith,
} from '../../../sandbox/kernel/process.js';

const REST = '17 1 0 0 20 0 3 0 170697 2322432 364 18446744073709551615 4198400';

t.test('a line of stat, whatever the name of the program', async (t) => {
  for (const name of ['sh', 'a b', ') S 1 2 3 (', 'x) Z 9', '(', '']) {
    const stat = parseStat(`7544 (${name}) S 7523 7540 7541 0 -1 4194560 974 0 1 0 1 1 ${REST.slice(5)}\n`);
    t.same(
      stat,
      { pid: 7544, state: 'S', parent: 7523, group: 7540, session: 7541, threads: 3, start: '170697' },
      name,
    );
  }
  t.throws(() => parseStat(''), /no line/);
  t.throws(() => parseStat('7544 (sh) S 1'), /no line/);
});

t.test('a zombie runs only as long as threads of it do; waiting in the kernel is running', async (t) => {
  const stat = (state: string, threads: number) => ({
    pid: 1,
    state,
    parent: 0,
    group: 1,
    session: 1,
    threads,
    start: '1',
  });
  t.equal(running(stat('Z', 1)), false);
  t.equal(running(stat('X', 0)), false);
  t.equal(running(stat('Z', 2)), true);
  t.equal(running(stat('D', 1)), true);
  t.equal(running(stat('T', 1)), true);
});

t.test('follows a real process from its start to its end', async (t) => {
  const child = spawn('cat', { env: { MARK: 'one', OTHER: 'two' } });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const stat = readProcess(pid);
  if (!stat) throw new Error('the child runs');
  t.match(stat, { pid, parent: process.pid, threads: 1 });
  t.equal(isAlive(pid, stat.start), true);
  t.equal(isAlive(pid, `${Number(stat.start) - 1}`), false, 'another start is another process');
  t.equal(startedWith(pid, 'MARK=one'), true);
  t.equal(startedWith(pid, 'OTHER=two'), true);
  t.equal(startedWith(pid, 'MARK=on'), false);
  t.equal(startedWith(pid, 'ARK=one'), false);
  child.stdin.end();
  await once(child, 'exit');
  t.equal(isAlive(pid, stat.start), false);
  t.equal(readProcess(pid), null);
  t.equal(startedWith(pid, 'MARK=one'), false);
  t.equal(pipesOf(pid).size, 0);
});

t.test('pipes of a process, all or those of some descriptors', async (t) => {
  // A shell's pipeline has pipes; Node gives its children sockets.
  const child = spawn('sh', ['-c', 'sleep 60 | { echo ready >&2; exec sleep 60; }'], { detached: true });
  t.teardown(() => child.pid && process.kill(-child.pid, 'SIGKILL'));
  await once(child.stderr, 'data');
  const [left, right] = childrenOf(child.pid ?? 0);
  const shared = [...pipesOf(left ?? 0, ['1'])].filter((pipe) => pipesOf(right ?? 0, ['0']).has(pipe));
  t.equal(shared.length, 1);
  t.equal(pipesOf(right ?? 0, ['2']).has(shared[0] ?? ''), false);
});

t.test('reads from the directory it is given', async (t) => {
  const proc = t.testdir({ '7': { environ: 'A=1\0B=2\0' } });
  mkdirSync(join(proc, 'sys/kernel/random'), { recursive: true });
  writeFileSync(join(proc, 'sys/kernel/random/boot_id'), 'boot-1\n');
  t.equal(bootId(proc), 'boot-1');
  t.equal(startedWith(7, 'B=2', proc), true);
  t.equal(readProcess(7, proc), null);
  t.match(bootId(), /^[0-9a-f-]{36}$/);
});

function childrenOf(parent: number): number[] {
  const found: number[] = [];
  for (let pid = parent + 1; pid < parent + 1000; pid += 1) if (readProcess(pid)?.parent === parent) found.push(pid);
  return found;
}
