/** Which processes are one exec's, drawn as small families. */

import t from 'tap';
import { type ExecSigns, type ExecSurroundings, execTree } from '../../../sandbox/env/exec-tree.js';
import type { ProcessStat } from '../../../sandbox/kernel/process.js';

/** Pid 10 is the container's PID 1 with its child 11; the exec began at tick 100 with pid 20, whose parent is the shim 5. */
function person(pid: number, parent: number, more: Partial<ProcessStat> = {}): ProcessStat {
  return { pid, state: 'S', parent, group: pid, session: pid, threads: 1, start: '105', ...more };
}
const OLD = [person(10, 5, { start: '50' }), person(11, 10, { start: '51' })];
const LEADER = person(20, 5, { start: '100' });

function tree(
  processes: ProcessStat[],
  signs: Partial<ExecSigns> = {},
  around: Partial<ExecSurroundings> = {},
): number[] {
  return execTree(
    [...OLD, ...processes],
    { leader: 20, began: 100, signed: () => false, ...signs },
    { main: 10, foreign: new Set(), orphansAreOurs: false, ...around },
  )
    .map((process) => process.pid)
    .sort((a, b) => a - b);
}

t.test('the command and its descendants', async (t) => {
  t.same(tree([LEADER, person(21, 20), person(22, 21, { session: 22 })]), [20, 21, 22]);
  t.same(tree([person(22, 21), person(21, 20), LEADER]), [20, 21, 22], 'in whatever order');
});

t.test("the command's session, when the command is gone", async (t) => {
  t.same(tree([person(21, 10, { session: 20 }), person(22, 10, { session: 22 })]), [21]);
});

t.test('what is signed, and its descendants', async (t) => {
  const signed = (process: ProcessStat) => process.pid === 30;
  t.same(tree([person(30, 10), person(31, 30), person(40, 10)], { signed }), [30, 31]);
});

t.test('an orphan without any sign only where it can be nobody else’s', async (t) => {
  const orphan = [LEADER, person(30, 10), person(31, 30)];
  t.same(tree(orphan), [20]);
  t.same(tree(orphan, {}, { orphansAreOurs: true }), [20, 30, 31]);
  t.same(
    tree([LEADER, person(12, 11)], {}, { orphansAreOurs: true }),
    [20],
    'a new child of an old process is no orphan',
  );
  t.same(tree([LEADER, person(40, 6)], {}, { orphansAreOurs: true }), [20], 'nor is what came in from outside');
});

t.test('never: PID 1, what is older, what is another exec’s', async (t) => {
  const signed = () => true;
  t.same(tree([LEADER, person(30, 10)], { signed }, { foreign: new Set([30]) }), [20]);
  t.same(tree([person(20, 5, { start: '99' })]), [], 'an older process with the same pid');
  t.same(tree([], { signed, leader: 10 }), []);
});

t.test('a command whose pid is not known', async (t) => {
  t.same(tree([person(21, 20, { session: 20 })], { leader: null }), []);
});
