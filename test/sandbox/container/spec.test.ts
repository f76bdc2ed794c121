/** What a create is made of. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { imageVolume, requestFor } from '../../../sandbox/container/spec.js';
import type { ImageSeen } from '../../../sandbox/engine/engine.js';
import type { SandboxSpec } from '../../../sandbox/index.js';
import { specOf } from '../wishes.js';

const image: ImageSeen = {
  id: 'sha256:1',
  digests: [],
  config: {
    user: '',
    env: ['PATH=/bin', 'MODE=image'],
    entrypoint: ['/entry'],
    cmd: ['serve'],
    workdir: '',
    labels: {},
    volumes: [],
    exposedPorts: [],
    healthcheck: null,
    shell: [],
    stopSignal: '',
  },
};

function request(changes: Partial<SandboxSpec> = {}, values: [string, string][] = [], volumes: string[] = []) {
  const spec = specOf(changes);
  return requestFor({
    spec,
    image: { ...image, config: { ...image.config, volumes } },
    reference: 'sha256:1',
    identity: {
      vault: spec.vault,
      sandbox: spec.id,
      session: spec.session,
      nonce: 'n',
      mac: 'm',
      epoch: 1,
      generation: 2,
      delivery: 'env',
    },
    values: new Map(values),
    engineCpus: 2,
  });
}

t.test('the whole of it', async (t) => {
  t.same(request({ env: { MODE: 'own' }, labels: { team: 'a' } }, [['TOKEN', 'secret']]), {
    Image: 'sha256:1',
    Hostname: 'box',
    Env: ['MODE=own', 'TOKEN=secret', 'AMPOULE_SANDBOX=sbx_01'],
    Entrypoint: [
      '/bin/sh',
      '-c',
      "command -v sleep >/dev/null || exit 127; trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done",
    ],
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Labels: {
      team: 'a',
      'dev.ampoule.vault': 'vlt_01',
      'dev.ampoule.sandbox': 'sbx_01',
      'dev.ampoule.session': 'ses_01',
      'dev.ampoule.nonce': 'n',
      'dev.ampoule.mac': 'm',
      'dev.ampoule.epoch': '1',
      'dev.ampoule.generation': '2',
      'dev.ampoule.delivery': 'env',
    },
    ExposedPorts: {},
    HostConfig: {
      NetworkMode: 'none',
      RestartPolicy: { Name: 'no' },
      Init: true,
      CapDrop: ['ALL'],
      CapAdd: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETUID', 'SETGID', 'KILL', 'NET_BIND_SERVICE'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: 64,
      Memory: 67_108_864,
      MemorySwap: 67_108_864,
      NanoCpus: 1_000_000_000,
      Ulimits: [
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'memlock', Soft: 8_388_608, Hard: 8_388_608 },
      ],
      Mounts: [{ Type: 'volume', Source: 'ampoule-ws-ses_01', Target: '/workspace', ReadOnly: false }],
      PortBindings: {},
    },
    NetworkingConfig: { EndpointsConfig: {} },
  });
});

t.test('precedence: own < secret, and nobody says who the sandbox is', async (t) => {
  const made = request({ env: { TOKEN: 'own', AMPOULE_SANDBOX: 'forged' } }, [['TOKEN', 'secret']]);
  t.same(made.Env, ['TOKEN=secret', 'AMPOULE_SANDBOX=sbx_01']);
});

t.test('privileges', async (t) => {
  t.match(request({ privileges: 'strict' }).HostConfig, { CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] });
  t.same(request({ privileges: 'strict' }).HostConfig.CapAdd, []);
  const { CapAdd, CapDrop, SecurityOpt } = request({ privileges: 'sudo' }).HostConfig;
  t.same([CapAdd, CapDrop, SecurityOpt], [[], [], []], "Docker's own");
});

t.test('main processes', async (t) => {
  const main = (changes: Partial<SandboxSpec>) => {
    const { Entrypoint, Cmd } = request(changes);
    return [Entrypoint, Cmd];
  };
  t.same(main({ main: 'image', command: ['x'] }), [undefined, undefined]);
  t.same(main({ main: 'own', command: ['x'] }), [undefined, ['x']]);
  t.same(main({ main: 'own', entrypoint: ['e'], command: ['x'] }), [['e'], ['x']]);
});

t.test('the hold loop hears TERM at once, and does not spin where there is no sleep', async (t) => {
  const [shell = '', ...args] = request().Entrypoint ?? [];
  const holding = spawn(shell, args, { stdio: 'ignore', detached: true });
  t.teardown(() => process.kill(-(holding.pid ?? 0), 'SIGKILL'));
  await once(holding, 'spawn');
  await new Promise((resolve) => setTimeout(resolve, 200));
  t.equal(holding.exitCode, null);
  holding.kill('SIGTERM');
  t.same(await once(holding, 'exit'), [0, null]);
  const bare = spawn(shell, args, { stdio: 'ignore', env: { PATH: '/nowhere' } });
  t.same(await once(bare, 'exit'), [127, null]);
});

t.test('limits, user and place', async (t) => {
  const made = request({
    limits: { cpus: 16, memory: 1, pids: 2 },
    user: 'dev',
    workdir: '/w',
    tty: true,
    stdinOpen: true,
  });
  t.equal(made.HostConfig.NanoCpus, 2_000_000_000, 'no more CPUs than there are');
  t.match(made, { User: 'dev', WorkingDir: '/w', Tty: true, OpenStdin: true });
});

t.test('networks and ports', async (t) => {
  const ports = [
    { container: 80, protocol: 'tcp' as const, host: 8080, ip: '127.0.0.1' },
    { container: 53, protocol: 'udp' as const, host: null, ip: '0.0.0.0' },
  ];
  const made = request({ network: 'dev', ports });
  t.same(made.ExposedPorts, { '80/tcp': {}, '53/udp': {} });
  t.same(made.HostConfig.PortBindings, {
    '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }],
    '53/udp': [{ HostIp: '0.0.0.0', HostPort: '' }],
  });
  t.same(made.NetworkingConfig.EndpointsConfig, { dev: { Aliases: ['ampoule-box', 'box'] } });
  t.same(request({ network: 'bridge' }).NetworkingConfig.EndpointsConfig, {});
  for (const network of ['host', 'container:other', 'default'])
    t.throws(() => request({ network }), { code: 'ENGINE_REFUSED', message: /docker network create/ }, network);
});

t.test('mounts', async (t) => {
  const bind = { kind: 'hostPath', hostPath: '/srv/code', path: '/code' } as const;
  t.same(request({ workspace: bind }).HostConfig.Mounts, [
    { Type: 'bind', Source: '/srv/code', Target: '/code', ReadOnly: false },
  ]);
  for (const hostPath of ['/var/run/docker.sock', '/run/containerd/containerd.sock'])
    t.throws(() => request({ workspace: { ...bind, hostPath } }), { code: 'ENGINE_REFUSED' });
  const made = request({}, [], ['/var/lib/data/', '/workspace/']);
  t.equal(made.HostConfig.Mounts.length, 2, 'the workspace is not mounted twice');
  t.match(made.HostConfig.Mounts[1], {
    Source: 'ampoule-vol-sbx_01-var-lib-data',
    Target: '/var/lib/data/',
    VolumeOptions: { Labels: { 'dev.ampoule.sandbox': 'sbx_01' } },
  });
  t.equal(imageVolume('sbx_1', '/'), 'ampoule-vol-sbx_1-root');
  const alike = ['/a/b', '/a-b', '/a_b', '/a/-b', '/root', '/é', '/ü'].map((path) => imageVolume('sbx_1', path));
  t.equal(new Set(alike).size, alike.length, 'two paths never share a volume');
  t.ok(alike.every((name) => /^[A-Za-z0-9][A-Za-z0-9_.-]+$/.test(name)));
});
