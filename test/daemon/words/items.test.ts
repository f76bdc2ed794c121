import t from 'tap';
import { isEmpty, newClause, newItem } from '../../../daemon/words/items.js';

t.test('empty ones', async (t) => {
  t.ok(isEmpty(newItem()));
  for (const said of [{ all: true }, { rest: true }, { it: true }, { nouns: ['secrets'] }, { keys: ['token'] }])
    t.notOk(isEmpty({ ...newItem(), ...said }));
  t.not(newClause().items, newClause().items, 'lists of their own');
});
