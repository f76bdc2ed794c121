import t from 'tap';
import { labelsOf } from './played.js';

const kinds = (text: string, vault?: string) => labelsOf(text, vault).map(({ is }) => is);

t.test('phrases of the grammar, words of the vault, spans', async (t) => {
  t.same(kinds('Please activate the github token for 20 minutes'), [
    'here',
    'on',
    'filler',
    'target',
    'preposition',
    'span',
  ]);
  t.same(kinds('turn on git hub, and stripe.'), ['turn', 'plus', 'target', 'comma', 'and', 'target', 'stop']);
  t.same(kinds('activate "ALL"', 'hostile'), ['on', 'target']);
  t.same(kinds('activate "heroku"'), ['on', 'unknown']);
  t.same(kinds('github/aws'), ['target', 'or', 'target']);
  t.same(kinds('ci-tagged'), ['target', 'tagged']);
  t.same(kinds('the session token', 'accounts'), ['filler', 'target'], 'the longer phrase counts');
});

t.test('what was mistyped is what was meant, if that is certain', async (t) => {
  t.match(labelsOf('actvate githb'), [
    { is: 'on', text: 'activate' },
    { is: 'target', text: 'github' },
  ]);
  t.match(labelsOf('gitlub', 'hostile'), [{ is: 'unknown', near: ['gitlab', 'github'].sort() && Array }]);
  t.same(labelsOf('gitlub', 'hostile')[0]?.near.slice().sort(), ['github', 'gitlab']);
  t.match(labelsOf('GITHUB_TOKN'), [{ is: 'target', text: 'github_token' }]);
  t.match(labelsOf('DB3_URL', 'hostile'), [{ is: 'unknown' }]);
  t.match(labelsOf('gіthub'), [{ is: 'unknown' }], 'a letter of another alphabet');
});

t.test('many words that nobody knows are not looked at one by one', async (t) => {
  const labels = labelsOf(`${'qwrtz '.repeat(20)}githb`);
  t.equal(labels.at(-1)?.is, 'unknown');
  t.equal(labelsOf('qwrtz githb').at(-1)?.is, 'target');
});

t.test('what a tag and a reason are both called', async (t) => {
  t.same(kinds('activate the deploy secrets', 'purposes'), ['on', 'filler', 'target', 'noun']);
  t.same(kinds('activate npm for the deploy', 'purposes'), ['on', 'target', 'preposition', 'purpose']);
  t.same(kinds('need to deploy', 'purposes').at(-1), 'aim');
  t.same(kinds('access to deploy secrets', 'purposes').slice(-2), ['target', 'noun']);
});

t.test('access that is wanted, and access as a verb', async (t) => {
  t.same(kinds('github access for 20 minutes'), ['target', 'noun', 'preposition', 'span']);
  t.same(kinds('access github'), ['want', 'target']);
});

t.test('a mistyped verb where a sentence begins, and a name of several words that is mistyped', async (t) => {
  t.same(kinds('pls activte the aws secrts'), ['here', 'on', 'filler', 'target', 'noun']);
  t.equal(labelsOf('deactivte openai')[0]?.is, 'off');
  t.match(labelsOf('is aws activte').at(-1), { is: 'unknown', near: { length: 2 } }, 'not where none is expected');
  t.match(labelsOf('activate databse url')[1], { is: 'target', text: 'database url' });
});
