import t from 'tap';
import { cli, playApi, problem } from '../played-api.js';
import { APPLIED, list, TOGGLE } from '../samples.js';

const answered = { json: APPLIED };
const routes = {
  'POST /v1/sessions/dev/activate': answered,
  'POST /v1/sessions/dev/deactivate': answered,
  'PUT /v1/sessions/dev/secrets': answered,
  'PUT /v1/sessions/dev/secrets/GITHUB_TOKEN%40personal': answered,
};
const CASES: [string, string, unknown][] = [
  ['activate A', 'POST /v1/sessions/dev/activate', { selectors: ['A'] }],
  [
    'activate aws tag:db --ttl 2h --across-environments --account work',
    'POST /v1/sessions/dev/activate',
    { selectors: ['aws', 'tag:db'], account: 'work', ttl: '2h', acrossEnvironments: true },
  ],
  [
    'activate --provider github --tag ci --environment staging',
    'POST /v1/sessions/dev/activate',
    { provider: 'github', tag: 'ci', environment: 'staging' },
  ],
  ['activate --all', 'POST /v1/sessions/dev/activate', { all: true }],
  [
    'activate GITHUB_TOKEN@personal --as GITHUB_TOKEN_2 --ttl 1h',
    'PUT /v1/sessions/dev/secrets/GITHUB_TOKEN%40personal',
    { as: 'GITHUB_TOKEN_2', ttl: '1h' },
  ],
  ['activate --exactly A B', 'PUT /v1/sessions/dev/secrets', { active: ['A', 'B'] }],
  ['activate --exactly A --ttl 1h', 'PUT /v1/sessions/dev/secrets', { active: [{ name: 'A', ttl: '1h' }] }],
  [
    'activate --exactly A --across-environments',
    'PUT /v1/sessions/dev/secrets',
    { active: ['A'], acrossEnvironments: true },
  ],
  ['deactivate A github@work', 'POST /v1/sessions/dev/deactivate', { selectors: ['A', 'github@work'] }],
  ['deactivate --all', 'POST /v1/sessions/dev/deactivate', { all: true }],
];
for (const [line, route, body] of CASES) {
  t.test(line, async (t) => {
    const api = await playApi(t, routes);
    const { code, err } = await cli(api, [...line.split(' '), '-s', 'dev']);
    t.equal(code, 0, err);
    const [asked] = api.asked;
    t.equal(`${asked?.method} ${asked?.path}`, route);
    t.same(asked?.json, body);
  });
}

t.test('selections that cannot be, said before anything is asked', async (t) => {
  const api = await playApi(t, {});
  const cases: [string, RegExp][] = [
    ['activate', /Nothing was selected\. Run `ampoule activate NAME`/],
    ['deactivate', /Nothing was selected\. Run `ampoule deactivate NAME`/],
    ['activate --ttl 1h', /Nothing was selected/],
    ['activate A B --as X', /--as wants exactly one secret/],
    ['activate --as X', /--as wants exactly one secret/],
    ['activate A --as X --provider github', /go by names/],
    ['activate --exactly', /`ampoule deactivate --all`/],
    ['activate --exactly --ttl 1h', /--exactly names no secret/],
    ['activate --exactly A --as X', /not with --exactly/],
  ];
  for (const [line, message] of cases)
    t.match(await cli(api, [...line.split(' '), '-s', 'dev']), { code: 2, err: message }, line);
  t.same(api.asked, []);
});

t.test('a name that has accounts only is refused with those', async (t) => {
  const none = problem(404, 'SECRET_NOT_FOUND', 'No registered secret is selected by that.');
  const api = await playApi(t, {
    'POST /v1/sessions/dev/activate': none,
    'POST /v1/sessions/dev/deactivate': none,
    'GET /v1/sessions/dev/secrets': { json: list(TOGGLE, { ...TOGGLE, name: 'GITHUB_TOKEN@home' }) },
  });
  for (const verb of ['activate', 'deactivate'])
    t.match(await cli(api, [verb, 'GITHUB_TOKEN', '-s', 'dev']), {
      code: 125,
      err: new RegExp(
        `are: GITHUB_TOKEN@work, GITHUB_TOKEN@home\\. .*\`ampoule ${verb} GITHUB_TOKEN@work --session dev\`.*SECRET_NOT_FOUND`,
      ),
    });
  t.match((await cli(api, ['activate', 'GITHUB', '-s', 'dev'])).err, /selected by that/);
});

t.test('the toggle table', async (t) => {
  const rows = list<object>(
    TOGGLE,
    {
      ...TOGGLE,
      name: 'GITHUB_TOKEN@personal',
      account: 'personal',
      active: false,
      until: undefined,
      conflictsWith: ['GITHUB_TOKEN@work'],
    },
    {
      ...TOGGLE,
      name: 'OLD',
      env: 'OLD',
      followers: ['OLDER'],
      provider: null,
      account: null,
      active: false,
      lapsed: true,
      until: undefined,
    },
    { ...TOGGLE, name: 'SECOND', env: 'SECOND', account: null, as: 'SECOND_2' },
    { ...TOGGLE, name: 'THIRD', env: 'THIRD', account: null, as: 'THIRD_2', active: false, lapsed: true },
  );
  const api = await playApi(t, { 'GET /v1/sessions/dev/secrets': { json: { generation: 4, ...rows } } });
  for (const line of ['secrets', 'secret', 'secret table']) {
    const { code, out, err } = await cli(api, [...line.split(' '), '-s', 'dev']);
    t.equal(code, 0);
    t.equal(
      out,
      [
        'STATE   NAME                   VARIABLE      PROVIDER  ACCOUNT   ENVIRONMENT  VERSION  UNTIL                CONFLICTS WITH',
        'active  GITHUB_TOKEN@work      GITHUB_TOKEN  github    work      -            2        2026-03-01 16:00:00  -',
        '-       GITHUB_TOKEN@personal  GITHUB_TOKEN  github    personal  -            2        -                    GITHUB_TOKEN@work',
        'lapsed  OLD                    OLD OLDER     -         -         -            2        -                    -',
        'active  SECOND                 SECOND_2      github    -         -            2        2026-03-01 16:00:00  -',
        'lapsed  THIRD                  THIRD_2       github    -         -            2        2026-03-01 16:00:00  -',
        '',
      ].join('\n'),
      line,
    );
    t.match(
      err,
      /lapsed: .*`ampoule activate OLD --session dev`\.\n.*`ampoule activate THIRD --as THIRD_2 --session dev`/,
    );
  }
  const coloured = await cli(api, ['secrets', '-s', 'dev'], { terminal: { stdout: true } });
  t.match(coloured.out, '\u001b[32mactive  GITHUB_TOKEN@work');
  t.match(await cli(api, ['secrets', '-s', 'dev', '--json']), {
    code: 0,
    out: JSON.stringify({ generation: 4, ...rows }),
  });
});

t.test('an empty table says how to register', async (t) => {
  const api = await playApi(t, { 'GET /v1/sessions/dev/secrets': { json: { generation: 0, ...list() } } });
  t.match(await cli(api, ['secrets', '-s', 'dev']), { code: 0, out: /`ampoule secret add NAME`/ });
});
