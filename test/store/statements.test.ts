import t from 'tap';
import { sql } from '../../store/statements.js';
import { domain } from './domain-fixture.js';

t.test('a statement is prepared once for each database', async (t) => {
  const one = await domain(t);
  const two = await domain(t);
  const text = 'SELECT 1 AS one';
  t.equal(sql(one.context.db, text), sql(one.context.db, text));
  t.not(sql(one.context.db, text), sql(two.context.db, text));
  t.same(sql(one.context.db, text).get(), { one: 1 });
});
