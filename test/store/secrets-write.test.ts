import t from 'tap';
import { findSecret } from '../../store/secrets-rows.js';
import { deleteSecret, writeTags } from '../../store/secrets-write.js';
import { domain, operator } from './domain-fixture.js';

t.test('tags are exactly those that are written', async (t) => {
  const v = await domain(t);
  const { id } = v.add('KEY', { tags: ['a', 'b'] });
  writeTags(v.context, id, ['c', 'c']);
  t.same(findSecret(v.context, 'KEY').tags, ['c']);
});

t.test('a deleted one is active nowhere, and its row stays', async (t) => {
  const v = await domain(t);
  const { id } = v.add('KEY');
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'KEY' }]);
  const box = v.box('dev').sandbox.id;
  deleteSecret(v.context, id);
  t.same(v.given(box), {});
  const row = v.context.db.prepare('SELECT name, deletedAt FROM secret WHERE id = ?').get(id);
  t.match(row, { name: 'KEY', deletedAt: Number });
});
