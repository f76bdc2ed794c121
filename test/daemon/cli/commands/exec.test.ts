import t from 'tap';
import { cli, type Played, playApi, problem } from '../played-api.js';
import { EXEC, SANDBOX, SESSION } from '../samples.js';

const ending = (exit: unknown): Played => ({
  type: 'application/x-ndjson',
  text: `{"stream":"stdout","data":"hi\\n"}\n${JSON.stringify({ exit })}\n`,
});
const route = 'POST /v1/sandboxes/box/exec';
const argv = ['exec', '-b', 'box', '--', 'cmd', 'a b'];

t.test('the exit code is of the command', async (t) => {
  for (const code of [0, 1, 2, 125, 126, 127, 255]) {
    const api = await playApi(t, { [route]: ending({ code }) });
    t.match(await cli(api, argv), { code, out: 'hi\n', err: '' });
    t.same(api.asked[0]?.json, { command: ['cmd', 'a b'] });
  }
});

t.test('or says what ended it', async (t) => {
  const cases: [unknown, number, RegExp][] = [
    [{ code: null, signal: 'SIGKILL' }, 137, /ended by SIGKILL/],
    [{ code: null, signal: 'SIGTERM' }, 143, /ended by SIGTERM/],
    [{ code: null, signal: 'SIGWHAT' }, 125, /ended by SIGWHAT/],
    [{ code: null, reason: 'TIMEOUT' }, 125, /the command was ended: TIMEOUT/],
    [{ code: 137, reason: 'SANDBOX_REPLACED' }, 125, /SANDBOX_REPLACED/],
    [{ code: null }, 125, /an unknown signal/],
  ];
  for (const [exit, code, err] of cases) {
    const api = await playApi(t, { [route]: ending(exit) });
    t.match(await cli(api, argv), { code, err }, JSON.stringify(exit));
  }
});

t.test('a stream without an end is an error', async (t) => {
  const api = await playApi(t, {
    [route]: { type: 'application/x-ndjson', text: '{"stream":"stdout","data":"hi"}\n' },
  });
  t.match(await cli(api, argv), { code: 125, out: 'hi', err: /how it ended is unknown.*\[STREAM_BROKEN\]/ });
  const sealed = await playApi(t, { [route]: problem(503, 'VAULT_SEALED', 'Sealed. Run `ampoule vault unseal`.') });
  t.match(await cli(sealed, argv), { code: 125, err: /Sealed\. Run `ampoule vault unseal`\. \[VAULT_SEALED\]/ });
});

t.test('--json is the whole answer', async (t) => {
  const api = await playApi(t, { [route]: { json: EXEC } });
  t.match(await cli(api, ['exec', '--json', '-b', 'box', '--', 'cmd']), { code: 3, out: `${JSON.stringify(EXEC)}\n` });
  t.match(api.asked[0]?.headers, { accept: 'application/json' });
  const ended = await playApi(t, { [route]: { json: { ...EXEC, exitCode: null, reason: 'TIMEOUT' } } });
  t.match(await cli(ended, ['exec', '--json', '-b', 'box', '--', 'cmd']), { code: 125, err: /TIMEOUT/ });
});

t.test('its options', async (t) => {
  const api = await playApi(t, { [route]: ending({ code: 0 }) });
  const options = ['-e', 'A=1', '-e', 'B=x=y', '-w', '/src', '-u', 'node', '--timeout', '5s'];
  t.match(await cli(api, ['exec', '-b', 'box', ...options, 'cmd', '-x']), { code: 0 });
  t.same(api.asked[0]?.json, {
    command: ['cmd', '-x'],
    env: { A: '1', B: 'x=y' },
    workdir: '/src',
    user: 'node',
    timeout: '5s',
  });
  t.match(await cli(api, ['exec', '-b', 'box', '-e', 'A', 'cmd']), { code: 2, err: /--env wants NAME=VALUE/ });
});

t.test('standard input only with -i, byte for byte', async (t) => {
  const api = await playApi(t, { [route]: ending({ code: 0 }) });
  const run = async (stdin: string | Buffer, ...options: string[]) => {
    t.match(await cli(api, ['exec', '-b', 'box', ...options, '--', 'cat'], { stdin }), { code: 0, err: '' });
    return api.asked.at(-1)?.json;
  };
  t.same(await run('input\n'), { command: ['cat'] });
  t.same(await run('input\n', '-i'), { command: ['cat'], stdin: 'input\n' });
  t.same(await run(Buffer.from([0xff, 0x00]), '-i'), { command: ['cat'], stdin: { base64: '/wA=' } });
  t.same(await run('', '-i'), { command: ['cat'], stdin: '' });
  t.match(await cli(api, ['exec', '-b', 'box', '-i', 'cat'], { stdin: Buffer.alloc(2 ** 20 + 1) }), {
    code: 2,
    err: /1 MiB/,
  });
  t.match(await cli(api, ['exec', '-b', 'box', '-i', 'cat'], { terminal: { stdin: true } }), {
    code: 2,
    err: /terminal/,
  });
});

t.test('without a sandbox it is the session’s to have one', async (t) => {
  const api = await playApi(t, {
    'GET /v1/sessions/dev': { json: SESSION },
    'GET /v1/sessions/web': problem(404, 'SESSION_NOT_FOUND', 'No session web.'),
    'GET /v1/sessions/nothing': problem(404, 'SESSION_NOT_FOUND', 'No session nothing.'),
    'GET /v1/sandboxes/web': { json: SANDBOX },
    'GET /v1/sandboxes/nothing': problem(404, 'SANDBOX_NOT_FOUND', 'No sandbox.'),
    'POST /v1/sessions/dev/exec': {
      type: 'application/x-ndjson',
      text: '{"notices":["Started the sandbox dev for it."]}\n{"exit":{"code":4}}\n',
    },
    'POST /v1/sessions/two/exec': problem(409, 'SANDBOX_AMBIGUOUS', 'Which sandbox? The session two has box, web.'),
    'POST /v1/sessions/nothing/exec': problem(404, 'SESSION_NOT_FOUND', 'No session nothing.'),
    'POST /v1/sandboxes/web/exec': ending({ code: 7 }),
  });
  const said = { code: 4, out: '', err: 'ampoule: Started the sandbox dev for it.\n' };
  t.match(await cli(api, ['exec', '-s', 'dev', '--', 'x']), said);
  t.match(await cli(api, ['exec', '--', 'x'], { env: { AMPOULE_SESSION: 'dev' } }), said);
  t.equal(api.asked.length, 3, 'what nobody typed is not looked up');
  const two = await cli(api, ['exec', '--', 'x'], { env: { AMPOULE_SESSION: 'two' } });
  t.match(two, { code: 2, err: /has box, web/ });
  t.match(await cli(api, ['exec', '-s', 'web', '--', 'x']), { code: 7 }, 'a sandbox’s name where no session has it');
  t.match(await cli(api, ['exec', '-s', 'nothing', '--', 'x']), {
    code: 125,
    err: /No session nothing\. \[SESSION_NOT_FOUND\]/,
  });
});

t.test('a sandbox where a command begins', async (t) => {
  const api = await playApi(t, {
    'POST /v1/sessions/dev/exec': ending({ code: 127 }),
    'GET /v1/sessions/dev': { json: SESSION },
    'GET /v1/sandboxes/box': { json: SANDBOX },
    'GET /v1/sandboxes/gone': { json: { ...SANDBOX, endedAt: SANDBOX.createdAt } },
    'POST /v1/sandboxes/box/exec': ending({ code: 127 }),
  });
  const said = { code: 127, err: 'ampoule: box is a sandbox. Run `ampoule exec -b box -- env`.\n' };
  t.match(await cli(api, ['exec', '-s', 'dev', 'box', 'env']), said);
  t.match(await cli(api, ['exec', '-s', 'dev', 'nothing']), { code: 127, err: '' });
  t.match(await cli(api, ['exec', '-s', 'dev', 'gone']), { code: 127, err: '' });
  t.match(await cli(api, ['exec', '-b', 'box', 'box']), { code: 127, err: '' });
  t.match(await cli(null, ['exec', '-it', 'box', 'sh']), {
    code: 2,
    err: /unknown option.*A terminal is `ampoule shell`/,
  });
});

t.test('--detach prints the id and goes', async (t) => {
  const answer = { execId: 'exe_1', sandbox: 'sbx_1', state: 'running', startedAt: '', notices: ['Started it.'] };
  const api = await playApi(t, {
    [route]: { status: 202, json: answer },
    'POST /v1/sessions/dev/exec': { status: 202, json: answer },
    'GET /v1/sandboxes/sbx_1': { json: SANDBOX },
  });
  const said =
    'ampoule: Started it.\nampoule: it runs in box. Listen: `ampoule attach exe_1`. End it: `ampoule execs end exe_1`.\n';
  t.match(await cli(api, ['exec', '-d', '-b', 'box', '--', 'cmd']), { code: 0, out: 'exe_1\n', err: said });
  t.same(api.asked[0]?.json, { command: ['cmd'], detach: true });
  const inSession = ['exec', '-d', '--', 'cmd'];
  const env = { AMPOULE_SESSION: 'dev' };
  t.match(await cli(api, inSession, { env }), { code: 0, out: 'exe_1\n', err: said }, 'the name is looked up');
  t.match(await cli(api, ['exec', '--json', ...inSession.slice(1)], { env }), {
    ...{ code: 0, out: `${JSON.stringify(answer)}\n`, err: 'ampoule: Started it.\n' },
  });
});

t.test('Ctrl-C', async (t) => {
  let press = (): void => {};
  const api = await playApi(t, {
    [route]: {
      raw: (response) => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        response.write('{"stream":"stdout","data":"hi"}\n');
        setImmediate(() => press());
      },
    },
  });
  const interrupt = (how: () => void): void => {
    press = how;
  };
  t.match(await cli(api, argv, { interrupt }), { code: 130, err: 'ampoule: interrupted.\n' });
});
