import t from 'tap';
import { cli, playApi, problem } from './played-api.js';
import { list, SECRET, VAULT } from './samples.js';

t.test('version and help are for standard output', async (t) => {
  t.match(await cli(null, ['--version']), { code: 0, out: '1.2.3\n', err: '' });
  const help = await cli(null, ['--help']);
  t.match(help, { code: 0, err: '' });
  for (const word of ['secret add', 'AMPOULE_ADDR', 'AMPOULE_TOKEN_FILE', 'AMPOULE_SESSION']) t.match(help.out, word);
});

t.test('usage: exit code 2, what was meant, where to read on', async (t) => {
  const cases: [string[], RegExp][] = [
    [
      ['secre'],
      /^ampoule: unknown command 'secre' \(Did you mean `ampoule secret`\?\)\. Run `ampoule --help`\. \[USAGE\]\n$/,
    ],
    [
      ['secret', 'lss'],
      /unknown command 'secret lss' \(Did you mean `ampoule secret ls`\?\)\. Run `ampoule secret --help`/,
    ],
    [['secret', 'qqqqqqqq'], /unknown command 'secret qqqqqqqq'\. Run/],
    [
      ['session', 'nwe'],
      /unknown command 'nwe' \(Did you mean `ampoule session new`\?\)\. Run `ampoule session --help`/,
    ],
    [
      ['secret', 'ls', '--jsn'],
      /^ampoule: unknown option '--jsn' \(Did you mean --json\?\)\. Run `ampoule secret ls --help`\. \[USAGE\]\n$/,
    ],
    [['logs', 'box'], /unknown command 'logs' \(Did you mean `ampoule sandbox logs`\?\)\. Run `ampoule --help`/],
    [
      ['sandbox', 'run', 'busybox', 'sh', '-c', 'echo x'],
      /unknown option '-c'\. A command goes after `--`: `ampoule sandbox run busybox -- sh …`\. Run `ampoule sandbox run --help`/,
    ],
    [['secret', 'show'], /missing required argument 'name'/],
    [['secret', 'show', 'A', 'B'], /too many arguments/],
    [['exec'], /missing required argument 'command'/],
    [['vault'], /Usage: ampoule vault/],
    [[], /Usage: ampoule/],
  ];
  for (const [argv, message] of cases) {
    const { code, err, out } = await cli(null, argv);
    t.equal(code, 2, argv.join(' '));
    t.match(err, message, argv.join(' '));
    t.equal(out, '', argv.join(' '));
  }
});

t.test('a value typed as an option is not repeated', async (t) => {
  for (const argv of [
    ['secret', 'add', 'A', '--value=hunter2'],
    ['secret', 'set', 'A', '--value', 'hunter2'],
    ['secret', 'add', 'A', '--valu=hunter2'],
    ['secret', 'add', 'A', "--valu=one\n'hunter2"],
    ['secret', 'add', 'A', 'hunter2'],
    ['secret', 'set', 'A=hunter2'],
  ]) {
    const { code, err, out } = await cli(null, argv);
    t.equal(code, 2, argv.slice(0, 2).join(' '));
    t.notMatch(err + out, /hunter2/);
  }
});

t.test('a refusal: its words, its code, each field, and the body for --json', async (t) => {
  const errors = [{ pointer: '/ttl', detail: 'This is no duration. Give one such as 90s.' }];
  const refusal = problem(422, 'INVALID_INPUT', 'The input does not fit. See errors.', { errors, requestId: 'r7' });
  const api = await playApi(t, { 'GET /v1/secrets/A': refusal });
  const people = await cli(api, ['secret', 'show', 'A']);
  t.equal(people.code, 2);
  t.equal(people.out, '');
  t.equal(
    people.err,
    'ampoule: The input does not fit. See errors. [INVALID_INPUT]\nampoule:   /ttl: This is no duration. Give one such as 90s.\n',
  );
  const programs = await cli(api, ['secret', 'show', 'A', '--json']);
  t.equal(programs.code, 2);
  t.equal(programs.out, `${JSON.stringify(refusal.json)}\n`);
  t.match(programs.err, /INVALID_INPUT/);
});

t.test('a field is not said again where the sentence says it', async (t) => {
  const errors = [{ pointer: '/name', detail: 'A secret called A is registered' }];
  const refusal = problem(409, 'SECRET_EXISTS', 'A secret called A is registered. Rotate it.', { errors });
  const api = await playApi(t, { 'GET /v1/secrets/A': refusal });
  t.equal(
    (await cli(api, ['secret', 'show', 'A'])).err,
    'ampoule: A secret called A is registered. Rotate it. [SECRET_EXISTS]\n',
  );
});

t.test('which token was refused, and where a session that is none was named', async (t) => {
  const api = await playApi(t, {
    'GET /v1/vault': problem(401, 'TOKEN_UNKNOWN', 'This token is not known here.', { requestId: 'r7' }),
    'GET /v1/sessions/dev/secrets': problem(404, 'SESSION_NOT_FOUND', 'No live session is called "dev".'),
    'GET /v1/sessions/other': problem(404, 'SESSION_NOT_FOUND', 'No live session is called "other".'),
  });
  t.equal(
    (await cli(api, ['status'])).err,
    'ampoule: This token is not known here. [TOKEN_UNKNOWN]\nampoule:   this one is from AMPOULE_TOKEN\n',
  );
  t.match((await cli(api, ['secrets'], { env: { AMPOULE_SESSION: 'dev' } })).err, /dev is from AMPOULE_SESSION; give/);
  t.notMatch((await cli(api, ['secrets', '-s', 'dev'], { env: { AMPOULE_SESSION: 'dev' } })).err, /is from/);
  const other = await cli(api, ['session', 'show', 'other'], { env: { AMPOULE_SESSION: 'dev' } });
  t.match(other.err, /SESSION_NOT_FOUND/);
  t.notMatch(other.err, /is from/, 'it decided nothing');
});

t.test('a refusal that says what to do names no request', async (t) => {
  const api = await playApi(t, {
    'GET /v1/secrets/A': problem(503, 'VAULT_SEALED', 'Sealed. Unseal it.', { requestId: 'r7' }),
  });
  t.equal((await cli(api, ['secret', 'show', 'A'])).err, 'ampoule: Sealed. Unseal it. [VAULT_SEALED]\n');
});

t.test('our own trouble names the request', async (t) => {
  const api = await playApi(t, {
    'GET /v1/secrets/A': problem(500, 'INTERNAL', 'Ours. Try again.', { requestId: 'r7' }),
  });
  t.match(await cli(api, ['secret', 'show', 'A']), {
    code: 125,
    err: /Ours\. Try again\. \[INTERNAL\]\nampoule: {3}requestId r7/,
  });
});

t.test('no daemon, and no token', async (t) => {
  t.match(await cli(null, ['status'], { env: { AMPOULE_ADDR: 'unix:///nonexistent/a.sock' } }), {
    code: 125,
    err: /No daemon listens at unix:\/\/\/nonexistent\/a\.sock\. .* \[DAEMON_UNREACHABLE\]/,
  });
  const api = await playApi(t, { 'GET /v1/vault': problem(401, 'TOKEN_MISSING', 'A token is needed.') });
  const { code, err } = await cli(api, ['status'], { env: { AMPOULE_TOKEN: '' } });
  t.equal(code, 125);
  t.match(
    err,
    /A token is needed\. \[TOKEN_MISSING\]\nampoule: {3}looked for one in AMPOULE_TOKEN, AMPOULE_TOKEN_FILE and /,
  );
});

t.test('aliases', async (t) => {
  const api = await playApi(t, {
    'GET /v1/secrets': { json: list(SECRET) },
    'GET /v1/sandboxes': { json: list() },
    'GET /v1/sessions': { json: list() },
    'GET /v1/tokens': { json: list() },
    'GET /v1/audit': { json: list() },
    'GET /v1/vault': { json: VAULT },
  });
  const same = [
    'secret ls',
    'secret list',
    'secrets ls',
    'secrets list',
    'sandbox ls',
    'sandbox list',
    'sandbox ps',
    'ps',
  ];
  for (const line of [...same, 'session ls', 'sessions list', 'token ls', 'token list', 'audit ls', 'audit list']) {
    t.match(await cli(api, line.split(' ')), { code: 0, err: '' }, line);
  }
});

t.test('an option after -- belongs to the command', async (t) => {
  const api = await playApi(t, {
    'POST /v1/sandboxes/box/exec': { text: '{"exit":{"code":3}}\n', type: 'application/x-ndjson' },
  });
  t.match(await cli(api, ['exec', '-b', 'box', '--', 'ls', '--json', '-b', 'x']), { code: 3, out: '' });
  t.match(api.asked[0]?.json, { command: ['ls', '--json', '-b', 'x'] });
  t.match(await cli(api, ['exec', '-b', 'box', 'ls', '--json']), { code: 3 }, 'and after the name of the command');
  t.match(api.asked[1]?.json, { command: ['ls', '--json'] });
});
