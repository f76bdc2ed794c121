/** Docker's JSON, reduced. */

import type { ContainerInspectInfo, ImageInspectInfo } from 'dockerode';
import t from 'tap';
import { containerFrom, imageFrom, statusFrom, timeFrom } from '../../../sandbox/engine/answers.js';

/** As Engine 20.10 answers for a created container, reduced to what is read, with its nulls. */
const CREATED = {
  Id: 'abc',
  Name: '/ampoule-box',
  Image: 'sha256:1',
  State: {
    Status: 'created',
    Running: false,
    Paused: false,
    Pid: 0,
    ExitCode: 0,
    StartedAt: '0001-01-01T00:00:00Z',
    FinishedAt: '0001-01-01T00:00:00Z',
    OOMKilled: false,
  },
  Config: {
    Hostname: 'box',
    User: '',
    Env: null,
    Cmd: null,
    Entrypoint: null,
    WorkingDir: '',
    Tty: false,
    OpenStdin: false,
    Image: 'x',
    Labels: null,
    Healthcheck: { Test: ['CMD', 'a'], Interval: 5, Retries: 2 },
    StopSignal: 'SIGQUIT',
  },
  HostConfig: {
    NetworkMode: 'none',
    CapAdd: null,
    Binds: null,
    Devices: [],
    PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '81' }] },
    RestartPolicy: { Name: '' },
    Init: null,
    Tmpfs: { '/run': 'rw' },
    LogConfig: { Type: 'none', Config: {} },
    PidsLimit: null,
  },
  Mounts: null,
  NetworkSettings: {
    Networks: { none: { Aliases: null } },
    Ports: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '81' }], '53/udp': null },
  },
};

t.test('a container', async (t) => {
  const seen = containerFrom(CREATED as unknown as ContainerInspectInfo);
  t.match(seen, {
    id: 'abc',
    name: 'ampoule-box',
    labels: {},
    state: { status: 'created', startedAt: null, finishedAt: null },
    config: {
      ...{ env: [], cmd: [], entrypoint: [], stopSignal: 'SIGQUIT' },
      healthcheck: { Test: ['CMD', 'a'], Interval: 5, Timeout: 0, StartPeriod: 0, Retries: 2 },
    },
    host: {
      ...{ tmpfs: { '/run': 'rw' }, logDriver: 'none' },
      capAdd: [],
      binds: [],
      devices: 0,
      restartPolicy: 'no',
      init: false,
      pidsLimit: 0,
      portBindings: { '80/tcp': [{ HostPort: '81' }] },
    },
    mounts: [],
    networks: { none: { aliases: [] } },
  });
  t.same(seen.ports, [{ container: 80, protocol: 'tcp', host: 81, ip: '127.0.0.1' }]);
});

t.test('an image, also one without a configuration', async (t) => {
  const bare = imageFrom({ Id: 'sha256:1' } as unknown as ImageInspectInfo);
  t.match(bare, { digests: [], config: { user: '', env: [], volumes: [], labels: {}, healthcheck: null, shell: [] } });
  const config = {
    User: 'app',
    Env: ['A=b'],
    Entrypoint: ['/x'],
    Cmd: ['y'],
    Volumes: { '/data': {} },
    Labels: { l: '1' },
    Shell: ['/bin/bash', '-c'],
    Healthcheck: { Test: [] },
  };
  t.match(imageFrom({ Id: 'sha256:1', RepoDigests: ['x@sha256:2'], Config: config } as unknown as ImageInspectInfo), {
    digests: ['x@sha256:2'],
    config: {
      user: 'app',
      entrypoint: ['/x'],
      cmd: ['y'],
      volumes: ['/data'],
      shell: ['/bin/bash', '-c'],
      healthcheck: null,
    },
  });
});

t.test('words and times', async (t) => {
  t.equal(statusFrom('paused'), 'paused');
  t.equal(statusFrom('something new'), 'dead');
  t.equal(timeFrom('2026-11-23T20:52:05.077485187Z'), Date.UTC(2026, 10, 23, 20, 52, 5, 77));
  t.equal(timeFrom('0001-01-01T00:00:00Z'), null);
  t.equal(timeFrom(''), null);
});
