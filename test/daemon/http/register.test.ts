import t from 'tap';
import { gather } from '../../../daemon/http/register.js';
import type { RegisterBody } from '../../../daemon/http/schemas/providers.js';
import { readCatalogue } from '../../../daemon/providers/catalogue.js';

const catalogue = readCatalogue(null);
const ID = 'AKIAIOSFODNN7EXAMPLE';
const KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

function gathered(id: string, fields: RegisterBody['fields'], more: Partial<RegisterBody> = {}) {
  const provider = catalogue.get(id);
  if (provider === undefined) throw new Error(id);
  const { bundle, ...rest } = gather(provider, { fields, ...more });
  const text = (at: number): string => {
    const value = bundle.items[at]?.value;
    return value !== undefined && 'plain' in value ? Buffer.from(value.plain).toString() : '';
  };
  /** As the vault does. */
  const look = () => {
    for (const { value, look } of bundle.items) if ('plain' in value) look?.(value.plain);
  };
  return { bundle, secrets: bundle.items.map(({ secret }) => secret), text, look, ...rest };
}

t.test('names, accounts, defaults, followers', async (t) => {
  const aws = gathered(
    'aws',
    { AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: KEY },
    { account: 'Acme Prod', environment: 'production', tags: ['ci'] },
  );
  t.match(aws.secrets, [
    { name: 'AWS_ACCESS_KEY_ID@acme-prod.production', env: 'AWS_ACCESS_KEY_ID', sensitive: true, account: 'Acme Prod' },
    { name: 'AWS_SECRET_ACCESS_KEY@acme-prod.production', environment: 'production', tags: ['ci'], provider: 'aws' },
    { name: 'AWS_REGION@acme-prod.production', sensitive: false, followers: ['AWS_DEFAULT_REGION'] },
  ]);
  t.equal(aws.text(2), 'us-east-1');
  aws.look();
  aws.accept();
  t.same(aws.notices(['AWS_REGION@acme-prod.production']), ['AWS_REGION is us-east-1, since nothing else was given.']);
  t.same(aws.notices([]), ['AWS_REGION@acme-prod.production stays as it is, since nothing was given for it.']);
  t.same(
    aws.bundle.items.map(({ usual }) => usual),
    [false, false, true],
  );
  aws.wipe();
  t.equal(aws.text(1), '\0'.repeat(KEY.length));
});

t.test('a project is read from the JSON of a service account', async (t) => {
  const json = JSON.stringify({ type: 'service_account', private_key: 'k', client_email: 'a@b', project_id: 'acme-1' });
  const gcp = gathered('gcp', { GOOGLE_APPLICATION_CREDENTIALS: json });
  t.match(gcp.secrets, [{ as: 'file' }, { name: 'GOOGLE_CLOUD_PROJECT', sensitive: false }]);
  t.equal(gcp.text(1), 'acme-1');
  const coded = gathered('gcp', { GOOGLE_APPLICATION_CREDENTIALS: { base64: Buffer.from(json).toString('base64') } });
  t.equal(coded.text(1), 'acme-1');
  t.equal(gathered('gcp', { GOOGLE_APPLICATION_CREDENTIALS: 'x' }).secrets.length, 1, 'none where there is none');
  t.equal(
    gathered('gcp', { GOOGLE_APPLICATION_CREDENTIALS: json, GOOGLE_CLOUD_PROJECT: 'mine-12' }).text(1),
    'mine-12',
  );
});

t.test('what is missing, unknown, or too much, all at once', async (t) => {
  t.throws(() => gathered('aws', { AWS_SECRET_KEY: 'x' }), {
    code: 'INVALID_INPUT',
    message:
      /AWS_SECRET_KEY is no variable of aws, which has AWS_ACCESS_KEY_ID, .*AWS_ACCESS_KEY_ID is missing; AWS_SECRET_ACCESS_KEY is missing\. What aws has: `ampoule providers aws`\./,
    problems: [{ pointer: '/fields/AWS_SECRET_KEY' }, {}, {}],
  });
  t.throws(() => gathered('mysql', {}), { message: /one of DATABASE_URL, MYSQL_URL is wanted/ });
  const url = 'mysql://me@db/shop';
  t.throws(() => gathered('mysql', { DATABASE_URL: url, MYSQL_URL: url }), { message: /only one of/ });
  t.equal(gathered('mysql', { MYSQL_URL: url }).secrets.length, 1);
  t.throws(() => gathered('github', { GITHUB_TOKEN: { base64: 'x' } }), { code: 'INVALID_INPUT' });
});

t.test('what looks wrong is refused with what is expected, and never with the value', async (t) => {
  const wrong = { AWS_ACCESS_KEY_ID: 'AKIAwrong', AWS_SECRET_ACCESS_KEY: `${KEY}\n` };
  const aws = gathered('aws', wrong);
  aws.look();
  t.throws(() => aws.accept(), {
    code: 'SHAPE_UNEXPECTED',
    message:
      /^AWS_ACCESS_KEY_ID is not 20 capital letters.* \(https:\/\/docs\.aws.*\); AWS_SECRET_ACCESS_KEY ends with a newline\. Give them again, or say "force": true \(`ampoule add aws --force`\)/,
    problems: [{ pointer: '/fields/AWS_ACCESS_KEY_ID' }, { pointer: '/fields/AWS_SECRET_ACCESS_KEY' }],
  });
  const forced = gathered('aws', wrong, { force: true });
  forced.look();
  forced.accept();
  t.match(forced.notices([]), [
    /AWS_REGION stays/,
    /AKIA.*It is stored as it is\./,
    /newline\. It is stored as it is\./,
  ]);
  t.notOk(JSON.stringify(forced.notices([])).includes('AKIAwrong'));
});
