/** A container against the request it should have come from: one difference at a time is found. */

import t from 'tap';
import { requestFor } from '../../../sandbox/container/spec.js';
import { differences } from '../../../sandbox/container/spec-compare.js';
import type { ContainerSeen, ImageSeen } from '../../../sandbox/engine/engine.js';
import { specOf } from '../wishes.js';

const image: ImageSeen = {
  id: 'sha256:1',
  digests: [],
  config: {
    user: 'app',
    env: ['PATH=/bin', 'MODE=image'],
    entrypoint: ['/entry'],
    cmd: ['serve'],
    workdir: '/srv',
    labels: {},
    volumes: [],
    exposedPorts: [],
    healthcheck: null,
    shell: [],
    stopSignal: '',
  },
};
const spec = specOf({
  main: 'image',
  env: { MODE: 'own' },
  ports: [{ container: 80, protocol: 'tcp', host: 81, ip: '127.0.0.1' }],
});
const request = requestFor({
  spec,
  image,
  reference: 'x',
  identity: { vault: 'v', sandbox: 's', session: 'e', nonce: 'n', mac: 'm', epoch: 1, generation: 1, delivery: 'env' },
  values: new Map([['TOKEN', 'canary']]),
  engineCpus: 2,
});

/** What an engine shows of it. */
function made(): ContainerSeen {
  return {
    id: 'c',
    name: 'ampoule-box',
    imageId: 'sha256:1',
    labels: { ...request.Labels, maintainer: 'inherited' },
    state: {
      status: 'created',
      running: false,
      paused: false,
      pid: 0,
      exitCode: 0,
      startedAt: null,
      finishedAt: null,
      oomKilled: false,
    },
    config: {
      hostname: 'box',
      user: 'app',
      env: ['MODE=own', 'TOKEN=canary', 'AMPOULE_SANDBOX=sbx_01', 'PATH=/bin'],
      entrypoint: ['/entry'],
      cmd: ['serve'],
      workdir: '/srv',
      tty: false,
      openStdin: false,
      image: 'x',
      healthcheck: null,
      stopSignal: '',
    },
    host: {
      networkMode: 'none',
      privileged: false,
      pidMode: '',
      ipcMode: 'private',
      utsMode: '',
      usernsMode: '',
      capAdd: request.HostConfig.CapAdd.map((name) => `CAP_${name}`),
      capDrop: ['ALL'],
      securityOpt: ['no-new-privileges'],
      binds: [],
      devices: 0,
      memory: spec.limits.memory,
      memorySwap: -1,
      nanoCpus: 1e9,
      pidsLimit: 64,
      restartPolicy: 'no',
      init: true,
      portBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '81' }] },
      tmpfs: {},
      logDriver: 'json-file',
    },
    mounts: [
      { type: 'volume', name: 'ampoule-ws-ses_01', source: '/var/lib/x', destination: '/workspace', writable: true },
    ],
    networks: {},
    ports: [],
  };
}

t.test('what the request makes is equal to it', async (t) => {
  t.same(differences(made(), request, image), []);
});

t.test('each difference is named, without a value', async (t) => {
  const cases: [string, (seen: ContainerSeen) => void][] = [
    [
      'image',
      (seen) => {
        seen.imageId = 'sha256:2';
      },
    ],
    [
      'hostname',
      (seen) => {
        seen.config.hostname = 'other';
      },
    ],
    [
      'user',
      (seen) => {
        seen.config.user = 'root';
      },
    ],
    [
      'workdir',
      (seen) => {
        seen.config.workdir = '/';
      },
    ],
    [
      'environment',
      (seen) => {
        seen.config.env[1] = 'TOKEN=other';
      },
    ],
    [
      'environment',
      (seen) => {
        seen.config.env.push('LD_PRELOAD=/x');
      },
    ],
    [
      'entrypoint',
      (seen) => {
        seen.config.entrypoint = ['/other'];
      },
    ],
    [
      'command',
      (seen) => {
        seen.config.cmd = [];
      },
    ],
    [
      'tty',
      (seen) => {
        seen.config.tty = true;
      },
    ],
    [
      'stdin',
      (seen) => {
        seen.config.openStdin = true;
      },
    ],
    [
      'labels',
      (seen) => {
        seen.labels['dev.ampoule.mac'] = 'forged';
      },
    ],
    [
      'network',
      (seen) => {
        seen.host.networkMode = 'host';
      },
    ],
    [
      'privileged',
      (seen) => {
        seen.host.privileged = true;
      },
    ],
    [
      'namespaces',
      (seen) => {
        seen.host.pidMode = 'host';
      },
    ],
    [
      'ipc',
      (seen) => {
        seen.host.ipcMode = 'host';
      },
    ],
    [
      'devices',
      (seen) => {
        seen.host.devices = 1;
      },
    ],
    [
      'binds',
      (seen) => {
        seen.host.binds = ['/:/host'];
      },
    ],
    [
      'capabilities',
      (seen) => {
        seen.host.capAdd.push('SYS_ADMIN');
      },
    ],
    [
      'dropped capabilities',
      (seen) => {
        seen.host.capDrop = [];
      },
    ],
    [
      'security options',
      (seen) => {
        seen.host.securityOpt = ['seccomp=unconfined'];
      },
    ],
    [
      'memory',
      (seen) => {
        seen.host.memory = 0;
      },
    ],
    [
      'cpus',
      (seen) => {
        seen.host.nanoCpus = 0;
      },
    ],
    [
      'pids',
      (seen) => {
        seen.host.pidsLimit = 0;
      },
    ],
    [
      'restart policy',
      (seen) => {
        seen.host.restartPolicy = 'always';
      },
    ],
    [
      'init',
      (seen) => {
        seen.host.init = false;
      },
    ],
    [
      'ports',
      (seen) => {
        seen.host.portBindings = {};
      },
    ],
    [
      'mounts',
      (seen) => {
        seen.mounts = [];
      },
    ],
    [
      'mounts',
      (seen) => {
        if (seen.mounts[0]) seen.mounts[0].name = 'other';
      },
    ],
    [
      'mounts',
      (seen) => {
        if (seen.mounts[0]) seen.mounts[0].writable = false;
      },
    ],
    [
      'tmpfs',
      (seen) => {
        seen.host.tmpfs = { '/run': 'rw' };
      },
    ],
    [
      'healthcheck',
      (seen) => {
        seen.config.healthcheck = { Test: ['CMD', 'a'], Interval: 0, Timeout: 0, StartPeriod: 0, Retries: 0 };
      },
    ],
    [
      'stop signal',
      (seen) => {
        seen.config.stopSignal = 'SIGQUIT';
      },
    ],
  ];
  for (const [what, change] of cases) {
    const seen = made();
    change(seen);
    t.same(differences(seen, request, image), [what]);
  }
});

t.test('what a memory sandbox has beside: a log driver, a tmpfs, a check of its own', async (t) => {
  const check = { Test: ['CMD', 'a'], Interval: 1, Timeout: 2, StartPeriod: 3, Retries: 4 };
  const tmpfs = { '/.ampoule': 'rw' };
  const asked: typeof request = {
    ...request,
    Healthcheck: check,
    StopSignal: 'SIGTERM',
    HostConfig: { ...request.HostConfig, LogConfig: { Type: 'none' }, Tmpfs: tmpfs },
  };
  const seen = made();
  t.same(differences(seen, asked, image), ['tmpfs', 'log driver', 'healthcheck', 'stop signal']);
  seen.host.tmpfs = tmpfs;
  seen.host.logDriver = 'none';
  seen.config.healthcheck = { ...check };
  seen.config.stopSignal = 'SIGTERM';
  t.same(differences(seen, asked, image), []);
  seen.config.healthcheck = { ...check, Retries: 5 };
  t.same(differences(seen, asked, image), ['healthcheck']);
});
