import t from 'tap';
import { listSecrets } from '../../store/secrets-list.js';
import type { SecretFilter } from '../../store/types.js';
import { domain } from './domain-fixture.js';

t.test('filters are ANDed, and q is no pattern', async (t) => {
  const v = await domain(t);
  v.add('GITHUB_TOKEN@work', { provider: 'github', tags: ['ci'] });
  v.add('GITHUB_TOKEN@home', { provider: 'github' });
  v.add('DATABASE_URL.staging', { tags: ['ci', 'db'], description: 'the 100% database' });
  const names = (filter: SecretFilter, after: string | null = null, rows = 9) =>
    listSecrets(v.context, filter, after, rows).map(({ name }) => name);
  t.same(names({}), ['DATABASE_URL.staging', 'GITHUB_TOKEN@home', 'GITHUB_TOKEN@work']);
  t.same(names({ provider: 'github' }), ['GITHUB_TOKEN@home', 'GITHUB_TOKEN@work']);
  t.same(names({ provider: 'github', account: 'work' }), ['GITHUB_TOKEN@work']);
  t.same(names({ tag: 'ci', environment: 'staging' }), ['DATABASE_URL.staging']);
  t.same(names({ q: 'token' }), ['GITHUB_TOKEN@home', 'GITHUB_TOKEN@work']);
  t.same(names({ q: '100%' }), ['DATABASE_URL.staging']);
  t.same(names({ q: '%' }), ['DATABASE_URL.staging']);
  t.same(names({ q: 'A_E_U' }), [], '_ stands for itself');
  t.same(names({ q: 'db' }), ['DATABASE_URL.staging']);
  t.same(names({}, 'DATABASE_URL.staging', 1), ['GITHUB_TOKEN@home']);
});
