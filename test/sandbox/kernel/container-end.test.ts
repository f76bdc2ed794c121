/** Ending containers by the kernel, where nothing is to be seen of them: it never claims what it does not know. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Kernel } from '../../../sandbox/kernel/container-end.js';

const ID = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);

/** A `/proc` with these processes, each in a container's group. */
function proc(directory: string, processes: Record<number, { id: string; state?: string }>): string {
  mkdirSync(join(directory, 'sys/kernel/random'), { recursive: true });
  writeFileSync(join(directory, 'sys/kernel/random/boot_id'), 'boot-1\n');
  for (const [pid, { id, state = 'S' }] of Object.entries(processes)) {
    mkdirSync(join(directory, pid));
    writeFileSync(join(directory, pid, 'cgroup'), `4:freezer:/docker/${id}\n`);
    const fields = Array.from({ length: 48 }, (_, index) => (index === 16 ? '1' : index === 18 ? `9${pid}` : '0'));
    writeFileSync(join(directory, pid, 'stat'), `${pid} (sh) ${state} ${fields.join(' ')}\n`);
  }
  return directory;
}

t.test('remembers a process that is of the container', async (t) => {
  const kernel = new Kernel(proc(t.testdir(), { 70: { id: ID } }));
  t.same(kernel.record(70, ID), { pid: 70, pidStart: '970', bootId: 'boot-1' });
  t.same(kernel.record(70, OTHER), { pid: 70, pidStart: null, bootId: null }, 'another one has that pid here');
  t.same(kernel.record(71, ID), { pid: 71, pidStart: null, bootId: null }, 'nobody has');
});

t.test('without having seen processes of the engine, nothing is known to be over', async (t) => {
  const blind = new Kernel(proc(t.testdir(), {}));
  t.equal(blind.empty({ dockerId: ID, pidStart: null }), false);
  t.equal(await blind.end({ dockerId: ID, pidStart: null }), false);
  t.equal(blind.empty({ dockerId: null, pidStart: '1' }), false);
});

t.test('having seen them, an empty group is the end', async (t) => {
  const kernel = new Kernel(proc(t.testdir(), { 70: { id: OTHER }, 80: { id: ID, state: 'Z' } }));
  t.equal(kernel.empty({ dockerId: ID, pidStart: '980' }), true, 'a zombie runs nothing');
  t.equal(
    kernel.empty({ dockerId: OTHER, pidStart: '1' }),
    false,
    'somebody started it again: another pid, still there',
  );
  t.equal(kernel.empty({ dockerId: ID, pidStart: null }), false);
  kernel.record(70, OTHER);
  t.equal(kernel.empty({ dockerId: ID, pidStart: null }), true, 'one seen process shows that all are to be seen');
});
