import t from 'tap';
import { cli, playApi } from '../played-api.js';
import { list, SESSION, TOKEN_ANSWER } from '../samples.js';

const made = { status: 201, json: { ...TOKEN_ANSWER, token: 'amp_op_shown' } };

t.test('new: the token alone on standard output', async (t) => {
  const api = await playApi(t, { 'POST /v1/tokens': made });
  const { code, out, err } = await cli(api, ['token', 'new', 'operator', 'laptop', '--ttl', '720h']);
  t.equal(code, 0);
  t.equal(out, 'amp_op_shown\n');
  t.match(err, /tok_01JQ0+ \(operator laptop\) is shown this once/);
  t.notMatch(err, /amp_op_shown/);
  t.same(api.asked[0]?.json, { kind: 'operator', name: 'laptop', ttl: '720h' });
});

t.test('new: the bounds of a launcher', async (t) => {
  const api = await playApi(t, { 'POST /v1/tokens': made });
  const bounds =
    '--allow-secret tag:ci --allow-secret github --allow-environment staging --allow-image ghcr.io/acme/* --allow-privileges strict --allow-host-path /srv --allow-network ci --allow-publish 0.0.0.0 --max-sandboxes 5';
  t.match(await cli(api, ['token', 'new', 'launcher', 'ci', ...bounds.split(' ')]), { code: 0 });
  t.same(api.asked[0]?.json, {
    kind: 'launcher',
    name: 'ci',
    allow: {
      secrets: ['tag:ci', 'github'],
      environments: ['staging'],
      images: ['ghcr.io/acme/*'],
      privileges: ['strict'],
      hostPaths: ['/srv'],
      networks: ['ci'],
      publish: ['0.0.0.0'],
      maxSandboxes: 5,
    },
  });
  t.match(await cli(api, ['token', 'new', 'launcher', 'ci', '--max-sandboxes', 'x']), {
    code: 2,
    err: /--max-sandboxes/,
  });
});

t.test('new: an agent belongs to a session', async (t) => {
  const api = await playApi(t, { 'POST /v1/tokens': made, 'GET /v1/sessions': { json: list(SESSION) } });
  await cli(api, ['token', 'new', 'agent', 'helper', '--session', 'other']);
  t.match(api.asked.at(-1)?.json, { kind: 'agent', session: 'other' });
  await cli(api, ['token', 'new', 'agent', 'helper']);
  t.match(api.asked.at(-1)?.json, { kind: 'agent', session: 'dev' }, 'the only live one');
});

t.test('ls and revoke', async (t) => {
  const api = await playApi(t, {
    'GET /v1/tokens': { json: list(TOKEN_ANSWER) },
    [`DELETE /v1/tokens/${TOKEN_ANSWER.id}`]: { json: TOKEN_ANSWER },
  });
  t.match(await cli(api, ['token', 'ls']), { code: 0, out: /\ntok_01JQ0+ {2}operator {2}laptop {2}- / });
  for (const verb of ['revoke', 'rm']) {
    t.match(await cli(api, ['token', verb, TOKEN_ANSWER.id]), { code: 0, out: /is revoked\.\n$/ });
  }
});
