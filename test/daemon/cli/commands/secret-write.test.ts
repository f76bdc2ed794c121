import t from 'tap';
import { cli, playApi } from '../played-api.js';
import { APPLIED, PENDING, SECRET } from '../samples.js';

t.test('add: all settings, the value from standard input', async (t) => {
  const api = await playApi(t, { 'POST /v1/secrets': { status: 201, json: SECRET } });
  const options =
    '--description for-ci --tag a --tag b --provider github --account work --environment staging --env GH --follower GH_ONE --follower GH_TWO --as file --path /run/x --not-sensitive --allow-reserved --expires-at 2027-01-01T00:00:00Z --rotate-every 720h';
  const { code, out, err } = await cli(api, ['secret', 'add', 'GITHUB_TOKEN@work', ...options.split(' ')], {
    stdin: 'hunter2\n',
  });
  t.equal(code, 0, err);
  t.match(out, /is registered\. Run `ampoule activate GITHUB_TOKEN@work`/);
  t.match(err, /took one final newline off/);
  t.same(api.asked[0]?.json, {
    name: 'GITHUB_TOKEN@work',
    description: 'for-ci',
    tags: ['a', 'b'],
    provider: 'github',
    expiresAt: '2027-01-01T00:00:00Z',
    rotateEvery: '720h',
    account: 'work',
    environment: 'staging',
    env: 'GH',
    followers: ['GH_ONE', 'GH_TWO'],
    as: 'file',
    path: '/run/x',
    sensitive: false,
    allowReserved: true,
    value: 'hunter2',
  });
  t.notMatch(out + err, /hunter2/);
});

t.test('add: what the daemon notices of the value is said', async (t) => {
  const json = { ...SECRET, notices: ['It has fewer than 8 bytes.'] };
  const api = await playApi(t, { 'POST /v1/secrets': { status: 201, json } });
  const added = await cli(api, ['secret', 'add', 'A'], { stdin: 'x' });
  t.match(added, { code: 0, err: /It has fewer than 8 bytes\.\n$/ });
});

t.test('add: its help says that a secret may be a file', async (t) => {
  const { code, out } = await cli(null, ['secret', 'add', '--help']);
  t.equal(code, 0);
  t.match(out, /--as <kind> +env, or file: a file in memory/);
});

t.test('add: --raw keeps the newline, bytes that are no UTF-8 travel as base64', async (t) => {
  const api = await playApi(t, { 'POST /v1/secrets': { status: 201, json: SECRET } });
  t.match(await cli(api, ['secret', 'add', 'A', '--raw'], { stdin: 'x\n' }), { code: 0, err: '' });
  t.same(api.asked[0]?.json, { name: 'A', value: 'x\n' });
  t.match(await cli(api, ['secret', 'add', 'A'], { stdin: Buffer.from([0xff, 0x00]) }), { code: 0 });
  t.same(api.asked[1]?.json, { name: 'A', base64: '/wA=' });
});

t.test('set: byte for byte, created or rotated, revoked on demand', async (t) => {
  const body = { id: SECRET.id, name: 'A', version: 3, ...APPLIED };
  const api = await playApi(t, {
    'PUT /v1/secrets/A/value': ({ query }) => ({ status: query.revoke === 'true' ? 200 : 201, json: body }),
  });
  const value = Buffer.concat([
    Buffer.from('line 1\n"quoted" é\n'),
    Buffer.from([0xff, 0x00]),
    Buffer.alloc(102_400, 0x61),
  ]);
  const made = await cli(api, ['secret', 'set', 'A'], { stdin: value });
  t.match(made, { code: 0, out: /^A is registered \(version 3\)/ });
  t.match(api.asked[0]?.headers, { 'content-type': 'application/octet-stream' });
  t.ok(api.asked[0]?.body.equals(value), 'as it was');
  const rotated = await cli(api, ['secret', 'set', 'A', '--revoke', '--wait', '30s'], { stdin: 'x' });
  t.match(rotated, { code: 0, out: /^A has a new value \(version 3\)/ });
  t.same(api.asked[1]?.query, { revoke: 'true', wait: '30s' });
});

t.test('set: 202 is exit code 125', async (t) => {
  const api = await playApi(t, {
    'PUT /v1/secrets/A/value': { status: 202, json: { id: 'x', name: 'A', version: 2, ...PENDING } },
  });
  t.match(await cli(api, ['secret', 'set', 'A'], { stdin: 'x' }), { code: 125, err: /web: pending/ });
});

t.test('an empty value is refused before anything is asked', async (t) => {
  const api = await playApi(t, {});
  for (const verb of ['add', 'set'])
    t.match(await cli(api, ['secret', verb, 'A'], { stdin: '\n' }), { code: 2, err: /is empty/ });
  t.same(api.asked, []);
});

t.test('edit', async (t) => {
  const api = await playApi(t, { 'PATCH /v1/secrets/A': { json: SECRET } });
  t.match(await cli(api, ['secret', 'edit', 'A', '--tag', 'x', '--sensitive', 'no']), { code: 0, out: /^name / });
  t.same(api.asked[0]?.json, { tags: ['x'], sensitive: false });
  t.match(await cli(api, ['secret', 'edit', 'A']), { code: 2, err: /Nothing to change.*`ampoule secret set A`/ });
  t.match(await cli(api, ['secret', 'edit', 'A', '--sensitive', 'maybe']), { code: 2, err: /Give yes or no/ });
});
