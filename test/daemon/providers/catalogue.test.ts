import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t, { type Test } from 'tap';
import { builtInDirectory, readCatalogue } from '../../../daemon/providers/catalogue.js';
import { shapeProblems } from '../../../daemon/providers/shape.js';
import { PROVIDER_IDS } from '../../../store/names-reserved.js';

/** Smallest provider there can be. */
const ACME = {
  ...{ id: 'acme', name: 'Acme', kind: 'other', words: [] },
  variables: [{ env: 'ACME_KEY', expected: 'a key', source: 'https://acme.example/keys' }],
  rotate: { page: 'https://acme.example/rotate', steps: ['Make another'] },
  revoke: { page: 'https://acme.example/revoke', steps: ['Delete it'] },
  scopes: { page: 'https://acme.example/scopes', least: ['read'] },
};

function written(t: Test, files: Record<string, unknown>): string {
  return t.testdir(
    Object.fromEntries(
      Object.entries(files).map(([name, json]) => [name, typeof json === 'string' ? json : JSON.stringify(json)]),
    ),
  );
}

t.test('those that come with the daemon are those that selectors know', async (t) => {
  const catalogue = readCatalogue(null);
  t.same(
    catalogue.list().map(({ id }) => id),
    [...PROVIDER_IDS],
  );
  t.equal(catalogue.get('aws')?.name, 'Amazon Web Services');
  t.equal(catalogue.get('nobody'), undefined);
});

t.test('they have what users were promised', async (t) => {
  const { get } = readCatalogue(null);
  const of = (id: string) => Object.fromEntries((get(id)?.variables ?? []).map((one) => [one.env, one]));
  t.match(of('aws'), {
    AWS_ACCESS_KEY_ID: {},
    AWS_SECRET_ACCESS_KEY: {},
    AWS_SESSION_TOKEN: { optional: true },
    AWS_REGION: { default: 'us-east-1', sensitive: false },
  });
  t.same(Object.keys(of('azure')).sort(), [
    ...['AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET', 'AZURE_SUBSCRIPTION_ID', 'AZURE_TENANT_ID'],
  ]);
  t.match(of('gcp'), { GOOGLE_APPLICATION_CREDENTIALS: { as: 'file' }, GOOGLE_CLOUD_PROJECT: { optional: true } });
  t.match(of('github'), { GITHUB_TOKEN: { followers: ['GH_TOKEN'] } });
  t.match(of('gitlab'), { GITLAB_TOKEN: {}, GITLAB_HOST: { optional: true } });
  t.match(of('google'), { GOOGLE_OAUTH_ACCESS_TOKEN: {} });
  t.match(of('microsoft'), { MICROSOFT_ACCESS_TOKEN: {} });
  t.match(of('postgresql'), { DATABASE_URL: {}, PGPASSFILE: { optional: true, as: 'file' } });
  t.match(of('mysql'), { DATABASE_URL: { oneOf: 'url' }, MYSQL_URL: { oneOf: 'url' } });
  t.match(of('mongodb'), { MONGODB_URI: {} });
  t.match(of('openai'), { OPENAI_API_KEY: {} });
  t.match(of('anthropic'), { ANTHROPIC_API_KEY: {} });
  t.match(of('stripe'), { STRIPE_SECRET_KEY: { followers: ['STRIPE_API_KEY'] } });
  t.match(of('sendgrid'), { SENDGRID_API_KEY: {} });
  t.match(of('mailgun'), { MAILGUN_API_KEY: {}, MAILGUN_DOMAIN: { sensitive: false } });
});

t.test('a default fits its own pattern', async (t) => {
  for (const { id, variables } of readCatalogue(null).list())
    for (const variable of variables)
      if (variable.default !== undefined)
        t.same(shapeProblems(variable, variable.env, Buffer.from(variable.default)), [], `${id} ${variable.env}`);
});

t.test("an operator's own are added, and take the place of one with the same id", async (t) => {
  const github = { ...ACME, id: 'github', name: 'Our GitHub' };
  const { list, get } = readCatalogue(written(t, { 'acme.json': ACME, 'github.json': github, 'README.md': 'no' }));
  t.equal(list().length, PROVIDER_IDS.length + 1);
  t.equal(list()[0]?.id, 'acme', 'by id');
  t.equal(get('github')?.name, 'Our GitHub');
});

t.test('what cannot be used is said, with file and member', async (t) => {
  const variable = ACME.variables[0];
  const cases: [name: string, json: unknown, said: RegExp][] = [
    ['acme.json', '{', /acme\.json is no provider: it is not JSON\. See docs\/providers\.md\./],
    ['acme.json', { ...ACME, name: undefined }, /it must have required property 'name'/],
    ['acme.json', { ...ACME, colour: 'red' }, /\/colour must NOT have additional properties/],
    ['acme.json', { ...ACME, variables: [{ ...variable, env: '1KEY' }] }, /\/variables\/0\/env must match/],
    ['acme.json', { ...ACME, rotate: { page: 'http://plain', steps: ['x'] } }, /\/rotate\/page must match/],
    ['other.json', ACME, /its id is acme, so its name has to be acme\.json/],
    ['acme.json', { ...ACME, variables: [{ ...variable, pattern: '(' }] }, /the pattern of ACME_KEY is no regular/],
    ['acme.json', { ...ACME, variables: [{ ...variable, followers: ['ACME_KEY'] }] }, /ACME_KEY is there twice/],
    ['acme.json', { ...ACME, variables: [{ ...variable, json: {} }] }, /ACME_KEY is JSON, and no file/],
    [
      'acme.json',
      {
        ...ACME,
        check: {
          ...{ base: 'https://acme.example', path: '/{OTHER}', good: [200], wrong: [401] },
          source: 'https://acme.example/api',
        },
      },
      /its check uses OTHER/,
    ],
  ];
  for (const [name, json, said] of cases)
    t.throws(() => readCatalogue(written(t, { [name]: json })), { message: said });
  t.throws(() => readCatalogue('/nowhere/at/all'), { message: /cannot be read\. Make it, or leave out/ });
});

t.test('they lie beside the bundle, or beside the source', async (t) => {
  const dist = t.testdir({});
  const bundle = pathToFileURL(join(dist, 'ampouled.js')).href;
  t.equal(builtInDirectory(bundle), dist);
  mkdirSync(join(dist, 'providers'));
  writeFileSync(join(dist, 'providers', 'acme.json'), JSON.stringify(ACME));
  t.equal(builtInDirectory(bundle), join(dist, 'providers'));
  t.same(
    readCatalogue(null, builtInDirectory(bundle))
      .list()
      .map(({ id }) => id),
    ['acme'],
  );
});

t.test('docs/providers.md has each of them as it is, and its example is one', async (t) => {
  const page = readFileSync(new URL('../../../docs/providers.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| (?:`([a-z-]+)`)? \| `(\w+)` \| (\w+) \| (.+?) \| (.*?) \| (.+) \|$/gm)];
  let provider = '';
  const told = rows.map(([, id, env, kind, , followers, expected]) => {
    provider = id ?? provider;
    return [provider, env, kind, followers?.replaceAll('`', '').trim(), expected];
  });
  const known = readCatalogue(null)
    .list()
    .flatMap(({ id, variables }) =>
      variables.map(({ env, as, sensitive, followers = [], expected }) => [
        ...[id, env, as === 'file' ? 'file' : sensitive === false ? 'plain' : 'secret'],
        ...[followers.join(' '), expected],
      ]),
    );
  t.same(told, known);
  const example = /```json\n([\s\S]+?)```/.exec(page)?.[1] ?? '';
  t.equal(readCatalogue(written(t, { 'acme.json': example })).get('acme')?.name, "Acme's internal API");
});
