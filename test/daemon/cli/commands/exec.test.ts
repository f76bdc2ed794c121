import t from 'tap';
import { cli, type Played, playApi, problem } from '../played-api.js';
import { EXEC, list, SANDBOX } from '../samples.js';

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

t.test('the sandbox: the only one of its session', async (t) => {
  const named = (name: string) => ({ ...SANDBOX, id: `sbx_${name}`, name });
  const sessions: Record<string, Played> = {
    one: { json: list(named('box')) },
    two: { json: list(named('box'), named('web')) },
    none: { json: list() },
  };
  const api = await playApi(t, {
    'GET /v1/sandboxes': ({ query }) =>
      sessions[query.session ?? ''] ?? problem(404, 'SESSION_NOT_FOUND', `No session ${query.session}.`),
    'GET /v1/sandboxes/web': { json: named('web') },
    'GET /v1/sandboxes/nothing': problem(404, 'SANDBOX_NOT_FOUND', 'No sandbox.'),
    'POST /v1/sandboxes/sbx_box/exec': ending({ code: 0 }),
    'POST /v1/sandboxes/web/exec': ending({ code: 7 }),
  });
  t.match(await cli(api, ['exec', '-s', 'one', '--', 'x']), { code: 0 });
  t.same(api.asked[0]?.query, { session: 'one', state: 'live', limit: '200' });
  t.match(await cli(api, ['exec', '-s', 'two', '--', 'x']), { code: 2, err: /has box, web\. Give one with --sandbox/ });
  t.match(await cli(api, ['exec', '-s', 'none', '--', 'x']), { code: 2, err: /`ampoule sandbox run --session none`/ });
  t.match(
    await cli(api, ['exec', '-s', 'web', '--', 'x']),
    { code: 7 },
    'the name of a sandbox where no session has it',
  );
  t.match(await cli(api, ['exec', '-s', 'nothing', '--', 'x']), {
    code: 125,
    err: /No session nothing\. \[SESSION_NOT_FOUND\]/,
  });
  const env = { AMPOULE_SESSION: 'web' };
  t.match(
    await cli(api, ['exec', '--', 'x'], { env }),
    { code: 125, err: /SESSION_NOT_FOUND/ },
    'only for what was typed',
  );
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
