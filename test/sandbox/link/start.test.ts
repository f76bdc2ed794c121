/** Whose connection it is, seen on processes of our own. */

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { readProcess } from '../../../sandbox/kernel/process.js';
import { isItsOwn, isRunning, type Start } from '../../../sandbox/link/start.js';

const id = 'c'.repeat(64);
const config = { flags: 0, sandbox: 's', user: '', grace: 0, lease: 0, path: '' };

/** A /proc of one process in the container. */
function procOf(t: { teardown(run: () => void): void }, pid: number, start: string): string {
  const proc = mkdtempSync(join(tmpdir(), 'ap-proc-'));
  t.teardown(() => rmSync(proc, { recursive: true }));
  mkdirSync(join(proc, String(pid)));
  writeFileSync(join(proc, String(pid), 'stat'), `${pid} (init) S 1 1 1 ${'0 '.repeat(13)}1 0 ${start} 0`);
  writeFileSync(join(proc, String(pid), 'cgroup'), `0::/docker/${id}\n`);
  return proc;
}

t.test('the process that Docker named, of the same start and group', async (t) => {
  const proc = procOf(t, 7, '99');
  const start = (pid: number, pidStart: string | null, dockerId = id): Start => ({
    ...{ dockerId, config, fresh: true },
    process: { pid, pidStart, bootId: 'b' },
  });
  const peer = (pid: number) => ({ pid, uid: 0, gid: 0 });
  t.equal(isItsOwn(start(7, '99'), peer(7), proc), true);
  t.equal(isItsOwn(start(7, '98'), peer(7), proc), false, 'of an earlier start');
  t.equal(isItsOwn(start(7, '99'), peer(8), proc), false, 'another process');
  t.equal(isItsOwn(start(7, '99', 'd'.repeat(64)), peer(7), proc), false, 'of another container');
  t.equal(isItsOwn({ ...start(7, '99'), process: null }, peer(7), proc), false, 'Docker has not said');
  t.equal(isItsOwn(start(7, '99'), null, proc), true, 'without the kernel: the first of a start of ours');
  t.equal(isItsOwn({ ...start(7, '99'), fresh: false }, null, proc), false);
});

t.test('whether it still runs', async (t) => {
  const child = spawn('sleep', ['1000']);

  const pid = child.pid ?? 0;
  const pidStart = readProcess(pid)?.start ?? '';
  const start: Start = { dockerId: id, config, fresh: false, process: { pid, pidStart, bootId: 'b' } };
  t.equal(isRunning(start), true);
  t.equal(isRunning({ ...start, process: { pid, pidStart: '1', bootId: 'b' } }), false);
  t.equal(isRunning({ ...start, process: null }), false);
  t.equal(isRunning(null), false);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  t.equal(isRunning(start), false);
});
