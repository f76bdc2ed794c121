import t from 'tap';
import { lookFromHost, ownContainerIds } from '../../daemon/host-paths.js';
import type { ContainerSeen } from '../../sandbox/engine/engine.js';

const ID = 'c0ffee'.padEnd(64, '0');
const files = (given: Record<string, string>) => (path: string) => given[path] ?? '';

t.test('a container is known by its mounts, its control groups, its host name', async (t) => {
  const mountinfo = `701 690 8:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n`;
  t.same(ownContainerIds(files({ '/proc/self/mountinfo': mountinfo })), [ID]);
  const version1 = `12:pids:/docker/${ID}\n1:name=systemd:/docker/${ID}\n`;
  t.same(ownContainerIds(files({ '/proc/self/cgroup': version1 })), [ID]);
  const version2 = `0::/system.slice/docker-${ID}.scope\n`;
  t.same(ownContainerIds(files({ '/proc/self/cgroup': version2 })), [ID]);
  t.same(ownContainerIds(files({ '/etc/hostname': `${ID.slice(0, 12)}\n` })), [ID.slice(0, 12)]);
  const host = { '/proc/self/cgroup': '0::/user.slice\n', '/etc/hostname': 'workstation\n' };
  t.same(ownContainerIds(files(host)), []);
});

function seen(more: { pidMode?: string; running?: boolean } = {}): ContainerSeen {
  return {
    id: ID,
    state: { running: more.running ?? true },
    host: { pidMode: more.pidMode ?? '' },
    mounts: [
      { source: '/var/lib/docker/volumes/run/_data', destination: '/run/ampoule' },
      { source: '/srv/data', destination: '/var/lib/ampoule' },
      { source: '', destination: '/run/ampoule/tmp' },
    ],
  } as unknown as ContainerSeen;
}

t.test('paths lead through the mount that lies closest; what lies in none is not to be seen', async (t) => {
  const host = await lookFromHost({ inspect: async () => seen({ pidMode: 'host' }) }, [ID]);
  t.match(host, { inContainer: true, hostPids: true });
  t.equal(host.path('/run/ampoule'), '/var/lib/docker/volumes/run/_data');
  t.equal(host.path('/run/ampoule/sandboxes/x'), '/var/lib/docker/volumes/run/_data/sandboxes/x');
  t.equal(host.path('/var/lib/ampoule'), '/srv/data');
  t.equal(host.path('/run/ampoules'), null);
  t.equal((await lookFromHost({ inspect: async () => seen() }, [ID])).hostPids, false);
});

t.test('on the host, or in a container of another engine, paths are what they are', async (t) => {
  for (const [inspect, ids] of [
    [async () => null, [ID]],
    [async () => seen({ running: false }), [ID]],
    [async () => seen(), ['beef'.padEnd(64, '0')]],
    [() => Promise.reject(new Error('not asked')), []],
  ] as const) {
    const host = await lookFromHost({ inspect }, [...ids]);
    t.match(host, { inContainer: false, hostPids: true });
    t.equal(host.path('/run/ampoule'), '/run/ampoule');
  }
  await t.rejects(lookFromHost({ inspect: () => Promise.reject(new Error('away')) }, [ID]), /away/);
});
