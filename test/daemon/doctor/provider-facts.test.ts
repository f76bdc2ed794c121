import t from 'tap';
import { havingVariable, providerFacts, providerOf, variablesOf } from '../../../daemon/doctor/provider-facts.js';
import { readCatalogue } from '../../../daemon/providers/catalogue.js';

const catalogue = readCatalogue(null);
const of = (env: string, provider: string | null = null) => providerFacts(catalogue, { env, provider });

t.test('the provider of a secret: as registered, else the only one', async (t) => {
  const id = (env: string, provider: string | null) => providerOf(catalogue, { env, provider })?.id ?? null;
  t.equal(id('GITHUB_TOKEN', null), 'github');
  t.equal(id('GH_TOKEN', null), 'github', 'by what follows, too');
  t.equal(id('MY_TOKEN', 'github'), 'github');
  t.equal(id('DATABASE_URL', null), null, 'of several nobody can say which');
  t.equal(id('DATABASE_URL', 'mysql'), 'mysql');
  t.equal(id('GITHUB_TOKEN', 'acme-corp'), null, 'one that nobody knows');
  t.same(
    havingVariable(catalogue, 'DATABASE_URL').map((one) => one.id),
    ['mysql', 'postgresql'],
  );
  t.equal(variablesOf(catalogue, { env: 'DATABASE_URL', provider: null }).length, 2, 'either shape will do');
  t.same(variablesOf(catalogue, { env: 'GITHUB_TOKEN', provider: 'acme-corp' }), []);
});

t.test('what belongs to it', async (t) => {
  t.same(
    of('AWS_SECRET_ACCESS_KEY')?.needs,
    [['AWS_ACCESS_KEY_ID']],
    'neither what may be left out nor what has a default',
  );
  t.same(of('GITHUB_TOKEN')?.needs, []);
  t.same(of('MYSQL_URL')?.needs, [], 'an alternative of its own is no partner');
  t.same(of('MY_NAME', 'aws')?.needs, [], 'of a variable that it does not have nothing is known');
  t.equal(of('NOBODY'), null);
});

t.test('schemes, and whether the time matters', async (t) => {
  t.same(of('DATABASE_URL', 'postgresql')?.schemes, ['postgres', 'postgresql']);
  t.same(of('MONGODB_URI')?.schemes, ['mongodb', 'mongodb+srv']);
  t.same(of('GITHUB_TOKEN')?.schemes, []);
  t.equal(of('AWS_ACCESS_KEY_ID')?.signed, true);
  t.equal(of('GITHUB_TOKEN')?.signed, false);
});
