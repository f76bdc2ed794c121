import t from 'tap';
import { newBuilding } from '../../../daemon/words/building.js';
import { takeMade, takeNot, takeParticle, takeVerb } from '../../../daemon/words/verbs.js';
import { clauses, labelsOf } from './played.js';

const label = (text: string) => {
  const [first] = labelsOf(text);
  if (first === undefined) throw new Error(text);
  return first;
};
const begun = () => newBuilding({ name: 'dev', environment: null });

t.test('a verb that leaves no doubt goes before one that does', async (t) => {
  const state = begun();
  takeVerb(state, label('want'), undefined);
  t.match(state.clause, { act: 'on', strong: false });
  takeVerb(state, label('deactivate'), undefined);
  t.match(state.clause, { act: 'off', strong: true, odd: [] });
  takeVerb(state, label('activate'), undefined);
  t.match(state.clause, { odd: [{ text: 'activate' }] });
});

t.test('turn waits for its particle; "on" before a thing is none', async (t) => {
  const state = begun();
  takeVerb(state, label('turn'), undefined);
  takeParticle(state, label('on'), label('stripe'), undefined);
  t.match(state.clause, { turn: true, act: null });
  takeParticle(state, label('off'), undefined, undefined);
  t.match(state.clause, { act: 'off' });
  t.match(clauses('turn everything on staging off', 'environments'), [{ act: 'off', odd: [] }]);
  t.match(clauses('stripe off'), [{ act: 'off' }]);
});

t.test('not: refuses, leaves out, or turns a state round', async (t) => {
  const state = begun();
  takeNot(state, label('not'), label('activate'));
  t.match(state.clause, { negated: true });
  t.match(clauses('activate github, not aws'), [{ act: 'on', excluded: [{ targets: [{ text: 'aws' }] }] }]);
  t.match(clauses('make sure stripe is not active'), [{ act: 'off', negated: false }]);
  t.match(clauses('I do not want stripe active'), [{ act: 'off', negated: false }]);
  t.match(clauses('I do not want you to activate stripe'), [{ act: 'on', negated: true }]);
});

t.test('what something is made to be', async (t) => {
  const state = begun();
  takeMade(state, label('activated'), undefined);
  t.match(state.clause, { act: null, odd: [{ text: 'activated' }] }, 'a statement is no wish');
  t.match(clauses('I want github enabled'), [{ act: 'on', strong: true, odd: [] }]);
  t.match(clauses('make sure openai is disabled'), [{ act: 'off', odd: [] }]);
});

t.test('whoever is let use something is not what is used', async (t) => {
  t.match(clauses('let claude use aws'), [{ odd: [{ is: 'want' }] }]);
});

t.test('"instead" and "the other one": what is refused, and what is wanted', async (t) => {
  const two = [
    { negated: true, items: { length: 1 } },
    { act: 'on', negated: false, items: { length: 1 } },
  ];
  t.match(clauses("don't activate stripe, aws instead"), two);
  t.match(clauses("don't use the work github token, the personal one", 'accounts'), [
    two[0] ?? {},
    { items: [{ targets: [{ text: 'github' }, { text: 'personal' }] }] },
  ]);
  t.match(clauses("don't activate stripe, aws"), [{ negated: true, items: { length: 2 } }]);
  t.match(clauses("don't use the work github token or the personal one", 'accounts'), [{ negated: true }]);
  t.match(clauses("don't activate github, aws, stripe instead"), [{ act: null, negated: false }]);
  t.match(clauses('activate stripe instead'), [{ odd: [{ text: 'instead' }] }]);
});

t.test('"nothing else" is a clause of its own', async (t) => {
  t.match(clauses('activate stripe, nothing else from aws'), [
    { act: 'on', items: { length: 1 } },
    { keep: true, only: true, items: [{ rest: true }] },
  ]);
});
