/** Kills the process that was meant or none; the kill itself is shown on a real engine. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { isAlive, readProcess } from '../../../sandbox/kernel/process.js';
import { canSignalEngineProcesses, ended, killProcess } from '../../../sandbox/kernel/process-kill.js';

const ID = 'ab'.repeat(32);

async function sleeper(t: {
  teardown(fn: () => unknown): void;
}): Promise<{ pid: number; start: string; end(): Promise<void> }> {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  t.teardown(() => child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  const end = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { pid, start: readProcess(pid)?.start ?? '', end };
}

t.test('another container, another start: left alone', async (t) => {
  const { pid, start } = await sleeper(t);
  t.equal(killProcess({ pid, start, containerId: ID }), 'foreign', 'it is in no such container');
  const proc = t.testdir({
    [pid]: { stat: `${pid} (x) S 1 1 1 0 0 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0`, cgroup: `0::/docker/${ID}` },
  });
  t.equal(killProcess({ pid, start: '6', containerId: ID }, proc), 'foreign', 'it is another process by now');
  t.equal(isAlive(pid, start), true);
});

t.test('start and container as expected: killed', async (t) => {
  const { pid, start } = await sleeper(t);
  const proc = t.testdir({
    [pid]: { stat: `${pid} (x) S 1 1 1 0 0 0 0 0 0 0 0 0 0 0 20 0 1 0 ${start} 0`, cgroup: `0::/docker/${ID}\n` },
  });
  t.equal(killProcess({ pid, start, containerId: ID }, proc), 'killed');
  t.equal(await ended(pid, start, 10_000), true);
});

t.test('what has ended is gone', async (t) => {
  const { pid, start, end } = await sleeper(t);
  t.equal(await ended(pid, start, 1), false);
  await end();
  t.equal(killProcess({ pid, start, containerId: ID }), 'gone');
  t.equal(await ended(pid, start, 0), true);
  const proc = t.testdir({
    '7': { stat: '7 (x) Z 1 1 1 0 0 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0', cgroup: `0::/docker/${ID}` },
  });
  t.equal(killProcess({ pid: 7, start: '5', containerId: ID }, proc), 'gone', 'a zombie');
});

t.test('may signal only where the pid that Docker names is a process of that container', async (t) => {
  t.equal(canSignalEngineProcesses({ pid: process.pid, dockerId: ID }), false);
  t.equal(canSignalEngineProcesses({ pid: 0, dockerId: ID }), false);
  const proc = t.testdir({ [process.pid]: { cgroup: `0::/docker/${ID}\n` } });
  t.equal(canSignalEngineProcesses({ pid: process.pid, dockerId: ID }, proc), process.getuid?.() === 0);
});
