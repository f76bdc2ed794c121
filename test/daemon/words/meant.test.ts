import t from 'tap';
import { entitiesOf } from '../../../daemon/words/entities.js';
import { intersection, isHeadless, isVague, meantBy } from '../../../daemon/words/meant.js';
import { clauses, namesOf, vault } from './played.js';

const item = (text: string, name: string) => {
  const [first] = clauses(`activate ${text}`, name)[0]?.items ?? [];
  if (first === undefined) throw new Error(text);
  return first;
};
const meant = (text: string, name = 'accounts') =>
  meantBy(item(text, name), entitiesOf(vault(name)), vault(name)).sets.map((set) => namesOf(set, name).join(' '));

t.test('all words of an item fit together', async (t) => {
  t.same(meant('my personal github'), ['GITHUB_TOKEN@personal']);
  t.same(meant('github'), ['GITHUB_TOKEN@work GITHUB_TOKEN@personal']);
  t.same(meant('gitlab for work'), []);
  t.same(meant('the stripe key'), ['STRIPE_SECRET_KEY@acme-corp']);
  t.same(meant('the stripe keys'), ['STRIPE_SECRET_KEY@acme-corp STRIPE_WEBHOOK_SECRET@acme-corp']);
  t.same(meant('github for staging', 'environments'), ['GITHUB_TOKEN'], 'what has no environment is of ours');
  t.same(meant('github for production', 'environments'), []);
});

t.test('whether it says what, and whether that is certain', async (t) => {
  t.ok(isHeadless(item('work', 'accounts')));
  t.notOk(isHeadless(item('work secrets', 'accounts')));
  const { secrets } = vault('accounts');
  const all = new Set([7, 8, 9]);
  t.ok(isVague(item('the stripe key', 'accounts'), new Set([8]), new Set([8, 9]), secrets));
  t.notOk(isVague(item('stripe', 'accounts'), new Set([8]), all, secrets));
  t.same([...intersection(new Set([1, 2, 3]), new Set([3, 1]))].sort(), [1, 3]);
});
