import t from 'tap';
import { sentencesOf } from '../../../daemon/words/sentences.js';
import { labelsOf } from './played.js';

const kinds = (text: string) => sentencesOf(labelsOf(text)).map(({ is }) => is);

t.test('what a sentence is', async (t) => {
  for (const [text, expected] of [
    ['activate github', ['change']],
    ['could you please activate github?', ['change']],
    ['activate github?', ['unclear']],
    ['which secrets are active', ['question']],
    ['permission denied with aws', ['question']],
    ['show me the value of DATABASE_URL', ['question']],
    ['github', ['bare']],
    ['hello there', ['idle']],
    ['blorp', ['unclear']],
    ['Hi! Activate github. Is stripe on?', ['idle', 'change', 'question']],
    ['github off', ['change']],
    ['', []],
  ] as const)
    t.same(kinds(text), expected, text);
});

t.test('a question mark belongs to its sentence', async (t) => {
  t.match(sentencesOf(labelsOf('github on? activate aws.')), [{ asked: true }, { asked: false }]);
});

t.test('what was done is told; what is to be looked at is asked', async (t) => {
  t.same(kinds('I activated github yesterday'), ['idle']);
  t.same(kinds('I activated github and it fails'), ['question']);
  t.same(kinds('I activated github, turn off stripe'), ['change']);
  t.same(kinds("github mails don't arrive, can you check the key"), ['question']);
  t.same(kinds('use github, check it'), ['change']);
  t.same(kinds('can the sandbox get github?'), ['change']);
});
