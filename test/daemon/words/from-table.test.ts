import t from 'tap';
import { lexiconOf } from '../../../daemon/words/from-table.js';
import type { Toggle } from '../../../store/index.js';
import { PROVIDERS } from './corpus.js';

const toggle = (name: string, provider: string | null = null): Toggle => ({
  ...{ secret: 'sec_1', name, env: name, provider, account: null, environment: null, tags: ['ci'], sensitive: true },
  ...{
    active: false,
    lapsed: false,
    version: 1,
    as: null,
    until: null,
    confirmedBy: null,
    followers: [],
    conflictsWith: [],
  },
});

t.test('a variable that one provider alone has is taken for its', async (t) => {
  const rows = [
    toggle('GITHUB_TOKEN'),
    toggle('GH_TOKEN'),
    toggle('DATABASE_URL'),
    toggle('X_KEY'),
    toggle('STRIPE_SECRET_KEY', 'acme'),
  ];
  const { secrets, session } = lexiconOf({ name: 'dev', environment: 'staging' }, rows, PROVIDERS);
  t.same(
    secrets.map(({ provider }) => provider),
    ['github', 'github', null, null, 'acme'],
    'two have DATABASE_URL',
  );
  t.same(session, { name: 'dev', environment: 'staging' });
  t.match(secrets[0], { name: 'GITHUB_TOKEN', tags: ['ci'], active: false, sensitive: true });
});
