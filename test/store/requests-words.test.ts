import t from 'tap';
import { LONGEST_REASON, readWords } from '../../store/requests-words.js';
import { codeOf } from './domain-fixture.js';

t.test('one line of plain text', async (t) => {
  t.equal(readWords('  to deploy the site – für alle 🚀 ', '/reason'), 'to deploy the site – für alle 🚀');
  t.equal(readWords('', '/reason', { empty: true }), '');
  for (const [at, bad] of [
    '',
    ' ',
    'x'.repeat(LONGEST_REASON + 1),
    'two\nlines',
    'a\u001b[2Jb',
    'a\u0000',
    'a\u202eb',
    'a\u2066b',
    'a\u2028b',
    'a\u{e0041}b',
  ].entries())
    t.equal(
      codeOf(() => readWords(bad, '/reason')),
      'INVALID_INPUT',
      `text ${at}`,
    );
});
