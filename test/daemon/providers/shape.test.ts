import t from 'tap';
import { readCatalogue } from '../../../daemon/providers/catalogue.js';
import type { ProviderVariable } from '../../../daemon/providers/provider.js';
import { shapeProblems, shapeText } from '../../../daemon/providers/shape.js';

const catalogue = readCatalogue(null);

function variable(env: string, id?: string): ProviderVariable {
  const found = catalogue
    .list()
    .filter((provider) => id === undefined || provider.id === id)
    .flatMap(({ variables }) => variables)
    .find((one) => one.env === env);
  if (found === undefined) throw new Error(`no provider has ${env}`);
  return found;
}

const kinds = (of: ProviderVariable | null, text: string, name = of?.env ?? 'NAME'): string[] =>
  shapeProblems(of, name, Buffer.from(text)).map(({ kind }) => kind);

const SERVICE = JSON.stringify({ type: 'service_account', private_key: 'x', client_email: 'a@b' });

/** One that fits, and one that does not, of each variable with a shape. */
const VALUES: [env: string, fits: string, not: string][] = [
  ['AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPL'],
  ['AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'AKIAIOSFODNN7EXAMPLE'],
  ['AWS_SESSION_TOKEN', 'A'.repeat(300), 'wrong-9'],
  ['AWS_REGION', 'eu-central-1', 'Frankfurt'],
  ['AZURE_SUBSCRIPTION_ID', '00000000-1111-2222-3333-444444444444', 'acme'],
  ['AZURE_TENANT_ID', '00000000-1111-2222-3333-444444444444', 'acme.onmicrosoft.com'],
  ['AZURE_CLIENT_ID', '00000000-1111-2222-3333-444444444444', 'wrong-9'],
  ['AZURE_CLIENT_SECRET', `abc8Q~${'x'.repeat(34)}`, 'wrong-9'],
  ['GOOGLE_APPLICATION_CREDENTIALS', SERVICE, '{"type": "authorized_user"}'],
  ['GOOGLE_CLOUD_PROJECT', 'acme-shop-1', 'Acme Shop'],
  ['GITHUB_TOKEN', `ghp_${'a'.repeat(36)}`, 'ghp_short'],
  ['GITLAB_TOKEN', `glpat-${'a'.repeat(20)}`, 'wrong-9'],
  ['GOOGLE_OAUTH_ACCESS_TOKEN', `ya29.${'a'.repeat(60)}`, 'wrong-9'],
  ['GITLAB_HOST', 'gitlab.example.com', 'git lab'],
  ['MICROSOFT_ACCESS_TOKEN', `eyJ${'a'.repeat(60)}.eyJ${'b'.repeat(60)}.${'c'.repeat(60)}`, 'wrong-9'],
  ['PGPASSFILE', 'db:5432:shop:me:password\n', 'postgres://me:password@db/shop'],
  ['MYSQL_URL', 'mysql://me:password@db/shop', 'postgres://me@db/shop'],
  ['MONGODB_URI', 'mongodb+srv://me:password@cluster.example/shop', 'cluster.example'],
  ['OPENAI_API_KEY', `sk-proj-${'a'.repeat(60)}`, `pk-${'a'.repeat(40)}`],
  ['ANTHROPIC_API_KEY', `sk-ant-api03-${'a'.repeat(93)}AA`, `sk-${'a'.repeat(40)}`],
  ['STRIPE_SECRET_KEY', `sk_live_${'a'.repeat(24)}`, `pk_live_${'a'.repeat(24)}`],
  ['SENDGRID_API_KEY', `SG.${'a'.repeat(22)}.${'b'.repeat(43)}`, 'SG.short'],
  ['MAILGUN_API_KEY', `${'0a'.repeat(16)}-01234567-89abcdef`, 'wrong-9'],
  ['MAILGUN_DOMAIN', 'mg.example.com', 'https://mg.example.com'],
];

t.test('what fits, and what does not', async (t) => {
  for (const [env, fits, not] of VALUES) {
    t.same(kinds(variable(env), fits), [], `${env} fits`);
    t.equal(kinds(variable(env), not).length, 1, `${env} does not`);
  }
  t.same(kinds(variable('DATABASE_URL', 'postgresql'), 'postgresql://me@db/shop'), []);
  t.same(kinds(variable('DATABASE_URL', 'mysql'), 'postgresql://me@db/shop'), ['shape']);
});

t.test('each variable with a shape is tried', async (t) => {
  const shaped = catalogue.list().flatMap(({ variables }) => variables.filter((one) => one.pattern ?? one.json));
  const tried = new Set([...VALUES.map(([env]) => env), 'DATABASE_URL']);
  t.same(
    [...new Set(shaped.map(({ env }) => env))].filter((env) => !tried.has(env)),
    [],
  );
});

t.test('slips on the way are told apart', async (t) => {
  const github = variable('GITHUB_TOKEN');
  const value = `ghp_${'a'.repeat(36)}`;
  t.same(kinds(github, `${value}\n`), ['newline']);
  t.same(kinds(github, `${value}\r\n`), ['newline']);
  t.same(kinds(github, ` ${value}`), ['spaces']);
  t.same(kinds(github, `"${value}"`), ['quotes']);
  t.same(kinds(github, `'${value}'\n`), ['newline', 'quotes']);
  t.same(kinds(github, `GITHUB_TOKEN=${value}`), ['assignment']);
  t.same(kinds(github, `export GITHUB_TOKEN=${value}`), ['assignment']);
  t.same(kinds(github, '   '), ['empty']);
  for (const text of ['<your token>', `$${'{TOKEN}'}`, 'your-api-key', 'changeme', 'xxxxxxxx', 'TODO'])
    t.same(kinds(github, text), ['placeholder'], text);
  t.same(shapeProblems(github, 'GITHUB_TOKEN', Buffer.from([0xff, 0xfe])), [
    { kind: 'text', detail: 'is no UTF-8 text' },
  ]);
  t.same(kinds(variable('GOOGLE_APPLICATION_CREDENTIALS'), `${SERVICE}\n`), [], 'a file may end with a newline');
  t.same(kinds(variable('GOOGLE_APPLICATION_CREDENTIALS'), ' '), ['empty']);
  t.same(kinds(variable('GOOGLE_APPLICATION_CREDENTIALS'), '[]'), ['json']);
});

t.test('what people call their own projects and hosts is no placeholder', async (t) => {
  t.same(kinds(variable('MAILGUN_DOMAIN'), 'my-shop.example'), []);
  t.same(kinds(variable('GOOGLE_CLOUD_PROJECT'), 'the-shop-12'), []);
  t.same(kinds(variable('GOOGLE_CLOUD_PROJECT'), 'your-project'), ['placeholder']);
  t.same(kinds(variable('OPENAI_API_KEY'), 'my-api-key'), ['placeholder']);
});

t.test('in words, with the page where the shape is wrong', async (t) => {
  const github = variable('GITHUB_TOKEN');
  const text = (value: string) => shapeText('ONE', github, shapeProblems(github, 'GITHUB_TOKEN', Buffer.from(value)));
  t.match(text('wrong-9'), /^ONE is not a token that begins with .* \(https:\/\/[^)]+\)$/);
  t.equal(text('"ghp"\n'), 'ONE ends with a newline, and has quotes around it');
  t.equal(shapeText('ONE', null, [{ kind: 'newline', detail: 'ends with a newline' }]), 'ONE ends with a newline');
});

t.test('of a variable that nobody knows only slips are told', async (t) => {
  t.same(kinds(null, 'anything at all'), []);
  t.same(kinds(null, 'value\n'), ['newline']);
  t.same(shapeProblems(null, 'NAME', Buffer.from([0xff])), []);
});

t.test('the value is in no message', async (t) => {
  for (const [env, , not] of VALUES)
    for (const { detail } of shapeProblems(variable(env), env, Buffer.from(not)))
      t.notOk(detail.includes(not), `${env}: ${detail}`);
});
