import t from 'tap';
import { closeItem, newBuilding, nextClause, saysObject } from '../../../daemon/words/building.js';

t.test('items go into the list, or to what is left out', async (t) => {
  const state = newBuilding({ name: 'dev', environment: null });
  t.notOk(saysObject(state));
  closeItem(state);
  t.same(state.clause.items, [], 'an empty one says nothing');
  state.item.all = true;
  t.ok(saysObject(state));
  closeItem(state);
  state.excluding = true;
  state.item.nouns.push('secrets');
  state.clause.act = 'on';
  nextClause(state);
  t.match(state.done, [{ act: 'on', items: [{ all: true }], excluded: [{ nouns: ['secrets'] }] }]);
  t.match(state, { excluding: false, clause: { act: null, items: [] } });
});
