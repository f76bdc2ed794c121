import t from 'tap';
import { cli, playApi, problem } from '../played-api.js';
import { APPLIED, PROVIDER, SECRET } from '../samples.js';
import { typed } from '../typed.js';

const DONE = { provider: 'mailgun', items: [SECRET], created: ['MAILGUN_API_KEY@work'], rotated: [], ...APPLIED };
const played = {
  'GET /v1/providers/mailgun': { json: PROVIDER },
  'POST /v1/providers/mailgun/register': { status: 201, json: DONE },
};

t.test('providers: all, and one with what to do there', async (t) => {
  const api = await playApi(t, { ...played, 'GET /v1/providers': { json: { items: [PROVIDER], next: null } } });
  t.match(await cli(api, ['providers']), {
    code: 0,
    out: /^PROVIDER +NAME +KIND +VARIABLES\nmailgun +Mailgun +email +MAILGUN_API_KEY MAILGUN_DOMAIN/,
  });
  const { out } = await cli(api, ['providers', 'mailgun']);
  t.match(out, /^MAILGUN_API_KEY +yes +secret +MG_KEY +a key$/m);
  t.match(out, /^MAILGUN_DOMAIN +mg\.example +plain +- +a domain$/m);
  t.match(out, /^MAILGUN_FILE +no +file/m);
  t.match(out, /^To rotate \(https:.*\)\n {2}1\. Add a key\n {2}2\. Store it here$/m);
  t.match(out, /Register: `ampoule add mailgun`/);
  t.match(await cli(api, ['providers', '--json']), { out: `${JSON.stringify({ items: [PROVIDER], next: null })}\n` });
});

t.test('add: lines from standard input, with every setting', async (t) => {
  const api = await playApi(t, played);
  const options =
    '--account work --environment staging --description mail --tag a --expires-at 2030-01-01T00:00:00Z --rotate-every 720h --rotate --force --revoke';
  const stdin = '# of the test\n\nMAILGUN_API_KEY=hunter2=x\r\nMAILGUN_DOMAIN=mg.acme.example\n';
  const { code, out, err } = await cli(api, ['add', 'mailgun', ...options.split(' ')], { stdin });
  t.equal(code, 0, err);
  t.match(out, /^Registered MAILGUN_API_KEY@work\. Run `ampoule activate GITHUB_TOKEN@work`/);
  const [, sent] = api.asked;
  t.same(sent?.query, { revoke: 'true' });
  t.same(sent?.json, {
    ...{ account: 'work', environment: 'staging', description: 'mail', tags: ['a'] },
    ...{ expiresAt: '2030-01-01T00:00:00Z', rotateEvery: '720h', force: true, rotate: true },
    fields: { MAILGUN_API_KEY: 'hunter2=x', MAILGUN_DOMAIN: 'mg.acme.example' },
  });
  t.notMatch(out + err, /hunter2/);
});

t.test('add: rotated ones are said, refusals are the API’s', async (t) => {
  const rotated = { ...DONE, created: [], rotated: ['MAILGUN_API_KEY'] };
  const api = await playApi(t, { ...played, 'POST /v1/providers/mailgun/register': { json: rotated } });
  t.match(await cli(api, ['add', 'mailgun'], { stdin: 'MAILGUN_API_KEY=x\n' }), {
    out: /^New values of MAILGUN_API_KEY \(generation 4\)\.\n/,
  });
  const refusing = await playApi(t, {
    ...played,
    'POST /v1/providers/mailgun/register': problem(422, 'SHAPE_UNEXPECTED', 'MAILGUN_API_KEY is not a key.'),
  });
  t.match(await cli(refusing, ['add', 'mailgun'], { stdin: 'MAILGUN_API_KEY=x\n' }), {
    code: 2,
    err: /MAILGUN_API_KEY is not a key\. \[SHAPE_UNEXPECTED\]/,
  });
});

t.test('add: at a terminal each value is asked for, secret ones hidden', async (t) => {
  const api = await playApi(t, played);
  const { code, shown } = await typed(
    api.socket,
    ['add', 'mailgun'],
    { at: 'a key: ', keys: 'hunter2\r' },
    { at: 'takes mg.example: ', keys: '\r' },
    { at: 'leaves it out: ', keys: '\r' },
  );
  t.equal(code, 0, shown);
  t.match(shown, /MAILGUN_API_KEY \(hidden\): a key: /);
  t.match(shown, /MAILGUN_DOMAIN: a domain; Enter takes mg\.example: /);
  t.match(shown, /MAILGUN_FILE, path of a file: a file; Enter leaves it out: /);
  t.notMatch(shown, /hunter2/);
  t.same(api.asked[1]?.json, { fields: { MAILGUN_API_KEY: 'hunter2' } });
});
