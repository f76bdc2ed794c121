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
    'a\u200bb',
    'a\u2060b',
    'a\ud800b',
    '\u2800\u3164',
  ].entries())
    t.equal(
      codeOf(() => readWords(bad, '/reason')),
      'INVALID_INPUT',
      `text ${at}`,
    );
});

t.test('spaces lay nothing out, and what words and emoji are made of stays', async (t) => {
  t.equal(readWords(`a ${' '.repeat(50)} b\u00a0\u3000c\u2800\u2800d`, '/reason'), 'a b c d');
  t.equal(readWords('می\u200cخواهم 👩\u200d🔧', '/reason'), 'می\u200cخواهم 👩\u200d🔧');
});
