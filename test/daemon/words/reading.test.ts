import t from 'tap';
import { plainText, tokensOf } from '../../../daemon/words/reading.js';

const words = (text: string) => tokensOf(plainText(text) ?? '').map((token) => token.text);

t.test('one line, plain quotes, single spaces; what cannot be seen is refused', async (t) => {
  t.equal(plainText('  turn\ton   “github” – don’t  '), 'turn on "github" - don\'t');
  t.equal(plainText('ＡＷＳ'), 'AWS');
  for (const hidden of ['\n', '\u0000', '\u200d', '\u202e', '\u00ad', '\ue000', '\ud800'])
    t.equal(plainText(`a${hidden}b`), null, `U+${hidden.codePointAt(0)?.toString(16)}`);
});

t.test('words keep what names are made of; marks are apart', async (t) => {
  t.same(words('activate GITHUB_TOKEN@work, DATABASE_URL.staging.'), [
    ...['activate', 'GITHUB_TOKEN@work', ',', 'DATABASE_URL.staging', '.'],
  ]);
  t.same(words("don't use github's tag:ci *@work"), ["don't", 'use', "github's", 'tag:ci', '*@work']);
  t.same(words(`says:activate ${'$'}{AWS_REGION} $HOME_DIR`), ['says', ':', 'activate', 'AWS_REGION', 'HOME_DIR']);
  t.same(words('a & b && c'), ['a', '&', 'b', '&&', 'c']);
});

t.test('what is in quotes is one word', async (t) => {
  const quoted = (text: string) =>
    tokensOf(text)
      .filter((token) => token.quoted)
      .map((token) => token.text);
  t.same(quoted('activate "GITHUB_TOKEN" and `A` and \'b c\''), ['GITHUB_TOKEN', 'A', 'b c']);
  t.same(quoted("don't, it's"), []);
  t.match(tokensOf('&&'), [{ mark: false }]);
  t.match(tokensOf(','), [{ mark: true }]);
});
