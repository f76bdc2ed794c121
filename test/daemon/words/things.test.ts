import t from 'tap';
import { newBuilding } from '../../../daemon/words/building.js';
import { takeCue, takeOther, takeSession, takeTarget } from '../../../daemon/words/things.js';
import { clauses, labelsOf } from './played.js';

const label = (text: string, vault?: string) => {
  const [first] = labelsOf(text, vault);
  if (first === undefined) throw new Error(text);
  return first;
};

t.test('what a word is said to be counts', async (t) => {
  const state = newBuilding({ name: 'lab', environment: null });
  takeCue(state, 'tag', label('tagged'));
  takeTarget(state, label('github', 'hostile'), undefined);
  t.match(state.item.targets, [{ readings: [{ dimension: 'tag' }] }]);
  takeCue(state, 'tag', label('tagged'));
  takeTarget(state, label('stripe', 'hostile'), undefined);
  t.match(state.clause.odd, [{ text: 'stripe' }], 'nothing is tagged so');
});

t.test('our session is no news, another one is', async (t) => {
  for (const own of [
    'activate github in the dev session',
    'activate github in session dev',
    'activate github in this session',
  ])
    t.match(clauses(own), [{ odd: [], items: [{ targets: { length: 1 } }] }], own);
  t.match(clauses('activate github in the prod session'), [{ odd: [{ is: String }] }]);
  t.match(clauses('activate stripe in the staging session', 'environments'), [{ odd: [] }]);
  const state = newBuilding({ name: 'dev', environment: null });
  takeSession(state, label('session'), label('blorp'), undefined);
  t.match(state.clause.odd, [{ text: 'session' }]);
});

t.test('a word that is not understood is kept', async (t) => {
  const state = newBuilding({ name: 'dev', environment: null });
  takeOther(state, label('blorp'), undefined);
  t.match(state.clause.odd, [{ text: 'blorp' }]);
  t.match(clauses('activate aws for the deployment'), [{ odd: [] }]);
  t.match(clauses('leave stripe alone'), [{ keep: true, odd: [] }]);
});
