import t from 'tap';
import { ExecBody } from '../../../../daemon/http/schemas/execs.js';
import { NewSandboxBody } from '../../../../daemon/http/schemas/sandboxes.js';
import { wrongIn } from './fits.js';

const full = {
  ...{ name: 'box', session: { name: 'dev' }, secrets: ['A', { name: 'B', as: 'C' }], image: 'debian', pull: 'never' },
  ...{
    command: ['sleep', '1'],
    entrypoint: ['/bin/sh'],
    restart: 'never',
    only: ['tag:x'],
    as: { A: 'B' },
    env: { X: '' },
  },
  ...{
    user: '1000:1000',
    workdir: '/w',
    labels: { a: 'b' },
    delivery: 'env',
    onChange: 'restart',
    grace: '0',
    idle: 'never',
  },
  ...{
    persist: true,
    tty: true,
    stdinOpen: true,
    privileges: 'strict',
    limits: { cpus: 0.5, memory: 64 * 2 ** 20, pids: 9 },
  },
  ...{ network: 'none', ports: [{ container: 80, host: 8080, ip: '127.0.0.1', protocol: 'udp' }] },
  ...{ workspace: { volume: 'data', path: '/workspace' } },
};

t.test('a launch, with everything and with little', async (t) => {
  t.same(wrongIn(NewSandboxBody, { session: 'dev' }), []);
  t.same(wrongIn(NewSandboxBody, full), []);
  t.same(wrongIn(NewSandboxBody, { ...full, workspace: { hostPath: '/srv/x' } }), []);
});

t.test('each field has its bounds', async (t) => {
  for (const [change, pointer] of [
    [{ session: { nam: 'x' } }, '/session/nam'],
    [{ secrets: [{ as: 'X' }] }, '/secrets/0/name'],
    [{ pull: 'sometimes' }, '/pull'],
    [{ image: 'a b' }, '/image'],
    [{ user: 'a:b:c' }, '/user'],
    [{ command: 'sleep 1' }, '/command'],
    [{ env: { 'A-B': '' } }, '/env'],
    [{ env: { A: 'x\u0000' } }, '/env/A'],
    [{ workdir: 'w' }, '/workdir'],
    [{ workdir: '/a/../b' }, '/workdir'],
    [{ limits: { cpus: 0 } }, '/limits/cpus'],
    [{ limits: { memory: 2 ** 26 + 0.5 } }, '/limits/memory'],
    [{ limits: { swap: 1 } }, '/limits/swap'],
    [{ ports: [{ container: 0 }] }, '/ports/0/container'],
    [{ ports: [{ container: 80, ip: 'localhost' }] }, '/ports/0/ip'],
    [{ privileges: 'root' }, '/privileges'],
    [{ network: 'a b' }, '/network'],
    [{ workspace: { hostPath: 'x' } }, '/workspace/hostPath'],
    [{ workspace: { volume: '../x' } }, '/workspace/volume'],
    [{ devices: [] }, '/devices'],
  ] as const) {
    t.same(wrongIn(NewSandboxBody, { ...full, ...change }), [pointer], JSON.stringify(change));
  }
});

t.test('a command', async (t) => {
  t.same(wrongIn(ExecBody, { command: 'ls' }), []);
  t.same(
    wrongIn(ExecBody, {
      command: ['ls'],
      env: { A: 'b' },
      workdir: '/',
      user: 'me',
      stdin: '',
      timeout: '1s',
      masking: false,
    }),
    [],
  );
  t.same(wrongIn(ExecBody, { command: ['a\u0000'] }), ['/command/0']);
  t.same(wrongIn(ExecBody, { command: 7 }), ['/command']);
  t.same(wrongIn(ExecBody, { command: 'ls', stdin: { base64: '*' } }), ['/stdin/base64']);
});
