import t from 'tap';
import { WordsBody } from '../../../../daemon/http/schemas/ask.js';
import { LONGEST_TEXT } from '../../../../daemon/words/reading.js';
import { wrongIn } from './fits.js';

t.test('one text, and nothing that decides', async (t) => {
  t.same(wrongIn(WordsBody, { text: 'activate aws' }), []);
  t.same(wrongIn(WordsBody, { text: 'x'.repeat(LONGEST_TEXT) }), []);
  t.same(wrongIn(WordsBody, { text: 'x'.repeat(LONGEST_TEXT + 1) }), ['/text']);
  t.same(wrongIn(WordsBody, { text: '' }), ['/text']);
  t.ok(wrongIn(WordsBody, {}).length > 0);
  t.ok(wrongIn(WordsBody, { text: 'activate aws', yes: true }).length > 0);
});
