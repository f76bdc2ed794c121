import t from 'tap';
import { world } from '../fixture.js';

const GITHUB = `ghp_${'a'.repeat(36)}`;

t.test('what is known of each', async (t) => {
  const w = await world(t);
  const { json } = await w.call('GET', '/v1/providers');
  t.equal(json.items.length, 15);
  const { json: aws } = await w.call('GET', '/v1/providers/aws');
  t.match(aws, {
    ...{ id: 'aws', kind: 'cloud', checkable: false },
    variables: [
      { env: 'AWS_ACCESS_KEY_ID', required: true, sensitive: true },
      {},
      { env: 'AWS_SESSION_TOKEN', required: false },
      { env: 'AWS_REGION', required: false, sensitive: false, default: 'us-east-1', followers: ['AWS_DEFAULT_REGION'] },
    ],
    rotate: { page: /^https:/, steps: [String] },
  });
  t.match((await w.call('GET', '/v1/providers/github')).json, { checkable: true });
  t.match(await w.call('GET', '/v1/providers/nobody'), {
    status: 404,
    json: { code: 'PROVIDER_NOT_FOUND', detail: /There are: anthropic, aws/ },
  });
});

t.test('a bundle is registered, rotated, and the same key makes it once', async (t) => {
  const w = await world(t);
  const body = { account: 'Me@Acme.example', fields: { GITHUB_TOKEN: GITHUB } };
  const again = { headers: { 'idempotency-key': 'one' } };
  const made = await w.call('POST', '/v1/providers/github/register', body, again);
  t.match(made, {
    status: 201,
    json: {
      ...{ provider: 'github', created: ['GITHUB_TOKEN@me-acme-example'], rotated: [], sandboxes: [] },
      items: [{ followers: ['GH_TOKEN'], account: 'me-acme-example', login: 'Me@Acme.example', provider: 'github' }],
    },
  });
  t.match(await w.call('POST', '/v1/providers/github/register', body, again), {
    status: 200,
    json: { created: [], items: [{ id: made.json.items[0].id }] },
  });
  t.match(await w.call('POST', '/v1/providers/github/register', body), {
    status: 409,
    json: { code: 'SECRET_EXISTS', detail: /ampoule add github --rotate/ },
  });
  const box = { name: 'box', session: { name: 'dev' }, secrets: ['GITHUB_TOKEN@me-acme-example'] };
  const { json } = await w.call('POST', '/v1/sandboxes', box);
  const fields = { GITHUB_TOKEN: `ghp_${'b'.repeat(36)}` };
  t.match(await w.call('POST', '/v1/providers/github/register?revoke=true', { ...body, fields, rotate: true }), {
    status: 200,
    json: { rotated: ['GITHUB_TOKEN@me-acme-example'], sandboxes: [{ id: json.id }], items: [{ currentVersion: 2 }] },
  });
  t.notMatch(JSON.stringify(made.json), GITHUB);
});

t.test('what looks wrong is stored by force alone', async (t) => {
  const w = await world(t);
  const body = { fields: { GITHUB_TOKEN: 'CANARY-of-a-token' } };
  const refused = await w.call('POST', '/v1/providers/github/register', body);
  t.match(refused, {
    status: 422,
    json: { code: 'SHAPE_UNEXPECTED', errors: [{ pointer: '/fields/GITHUB_TOKEN' }] },
  });
  t.same((await w.call('GET', '/v1/secrets')).json.items, []);
  const forced = await w.call('POST', '/v1/providers/github/register', { ...body, force: true });
  t.match(forced, { status: 201, json: { notices: [/stored as it is/] } });
  t.notMatch(refused.text + forced.text, /CANARY/);
  t.notMatch(JSON.stringify(w.logged), /CANARY/);
});

t.test('nobody but a person registers', async (t) => {
  const w = await world(t);
  const launcher = w.as(await w.mint('launcher'));
  const answer = await launcher('POST', '/v1/providers/github/register', { fields: { GITHUB_TOKEN: GITHUB } });
  t.equal(answer.status, 403);
});
