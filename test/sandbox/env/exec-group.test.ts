/** Groups of execs, on plain directories; on real control groups in the integration tests. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeExecGroup, membersOfOthers, moveInto, removeEmptyGroups } from '../../../sandbox/env/exec-group.js';

t.test('makes a group below the container’s, once', async (t) => {
  const container = { version: 2 as const, directory: t.testdir({}) };
  const group = makeExecGroup(container, 'exe_1');
  t.same(group, { version: 2, directory: join(container.directory, 'ampoule-exe_1') });
  t.equal(existsSync(join(container.directory, 'ampoule-exe_1')), true);
  t.equal(makeExecGroup({ version: 1, directory: join(container.directory, 'gone') }, 'exe_1'), null);
});

t.test('moves a process by its pid, and says when it could not', async (t) => {
  const group = { version: 2 as const, directory: t.testdir({ 'cgroup.procs': '' }) };
  t.equal(await moveInto(group, 42), true);
  t.equal(readFileSync(join(group.directory, 'cgroup.procs'), 'utf8'), '42');
  t.equal(await moveInto({ version: 2, directory: '/nowhere' }, 42), false);
});

t.test('members of the others', async (t) => {
  const directory = t.testdir({
    'cgroup.procs': '1\n',
    'ampoule-exe_1': { 'cgroup.procs': '10\n', below: { 'cgroup.procs': '11\n' } },
    'ampoule-exe_2': { 'cgroup.procs': '20\n' },
    'init.scope': { 'cgroup.procs': '30\n' },
  });
  const own = { version: 2 as const, directory: join(directory, 'ampoule-exe_1') };
  t.same([...membersOfOthers({ version: 2, directory }, own)], [20]);
  t.same([...membersOfOthers({ version: 2, directory }, null)].sort(), [10, 11, 20]);
  t.equal(membersOfOthers({ version: 2, directory: '/nowhere' }, null).size, 0);
});

t.test('keeps groups in use and groups that are not its own', async (t) => {
  const directory = t.testdir({ 'ampoule-exe_1': {}, 'ampoule-exe_2': { 'cgroup.procs': '7\n' }, 'init.scope': {} });
  removeEmptyGroups({ version: 2, directory }, new Set([join(directory, 'ampoule-exe_1')]));
  for (const name of ['ampoule-exe_1', 'ampoule-exe_2', 'init.scope']) t.equal(existsSync(join(directory, name)), true);
  removeEmptyGroups({ version: 2, directory: '/nowhere' }, new Set());
});
