import t from 'tap';
import { cli, playApi, problem } from '../played-api.js';
import { APPLIED, list, SECRET, VERSION } from '../samples.js';

const name = 'GITHUB_TOKEN%40work';

t.test('ls, with filters', async (t) => {
  const api = await playApi(t, { 'GET /v1/secrets': { json: list(SECRET) } });
  const filters = [
    '--provider',
    'github',
    '--account',
    'work',
    '--environment',
    'staging',
    '--tag',
    'ci',
    '--search',
    'rel',
  ];
  const { code, out } = await cli(api, ['secret', 'ls', ...filters]);
  t.equal(code, 0);
  t.match(
    out,
    /^NAME .*\nGITHUB_TOKEN@work {2}GITHUB_TOKEN {2}github {4}2 {8}ci,release {2}- {4}- {8}2026-03-01 14:00:00\n$/,
  );
  t.match(api.asked[0]?.query, { provider: 'github', account: 'work', environment: 'staging', tag: 'ci', q: 'rel' });
  const none = await playApi(t, { 'GET /v1/secrets': { json: list() } });
  t.match(await cli(none, ['secret', 'ls']), { code: 0, out: 'None. Run `ampoule secret add NAME`.\n' });
});

t.test('show', async (t) => {
  const api = await playApi(t, { [`GET /v1/secrets/${name}`]: { json: SECRET } });
  t.match(await cli(api, ['secret', 'show', 'GITHUB_TOKEN@work']), {
    code: 0,
    out: /followed by {6}GH_TOKEN\n[\s\S]*description {6}for the release\n/,
  });
  const rotation = { page: 'https://github.example/tokens', steps: ['Make one\u001b[2J', 'Store it'] };
  const dueAt = '2030-01-31T00:00:00.000Z';
  const soon = await playApi(t, {
    [`GET /v1/secrets/${name}`]: { json: { ...SECRET, rotateEvery: '30d', dueAt, dueSoon: true, rotation } },
  });
  const { out } = await cli(soon, ['secret', 'show', 'GITHUB_TOKEN@work']);
  t.match(out, /^due +2030-01-31 00:00:00 \(soon\)$/m);
  t.ok(out.endsWith('\n\nA new value: https://github.example/tokens\n  1. Make one\\x1b[2J\n  2. Store it\n'), out);
});

t.test('reveal: the bytes exactly, a newline at a terminal only, and never without a reason', async (t) => {
  const route = `POST /v1/secrets/${name}/reveal`;
  const argv = ['secret', 'reveal', 'GITHUB_TOKEN@work', '--reason', 'to compare'];
  const text = await playApi(t, { [route]: { json: { name: 'x', version: 1, value: 'a\n"é' } } });
  t.same((await cli(text, argv)).bytes, Buffer.from('a\n"é'));
  t.same(text.asked[0]?.json, { reason: 'to compare' });
  t.same((await cli(text, argv, { terminal: { stdout: true } })).bytes, Buffer.from('a\n"é\n'));
  t.match(await cli(text, [...argv, '--json']), { code: 0, out: '{"name":"x","version":1,"value":"a\\n\\"é"}\n' });
  const bytes = await playApi(t, { [route]: { json: { name: 'x', version: 1, base64: '/wAK' } } });
  t.same((await cli(bytes, argv)).bytes, Buffer.from([0xff, 0x00, 0x0a]));
  const none = await playApi(t, {});
  t.match(await cli(none, argv.slice(0, 3)), { code: 2, err: /--reason TEXT/ });
  t.same(none.asked, []);
});

t.test('versions and destroy', async (t) => {
  const gone = { ...VERSION, version: 2, destroyedAt: '2026-03-02T00:00:00.000Z' };
  const api = await playApi(t, {
    [`GET /v1/secrets/${name}/versions`]: { json: list<object>(VERSION, gone) },
    [`DELETE /v1/secrets/${name}/versions/2`]: { json: APPLIED },
  });
  const { out } = await cli(api, ['secret', 'versions', 'GITHUB_TOKEN@work']);
  t.match(out, /1 {8}40 B .*\n2 {8}destroyed .* 2026-03-02 00:00:00/);
  t.match(await cli(api, ['secret', 'destroy', 'GITHUB_TOKEN@work', '2']), {
    code: 0,
    out: /^Version 2 of GITHUB_TOKEN@work/,
  });
  t.match(await cli(api, ['secret', 'destroy', 'GITHUB_TOKEN@work', 'two']), { code: 2, err: /VERSION is "two"/ });
});

t.test('rm, which an active secret refuses', async (t) => {
  const api = await playApi(t, {
    [`DELETE /v1/secrets/${name}`]: ({ query }) =>
      query.force === 'true' ? { json: APPLIED } : problem(409, 'SECRET_ACTIVE', 'It is active in dev. Use force.'),
  });
  t.match(await cli(api, ['secret', 'rm', 'GITHUB_TOKEN@work']), {
    code: 125,
    err: /It is active in dev\. Use force\. \[SECRET_ACTIVE\]/,
  });
  t.match(await cli(api, ['secret', 'rm', 'GITHUB_TOKEN@work', '--force']), { code: 0, out: /is deleted/ });
});
