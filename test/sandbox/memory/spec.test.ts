/** The request of a container with an init of ours. */

import t from 'tap';
import type { ImageSeen } from '../../../sandbox/engine/engine.js';
import { initConfig, memoryRequest } from '../../../sandbox/memory/spec.js';
import type { SandboxSpec } from '../../../sandbox/types.js';
import { specOf } from '../wishes.js';

const image: ImageSeen = {
  id: 'sha256:1',
  digests: [],
  config: {
    ...{ user: 'app', env: ['PATH=/opt/bin:/bin', 'LANG=C'], entrypoint: ['/entry'], cmd: ['serve'], workdir: '/srv' },
    ...{ labels: {}, volumes: [], exposedPorts: [], healthcheck: null, shell: [], stopSignal: 'SIGQUIT' },
  },
};
const request = (spec: Partial<SandboxSpec>, config: Partial<ImageSeen['config']> = {}) =>
  memoryRequest(
    {
      spec: specOf(spec),
      image: { ...image, config: { ...image.config, ...config } },
      ...{ reference: 'x', values: new Map(), engineCpus: 2 },
      identity: {
        vault: 'v',
        sandbox: 's',
        session: 'e',
        nonce: 'n',
        mac: 'm',
        epoch: 1,
        generation: 1,
        delivery: 'memory',
      },
    },
    { init: '/host/init', link: '/host/link' },
  );

t.test('what every one has', async (t) => {
  const made = request({ env: { MODE: 'own' } });
  t.match(made, { User: '0:0', Entrypoint: ['/.ampoule/init'], Cmd: [], StopSignal: 'SIGTERM' });
  t.same(made.Env, ['MODE=own', 'AMPOULE_SANDBOX=sbx_01', 'PATH=/.ampoule/bin:/opt/bin:/bin']);
  const { HostConfig: host } = made;
  t.match(host, { Init: false, LogConfig: { Type: 'none' } });
  t.same(host.Tmpfs, { '/.ampoule': 'rw,exec,nosuid,nodev,size=8m,mode=0755' });
  t.same(host.Mounts.slice(-2), [
    { Type: 'bind', Source: '/host/init', Target: '/.ampoule/init', ReadOnly: true },
    { Type: 'bind', Source: '/host/link', Target: '/.ampoule/link', ReadOnly: true },
  ]);
  t.equal(host.Mounts.length, 3, 'and the workspace');
});

t.test('the words of main', async (t) => {
  t.same(request({ main: 'image' }).Cmd, ['/entry', 'serve']);
  t.same(request({ main: 'own', command: ['a', 'b'] }).Cmd, ['/entry', 'a', 'b']);
  t.same(request({ main: 'own', entrypoint: ['/mine'] }).Cmd, ['/mine'], 'the image’s command stays behind');
  t.same(request({ main: 'own', entrypoint: [], command: ['a'] }).Cmd, ['a']);
  t.throws(() => request({ main: 'image' }, { entrypoint: [], cmd: [] }), { code: 'START_FAILED' });
});

t.test('users and paths', async (t) => {
  t.equal(request({ privileges: 'strict' }).User, 'app');
  t.equal(request({ privileges: 'strict', user: '1000' }).User, '1000');
  t.match(request({ privileges: 'strict' }).HostConfig.Tmpfs, { '/.ampoule': /mode=0777/ });
  t.ok(request({ env: { PATH: '/own' } }).Env.includes('PATH=/.ampoule/bin:/own'));
  t.equal(request({ env: { PATH: '/own' } }).Env.length, 2);
  t.match(request({}, { env: [] }).Env.at(-1), /^PATH=\/\.ampoule\/bin:\/usr\/local\/sbin:/);
  t.ok(request({ oneShot: true }).Env.includes('PATH=/opt/bin:/bin'), 'nobody is left behind the bridge');
});

t.test('checks of health see the variables', async (t) => {
  const times = { Interval: 1, Timeout: 2, StartPeriod: 3, Retries: 4 };
  const check = (Test: string[], shell: string[] = [], spec: Partial<SandboxSpec> = {}) =>
    request(spec, { healthcheck: { Test, ...times }, shell }).Healthcheck;
  t.same(check(['CMD', 'a', 'b']), { Test: ['CMD', '/.ampoule/run', 'a', 'b'], ...times });
  t.match(check(['CMD-SHELL', 'a $B']), { Test: ['CMD', '/.ampoule/run', '/bin/sh', '-c', 'a $B'] });
  t.match(check(['CMD-SHELL', 'a'], ['/bin/bash', '-ec']), { Test: ['CMD', '/.ampoule/run', '/bin/bash', '-ec', 'a'] });
  t.match(check(['NONE']), { Test: ['NONE'] });
  t.equal(request({}).Healthcheck, undefined);
  t.equal(check(['CMD', 'a'], [], { oneShot: true }), undefined);
});

t.test('what the init is told', async (t) => {
  const config = (spec: Partial<SandboxSpec>, env = image.config.env) =>
    initConfig(specOf(spec), { ...image, config: { ...image.config, env } });
  const plain = { flags: 0, sandbox: 'sbx_01', user: 'app', grace: 500, lease: 30_000, path: '/opt/bin:/bin' };
  t.same(config({}), plain);
  t.match(config({ lease: null, user: '1000', grace: 0 }), { lease: 0, user: '1000', grace: 0 });
  t.equal(config({ main: 'image', tty: true, stdinOpen: true }).flags, 1 + 2 + 16);
  t.equal(config({ env: { HOME: '/h' } }).flags, 4);
  t.equal(config({}, ['HOME=/h']).flags, 4);
  t.equal(config({ main: 'image', oneShot: true, onChange: 'restart' }).flags, 1 + 8 + 32);
});
