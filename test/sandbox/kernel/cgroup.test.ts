/** Control groups of every layout, from what kernels really wrote. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  belongsTo,
  cgroupDirectory,
  containerPath,
  freeze,
  frozen,
  locateCgroup,
  membersOf,
  parseCgroupMounts,
  parseCgroups,
  thaw,
} from '../../../sandbox/kernel/cgroup.js';

const ID = '172472664e12021991ff10b0f23b666d36db352cf0a3493de82caf2a85845c83';
const OTHER = '9f0c2ad1b1a04c7fae8d9a3a0b6d1a4b1b8a3f9f3a5d4c2b1a09f8e7d6c5b4a3';

const V1 = ['11:pids:', '7:freezer:', '3:cpu,cpuacct:', '1:name=systemd:']
  .map((line) => `${line}/docker/${ID}\n`)
  .join('');
const HYBRID = `${V1}0::/docker/${ID}\n`;
const V2_HOST = `0::/system.slice/docker-${ID}.scope\n`;
const V1_MOUNTS = [
  '25 1 8:1 / / rw,relatime - ext4 /dev/root rw',
  '30 25 0:26 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755',
  '31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct',
  '32 30 0:28 / /sys/fs/cgroup/freezer rw,nosuid shared:10 - cgroup cgroup rw,freezer',
].join('\n');
const HYBRID_MOUNTS = `${V1_MOUNTS}\n33 30 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`;
const V2_MOUNTS = '30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate';

t.test('lines of /proc/<pid>/cgroup', async (t) => {
  t.same(parseCgroups('3:cpu,cpuacct:/a:b\n1:name=systemd:/\n0::/x\nno line\n'), [
    { version: 1, controllers: ['cpu', 'cpuacct'], path: '/a:b' },
    { version: 1, controllers: ['name=systemd'], path: '/' },
    { version: 2, controllers: [], path: '/x' },
  ]);
  t.same(parseCgroupMounts(V1_MOUNTS), [
    { version: 1, controllers: ['cpu', 'cpuacct'], root: '/', mountPoint: '/sys/fs/cgroup/cpu,cpuacct' },
    { version: 1, controllers: ['freezer'], root: '/', mountPoint: '/sys/fs/cgroup/freezer' },
  ]);
});

t.test("the container's own part of a path", async (t) => {
  t.equal(containerPath(`/docker/${ID}`, ID), `/docker/${ID}`);
  t.equal(containerPath(`/docker/${ID}/init.scope/x`, ID), `/docker/${ID}`, 'groups that it made itself lie below');
  t.equal(containerPath(`/system.slice/docker-${ID}.scope`, ID), `/system.slice/docker-${ID}.scope`);
  t.equal(
    containerPath(`/docker/${OTHER}/docker/${ID}`, ID),
    `/docker/${OTHER}/docker/${ID}`,
    'an engine in a container',
  );
  t.equal(containerPath(`/../${ID}`, ID), `/../${ID}`);
  t.equal(containerPath('/user.slice', ID), null);
  t.equal(containerPath(`/docker/${OTHER}`, ID), null);
  t.equal(containerPath(`/docker/x${ID}`, ID), null, 'only whole names count');
  t.equal(containerPath(`/docker/${ID.slice(0, 12)}`, ID), null);
});

t.test('belongs to a container by its whole id only', async (t) => {
  t.equal(belongsTo(V1, ID), true);
  t.equal(belongsTo(V2_HOST, ID), true);
  t.equal(belongsTo(V2_HOST, OTHER), false);
  t.equal(belongsTo('0::/\n', ID), false);
  t.equal(belongsTo('0::/docker/docker\n', 'docker'), false, 'what is no id fits nothing');
  t.equal(belongsTo('0::/\n', ''), false);
});

t.test('version 1: the freezer', async (t) => {
  t.same(locateCgroup(V1, V1_MOUNTS, ID), { version: 1, directory: `/sys/fs/cgroup/freezer/docker/${ID}` });
  t.equal(locateCgroup(V1, V1_MOUNTS, OTHER), null);
});

t.test('hybrid: the freezer of version 1, and version 2 where there is none', async (t) => {
  t.same(locateCgroup(HYBRID, HYBRID_MOUNTS, ID), { version: 1, directory: `/sys/fs/cgroup/freezer/docker/${ID}` });
  const without = HYBRID.replace(/7:freezer.*\n/, '');
  t.same(locateCgroup(without, HYBRID_MOUNTS, ID), { version: 2, directory: `/sys/fs/cgroup/unified/docker/${ID}` });
});

t.test('version 2 on the host', async (t) => {
  t.same(locateCgroup(V2_HOST, V2_MOUNTS, ID), {
    version: 2,
    directory: `/sys/fs/cgroup/system.slice/docker-${ID}.scope`,
  });
  t.same(locateCgroup(`0::/docker/${ID}/init.scope\n`, V2_MOUNTS, ID), {
    version: 2,
    directory: `/sys/fs/cgroup/docker/${ID}`,
  });
});

t.test('version 2 nested: read from inside another container', async (t) => {
  const nested = `0::/../docker-${ID}.scope\n`;
  t.equal(locateCgroup(nested, V2_MOUNTS, ID), null, 'a sibling lies outside of what is mounted here');
  const hosts = '30 25 0:26 /../.. /host/cgroup rw - cgroup2 cgroup2 rw';
  t.same(locateCgroup(`0::/../../system.slice/docker-${ID}.scope\n`, hosts, ID), {
    version: 2,
    directory: `/host/cgroup/system.slice/docker-${ID}.scope`,
  });
  t.same(locateCgroup(nested, hosts, ID), null, 'a name above the reader cannot be told');
  t.same(locateCgroup(`0::/docker/${ID}\n`, V2_MOUNTS, ID), { version: 2, directory: `/sys/fs/cgroup/docker/${ID}` });
});

t.test('finds it by a process, and only when that is in the container', async (t) => {
  const proc = t.testdir({ '7': { cgroup: HYBRID }, self: { mountinfo: HYBRID_MOUNTS } });
  t.same(cgroupDirectory(7, ID, proc), { version: 1, directory: `/sys/fs/cgroup/freezer/docker/${ID}` });
  t.equal(cgroupDirectory(7, OTHER, proc), null);
  t.equal(cgroupDirectory(8, ID, proc), null);
  t.equal(cgroupDirectory(process.pid, ID), null);
});

t.test('members, also of the groups below', async (t) => {
  const directory = t.testdir({
    'cgroup.procs': '10\n11\n',
    below: { 'cgroup.procs': '12\n', deeper: { 'cgroup.procs': '13\n' } },
    empty: { 'cgroup.procs': '' },
  });
  t.same(membersOf({ version: 2, directory }).sort(), [10, 11, 12, 13]);
  t.same(membersOf({ version: 2, directory: join(directory, 'gone') }), []);
});

t.test('writes what freezes and thaws', async (t) => {
  const one = {
    version: 1 as const,
    directory: t.testdir({ one: { 'freezer.state': 'THAWED', 'freezer.self_freezing': '0\n' } }),
  };
  one.directory = join(one.directory, 'one');
  t.equal(frozen(one), false);
  t.equal(await freeze(one), true);
  t.equal(readFileSync(join(one.directory, 'freezer.state'), 'utf8'), 'FROZEN');
  thaw(one);
  t.equal(readFileSync(join(one.directory, 'freezer.state'), 'utf8'), 'THAWED');
  const two = {
    version: 2 as const,
    directory: t.testdir({ 'cgroup.freeze': '0\n', 'cgroup.events': 'populated 1\nfrozen 0\n' }),
  };
  t.equal(frozen(two), false);
  t.equal(await freeze(two, 5), false, 'says when not all of it stands still');
  t.equal(frozen(two), true);
  thaw(two);
  t.equal(frozen(two), false);
  t.equal(await freeze({ version: 2, directory: '/nowhere' }), false);
});
