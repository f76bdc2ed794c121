/** Ending never touches what it cannot prove to be the exec's, and never leaves a container frozen. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { endExec } from '../../../sandbox/env/exec-end.js';
import { beginTrace, MARKER } from '../../../sandbox/env/exec-trace.js';
import { isAlive, readProcess } from '../../../sandbox/kernel/process.js';

const CONTAINER = { dockerId: 'ab'.repeat(32), pid: 1 };

t.test('a marked process outside of the container is not killed, and that is said', async (t) => {
  const directory = t.testdir({ 'freezer.state': 'THAWED', 'freezer.self_freezing': '0' });
  const trace = beginTrace('exe_1', CONTAINER, () => ({ version: 1, directory }));
  const child = spawn('sleep', ['60'], { env: { PATH: process.env.PATH, [MARKER]: 'exe_1' } });
  await once(child, 'spawn');
  t.teardown(() => child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  const start = readProcess(pid)?.start ?? '';
  writeFileSync(join(directory, 'cgroup.procs'), `${pid}\n`);
  await t.rejects(
    endExec(trace, () => false, 20),
    { code: 'EXEC_CANNOT_END', message: /ampoule sandbox rm/ },
  );
  t.equal(isAlive(pid, start), true);
  t.equal(readFileSync(join(directory, 'freezer.state'), 'utf8'), 'THAWED');
});

t.test('nothing left: looks once while all stands still, and thaws', async (t) => {
  const directory = t.testdir({ 'cgroup.freeze': '0', 'cgroup.events': 'frozen 1\n', 'cgroup.procs': '' });
  await endExec(
    beginTrace('exe_1', CONTAINER, () => ({ version: 2, directory })),
    () => true,
  );
  t.equal(readFileSync(join(directory, 'cgroup.freeze'), 'utf8'), '0');
});

t.test('looks while all stands still', async (t) => {
  const directory = t.testdir({ 'freezer.state': 'THAWED', 'freezer.self_freezing': '0', 'cgroup.procs': '' });
  const seen: string[] = [];
  const state = () => readFileSync(join(directory, 'freezer.state'), 'utf8');
  await endExec(
    beginTrace('exe_1', CONTAINER, () => ({ version: 1, directory })),
    () => seen.push(state()) > 0,
  );
  t.same(seen, ['FROZEN']);
  t.equal(state(), 'THAWED');
});

t.test('a container that somebody paused stays paused', async (t) => {
  const directory = t.testdir({ 'cgroup.freeze': '1', 'cgroup.events': 'frozen 1\n', 'cgroup.procs': '' });
  await endExec(
    beginTrace('exe_1', CONTAINER, () => ({ version: 2, directory })),
    () => true,
  );
  t.equal(readFileSync(join(directory, 'cgroup.freeze'), 'utf8'), '1');
});

t.test('a container that is gone has nothing left', async (t) => {
  await endExec(
    beginTrace('exe_1', CONTAINER, () => ({ version: 2, directory: '/nowhere' })),
    () => true,
  );
  await endExec(
    beginTrace('exe_1', CONTAINER, () => null),
    () => true,
  );
  t.pass();
});
