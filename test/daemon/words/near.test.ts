import t from 'tap';
import { nearWords } from '../../../daemon/words/near.js';

const WORDS = [
  'github',
  'gitlab',
  'stripe',
  'production',
  'azure',
  'staging',
  'prod1',
  'prod2',
  'activate',
  'deactivate',
];

t.test('one that was meant, or several that are equally near', async (t) => {
  t.same(nearWords('gihub', WORDS), ['github']);
  t.same(nearWords('gitlub', WORDS).sort(), ['github', 'gitlab']);
  t.same(nearWords('prodution', WORDS), ['production']);
  t.same(nearWords('azur', WORDS), ['azure']);
  t.same(nearWords('actviate', WORDS), ['activate']);
});

t.test('never a short word, another digit, another first letter, or too much at once', async (t) => {
  for (const word of ['aws', 'gcp', 'prod3', 'heroku', 'ithub', 'strange', 'sing', 'tractivate', 'github'])
    t.same(nearWords(word, WORDS), [], word);
  t.same(nearWords('rest', ['test', 'best']), []);
  t.same(nearWords('wrok', ['work']), ['work'], 'two letters that changed places');
  t.same(nearWords('wark', ['work']), [], 'four letters are near to many words');
});

t.test('a word of its own is not taken for one that was mistyped', async (t) => {
  t.same(nearWords('remoev', ['remove']), ['remove']);
  t.same(nearWords('remote', ['remove']), []);
  t.same(nearWords('staff', ['stuff']), []);
});
