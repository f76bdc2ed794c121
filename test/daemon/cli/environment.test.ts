import { join } from 'node:path';
import t from 'tap';
import {
  apiAddress,
  apiToken,
  namedSession,
  readSettings,
  surroundings,
  wantsColour,
} from '../../../daemon/cli/environment.js';
import { inForeground } from '../../../daemon/cli/foreground.js';

const around = (env: Record<string, string>, more: { cwd?: string; root?: boolean } = {}) => ({
  env,
  cwd: more.cwd ?? '/',
  root: more.root ?? false,
});

t.test('the address: AMPOULE_ADDR, or the socket of the own daemon', async (t) => {
  t.same(apiAddress(around({ AMPOULE_ADDR: 'http://box:1' })), { kind: 'tcp', secure: false, host: 'box', port: 1 });
  t.same(apiAddress(around({}, { root: true })), { kind: 'unix', path: '/run/ampoule/ampoule.sock' });
  t.same(apiAddress(around({ HOME: '/home/a', XDG_RUNTIME_DIR: '/run/user/7' })), {
    kind: 'unix',
    path: '/run/user/7/ampoule/ampoule.sock',
  });
  t.same(
    apiAddress(around({ AMPOULE_ADDR: '', HOME: '/home/a' })),
    { kind: 'unix', path: '/home/a/.local/state/ampoule/run/ampoule.sock' },
    'an empty variable is none',
  );
  t.throws(() => apiAddress(around({})), { exit: 2, message: /Set AMPOULE_ADDR/ });
});

t.test('the token: variable, file, the first operator token, or none', async (t) => {
  const home = t.testdir({
    mine: '  amp_op_file \n',
    empty: '\n',
    two: 'amp_op_a amp_op_b',
    '.config': { ampoule: { 'operator.token': 'amp_op_first\n' } },
  });
  const file = (name: string) => ({ HOME: home, AMPOULE_TOKEN_FILE: join(home, name) });
  t.same(apiToken(around({ ...file('mine'), AMPOULE_TOKEN: 'amp_op_variable' })), {
    token: 'amp_op_variable',
    from: 'AMPOULE_TOKEN',
  });
  t.same(apiToken(around(file('mine'))), { token: 'amp_op_file', from: join(home, 'mine') });
  t.match(apiToken(around({ HOME: home })), { token: 'amp_op_first', from: /operator\.token$/ });
  t.match(apiToken(around({ HOME: join(home, 'nobody') })), { token: null, from: /operator\.token$/ });
  t.match(apiToken(around({})), { token: null });
  t.throws(() => apiToken(around(file('absent'))), { exit: 2, message: /absent of AMPOULE_TOKEN_FILE cannot be read/ });
  t.throws(() => apiToken(around(file('empty'))), { exit: 2, message: /holds no token/ });
  t.throws(() => apiToken(around(file('two'))), { exit: 2, message: /holds no token/ });
  t.throws(() => apiToken(around({ AMPOULE_TOKEN: 'a\r\nb' })), { exit: 2, message: /AMPOULE_TOKEN holds no token/ });
});

t.test('the session: variable, then the nearest .ampoule.json', async (t) => {
  const dir = t.testdir({
    '.ampoule.json': '{"session": "outer"}',
    project: { '.ampoule.json': '{"session": "inner", "other": 1}', src: {} },
    silent: { '.ampoule.json': '{}' },
    broken: { '.ampoule.json': '{' },
    listed: { '.ampoule.json': '[]' },
    numbered: { '.ampoule.json': '{"session": 7}' },
  });
  const from = (path: string, env: Record<string, string> = {}) => namedSession(around(env, { cwd: join(dir, path) }));
  t.same(from('project/src'), { session: 'inner', from: join(dir, 'project/.ampoule.json') });
  t.match(from('.'), { session: 'outer' });
  t.match(from('silent'), { session: 'outer' }, 'a file that names none does not hide the next');
  t.match(from('project/src', { AMPOULE_SESSION: 'mine' }), { session: 'mine', from: 'AMPOULE_SESSION' });
  t.throws(() => from('broken'), { exit: 2, message: /broken\/\.ampoule\.json is not a JSON object/ });
  t.throws(() => from('listed'), { exit: 2, message: /is not a JSON object/ });
  t.throws(() => from('numbered'), { exit: 2, message: /"session" in .* is no name/ });
  t.equal(namedSession(around({}, { cwd: '/' })), null);
  t.equal(readSettings(join(dir, 'absent')), null);
});

t.test('colours: at a terminal, unless NO_COLOR or a dumb one', async (t) => {
  const terminal = { isTTY: true };
  t.equal(wantsColour({ env: {} }, terminal), true);
  t.equal(wantsColour({ env: {} }, {}), false);
  t.equal(wantsColour({ env: { NO_COLOR: '1' } }, terminal), false);
  t.equal(wantsColour({ env: { NO_COLOR: '' } }, terminal), true);
  t.equal(wantsColour({ env: { TERM: 'dumb' } }, terminal), false);
});

t.test('the real surroundings hear Ctrl-C until told not to', async (t) => {
  const real = surroundings();
  t.equal(real.cwd, process.cwd());
  const before = process.listenerCount('SIGINT');
  const stop = real.onInterrupt(() => {});
  t.equal(process.listenerCount('SIGINT'), before + 1);
  stop();
  t.equal(process.listenerCount('SIGINT'), before);
  const listening = process.listenerCount('SIGUSR2');
  const heard: string[] = [];
  const forget = real.onSignal?.((signal) => heard.push(signal));
  process.kill(process.pid, 'SIGUSR2');
  while (heard.length === 0) await new Promise((resolve) => setImmediate(resolve));
  t.same(heard, ['SIGUSR2']);
  forget?.();
  t.equal(process.listenerCount('SIGUSR2'), listening);
  t.equal(real.inForeground?.(), inForeground());
});
