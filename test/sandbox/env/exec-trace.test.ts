/** Follows real processes of this test, as if they were in a container; its control group is a directory with their pids. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { beginTrace, gather, livingOf, MARKER, noteLeader } from '../../../sandbox/env/exec-trace.js';
import { readProcess } from '../../../sandbox/kernel/process.js';

const CONTAINER = { dockerId: 'ab'.repeat(32), pid: process.pid, hold: true };

async function start(
  t: { teardown(end: () => unknown): void },
  env: Record<string, string>,
): Promise<ChildProcess & { pid: number }> {
  const child = spawn('sleep', ['60'], { env: { PATH: process.env.PATH ?? '', ...env }, stdio: 'ignore' });
  await once(child, 'spawn');
  t.teardown(() => child.kill('SIGKILL'));
  return Object.assign(child, { pid: child.pid ?? 0 });
}

t.test('knows the marked one, and an unmarked one only while the exec is alone and the container holds', async (t) => {
  const directory = t.testdir({});
  const cgroup = { version: 2 as const, directory };
  const older = await start(t, {});
  // A start time counts in hundredths of a second.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const trace = beginTrace('exe_1', CONTAINER, () => cgroup);
  const marked = await start(t, { [MARKER]: 'exe_1' });
  const other = await start(t, { [MARKER]: 'exe_12' });
  writeFileSync(join(directory, 'cgroup.procs'), [process.pid, older.pid, marked.pid, other.pid].join('\n'));
  const pids = (found: { pid: number }[]) => found.map((one) => one.pid).sort((a, b) => a - b);
  t.same(pids(livingOf(trace, false)), [marked.pid]);
  t.same(pids(livingOf({ ...trace, container: { ...CONTAINER, hold: false } }, true)), [marked.pid]);
  t.same(pids(livingOf(trace, true)), [marked.pid, other.pid], 'an orphan can only be its own');
  marked.kill('SIGKILL');
  await once(marked, 'exit');
  t.same(pids(livingOf(trace, false)), [other.pid], 'what was seen to be its is not forgotten');
});

t.test('gathers what it finds in a group of its own', async (t) => {
  const directory = t.testdir({});
  const trace = beginTrace('exe_1', CONTAINER, () => ({ version: 2, directory }));
  await gather(trace, () => false);
  t.equal(trace.group, null, 'nothing to gather, no group');
  const marked = await start(t, { [MARKER]: 'exe_1' });
  writeFileSync(join(directory, 'cgroup.procs'), `${marked.pid}\n`);
  await gather(trace, () => false);
  t.same(trace.group, { version: 2, directory: join(directory, 'ampoule-exe_1') });
  t.equal(readFileSync(join(directory, 'ampoule-exe_1/cgroup.procs'), 'utf8'), String(marked.pid));
  await gather({ ...trace, cgroup: null }, () => false);
});

t.test('without a reachable control group it asks each process', async (t) => {
  const trace = beginTrace('exe_1', CONTAINER, () => null);
  await start(t, { [MARKER]: 'exe_1' });
  t.same(livingOf(trace, true), [], 'this one is in no such container');
});

t.test('takes no pipes from a pid that is not in the container', async (t) => {
  const trace = beginTrace('exe_1', CONTAINER, () => null);
  noteLeader(trace, process.pid);
  t.equal(trace.leader, process.pid);
  t.equal(trace.pipes.size, 0);
  t.ok(Number(readProcess(process.pid)?.start) <= trace.began + 2, 'begins now');
});
