import t from 'tap';
import { belongs, completed, trailing } from '../../../daemon/words/lists.js';
import { secretOf } from './corpus.js';
import { clauses } from './played.js';

const items = (text: string, name = 'accounts') => clauses(`activate ${text}`, name)[0]?.items ?? [];
const said = (text: string) =>
  completed(items(text))?.map(({ targets }) => targets.map((one) => one.text).join(' ')) ?? null;

t.test('a word that is left out is the one of its neighbour', async (t) => {
  t.same(said('github for work and personal'), ['github work', 'github personal']);
  t.same(said('work and personal github'), ['github work', 'personal github']);
  t.same(said('github and work'), null, 'not certain');
  t.same(said('work and personal'), ['work', 'personal']);
  t.same(said('NPM_TOKEN GITLAB_TOKEN'), ['NPM_TOKEN', 'GITLAB_TOKEN'], 'names in a row');
});

t.test('what the end of a list says of all of it', async (t) => {
  t.match(trailing(items('github and aws for work')), [{ text: 'work' }]);
  t.same(trailing(items('personal github and aws for work')), []);
  t.same(trailing(items('github')), []);
  const [work] = trailing(items('github and aws for work'));
  if (work === undefined) throw new Error('no target');
  t.ok(belongs(secretOf('A@home -'), work));
  t.notOk(belongs(secretOf('A -'), work));
});
