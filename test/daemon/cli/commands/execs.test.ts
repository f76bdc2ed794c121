import t from 'tap';
import { cli, playApi, problem } from '../played-api.js';
import { list, SANDBOX } from '../samples.js';

const one = {
  ...{ execId: 'exe_1', sandbox: 'sbx_1', state: 'running', startedAt: '2030-01-01T00:00:00.000Z' },
  ...{ detached: true, tty: false, command: `make  all\n${'x'.repeat(80)}` },
};

const over = { ...one, state: 'ended', endedAt: '2030-01-01T00:00:09.000Z' };
const ENDED = [
  { ...over, exitCode: 3 },
  { ...over, exitCode: null, signal: 'SIGKILL', reason: 'REVOKED' },
];

t.test('what runs, and ending one', async (t) => {
  const api = await playApi(t, {
    'GET /v1/sandboxes/box/execs': ({ query }) => ({ json: query.state === 'ended' ? list(...ENDED) : list(one) }),
    'GET /v1/sandboxes/empty/execs': { json: list() },
    'GET /v1/sandboxes': { json: list(SANDBOX) },
    [`GET /v1/sandboxes/${SANDBOX.id}/execs/exe_1`]: { json: one },
    [`DELETE /v1/sandboxes/${SANDBOX.id}/execs/exe_1`]: { json: { ...one, state: 'ended' } },
    'DELETE /v1/sandboxes/box/execs/exe_1': { json: { ...one, state: 'ended' } },
    'DELETE /v1/sandboxes/box/execs/exe_2': problem(404, 'EXEC_NOT_FOUND', 'No such command.'),
  });
  t.match(await cli(api, ['execs', '-b', 'box']), {
    code: 0,
    out: /EXEC +DETACHED.*\nexe_1 +yes +no +2030.* make all x{50}…\n/,
  });
  t.match(await cli(api, ['execs', 'ls', '-b', 'empty']), { code: 0, out: 'None.\n' });
  t.match(await cli(api, ['execs', 'ls', '-b', 'box', '--ended']), {
    code: 0,
    out: /EXEC +EXIT.*\nexe_1 +3 +2030.* 2030.*\nexe_1 +SIGKILL REVOKED +2030/,
  });
  t.match(await cli(api, ['execs', 'end', 'exe_1', '-b', 'box']), { code: 0, out: 'exe_1 has ended.\n' });
  t.match(await cli(api, ['execs', 'end', 'exe_1']), { code: 0, out: 'exe_1 has ended.\n' }, 'wherever it runs');
  t.match(await cli(api, ['execs', 'end', 'exe_2', '-b', 'box']), { code: 125, err: /EXEC_NOT_FOUND/ });
});

t.test('without a sandbox those of all sandboxes of the session, oldest first', async (t) => {
  const started = (minute: number) => `2030-01-01T00:0${minute}:00.000Z`;
  const exec = (id: string, sandbox: string, minute: number) => ({
    ...{ ...one, execId: id, sandbox, startedAt: started(minute) },
  });
  const sandbox = (name: string) => ({ ...SANDBOX, id: `sbx_${name}`, name });
  const api = await playApi(t, {
    'GET /v1/sessions/dev': { json: {} },
    'GET /v1/sessions/web': problem(404, 'SESSION_NOT_FOUND', 'No session.'),
    'GET /v1/sandboxes/web': { json: sandbox('web') },
    'GET /v1/sandboxes': { json: list(sandbox('box'), sandbox('gone'), sandbox('web')) },
    'GET /v1/sandboxes/sbx_gone/execs': problem(404, 'SANDBOX_NOT_FOUND', 'No sandbox.'),
    'GET /v1/sandboxes/sbx_box/execs': ({ query }) => ({
      json: query.state === 'ended' ? list() : list(exec('exe_1', 'sbx_box', 1), exec('exe_3', 'sbx_box', 3)),
    }),
    'GET /v1/sandboxes/sbx_web/execs': ({ query }) => ({
      json: list(query.state === 'ended' ? { ...ENDED[0], sandbox: 'sbx_web' } : exec('exe_2', 'sbx_web', 2)),
    }),
  });
  t.match(await cli(api, ['execs', '-s', 'dev']), {
    code: 0,
    out: /^SANDBOX +EXEC +DETACHED.*\nbox +exe_1 +yes.*\nweb +exe_2 .*\nbox +exe_3 .*\n$/,
  });
  t.match(await cli(api, ['execs', 'ls', '-s', 'dev', '--ended']), {
    code: 0,
    out: /^SANDBOX +EXEC +EXIT.*\nweb +exe_1 +3/,
  });
  const { out } = await cli(api, ['execs', 'ls', '-s', 'dev', '--json']);
  const sandboxes = ['sbx_box', 'sbx_web', 'sbx_box'].map((id) => ({ sandbox: id }));
  t.match(JSON.parse(out), { items: sandboxes, next: null });
  t.match((await cli(api, ['execs', '-s', 'web'])).out, /^SANDBOX.*\nweb +exe_2 .*\n$/);
});

t.test('listening: its output and its exit code; Ctrl-C leaves', async (t) => {
  let press = (): void => {};
  const api = await playApi(
    t,
    {},
    {
      '/v1/sandboxes/box/execs/exe_1/attach': (socket) => {
        socket.send(Buffer.from('tick\n'));
        socket.send('{"exit":{"code":6}}');
        socket.close(1000);
      },
      '/v1/sandboxes/box/execs/exe_2/attach': (socket) => {
        socket.send(Buffer.from('tick\n'), () => setImmediate(() => press()));
      },
      '/v1/sandboxes/box/execs/exe_3/attach': (socket) => {
        socket.on('message', (data, binary) => {
          if (binary) return;
          socket.send(`{"exit":{"code":${String(data).includes('eof') ? 7 : 8}}}`);
          socket.close(1000);
        });
      },
    },
  );
  t.match(await cli(api, ['attach', 'exe_1', '-b', 'box']), { code: 6, out: 'tick\n' });
  const interrupt = (how: () => void): void => {
    press = how;
  };
  t.match(await cli(api, ['attach', 'exe_2', '-b', 'box'], { interrupt }), { code: 130, out: 'tick\n' });
  t.match(await cli(api, ['attach', '-i', 'exe_3', '-b', 'box'], { stdin: 'x' }), { code: 7 });
  t.match(await cli(api, ['attach', 'exe_1', '-b', 'box', '--json']), { code: 2 });
});
