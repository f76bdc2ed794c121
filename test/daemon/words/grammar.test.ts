import t from 'tap';
import { CHANGING, meaningsOf, phraseAt } from '../../../daemon/words/grammar.js';

t.test('the longest phrase counts', async (t) => {
  const at = (text: string, from = 0) => phraseAt(text.split(' '), from);
  t.match(at('stop using github'), { meanings: ['off'], length: 2 });
  t.match(at('please wander', 1), null);
  t.match(at('turn github on'), { meanings: ['turn'], length: 1 });
  t.match(at('turn github on', 2), { length: 1 });
  t.equal(at('turn github on', 1), null);
  t.match(at('with the exception of stripe'), { meanings: ['except'], length: 4 });
});

t.test('no phrase turns on and off', async (t) => {
  t.ok(meaningsOf('on').length > 1, 'a phrase may have several meanings');
  for (const word of CHANGING) {
    const meanings = meaningsOf(word);
    t.notOk(meanings.includes('on') && meanings.includes('off'), word);
    t.notOk(meanings.includes('not') && meanings.includes('on'), word);
  }
  t.same(meaningsOf('github'), []);
});

t.test('contractions without their apostrophe, where these are no word of their own', async (t) => {
  t.same(meaningsOf('doesnt work'), ['fail']);
  t.ok(meaningsOf('wont').includes('isnt'));
});
