import t from 'tap';
import { UnexpectedStatus } from '../../../daemon/oauth/guarded-fetch.js';
import { loginIn, revokeAsGithub } from '../../../daemon/oauth/provider-account.js';

const access = Buffer.from('token');
const answering =
  (body: unknown, status = 200) =>
  async () =>
    new Response(status === 204 ? null : JSON.stringify(body), { status });

t.test('the first name that a person could read', async (t) => {
  const login = (body: unknown) => loginIn(answering(body), 'https://a.example', access, ['mail', 'id']);
  t.equal(await login({ mail: 'Jane@acme.com', id: '1' }), 'Jane@acme.com');
  t.equal(await login({ mail: null, id: 'x' }), 'x');
  t.equal(await login({ id: 'Ärger 一' }), 'Ärger 一');
  for (const wrong of [
    {},
    [],
    null,
    { id: 1 },
    { id: '' },
    { id: ' a' },
    { id: 'a\u001b[2J' },
    { id: 'a\u202eb' },
    { id: 'x'.repeat(400) },
  ])
    t.equal(await login(wrong), null, JSON.stringify(wrong).slice(0, 30));
  t.equal(await loginIn(async () => new Response('{'), 'https://a.example', access, ['id']), null);
  await t.rejects(loginIn(answering({}, 403), 'https://a.example', access, ['id']), UnexpectedStatus);
});

t.test("GitHub's own way to end a token", async (t) => {
  const end = (status: number, secret: Uint8Array | null = Buffer.from('word'), token: Uint8Array | null = access) =>
    revokeAsGithub(answering({}, status), 'https://a.example/{client_id}', { clientId: 'a/b', secret }, token);
  for (const status of [204, 404, 422]) t.equal(await end(status), true, String(status));
  t.equal(await end(204, null), false, 'without the secret it cannot be told');
  t.equal(await end(500, null, null), true, 'there is nothing to end');
  await t.rejects(end(401), { code: 'OAUTH_REFUSED', final: true });
  await t.rejects(end(500), { name: 'UnexpectedStatus', message: 'HTTP 500' });
  const seen: string[] = [];
  const fetch = async (url: string, request?: { headers?: Record<string, string> }) => {
    seen.push(url, request?.headers?.authorization ?? '');
    return new Response(null, { status: 204 });
  };
  await revokeAsGithub(
    fetch,
    'https://a.example/{client_id}',
    { clientId: 'a/b', secret: Buffer.from('word') },
    access,
  );
  t.same(seen, ['https://a.example/a%2Fb', `Basic ${Buffer.from('a/b:word').toString('base64')}`]);
});
