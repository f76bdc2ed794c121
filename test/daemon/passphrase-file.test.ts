import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readPassphraseFile } from '../../daemon/passphrase-file.js';

t.test('one final line end does not count', async (t) => {
  const file = join(t.testdir({}), 'phrase');
  for (const [text, phrase] of [
    ['correct horse', 'correct horse'],
    ['correct horse\n', 'correct horse'],
    ['correct horse\r\n', 'correct horse'],
    ['two\n\n', 'two\n'],
    [' ü ', ' ü '],
  ] as const) {
    writeFileSync(file, text);
    t.equal(Buffer.from(readPassphraseFile(file)).toString(), phrase);
  }
});

t.test('none to read', async (t) => {
  const directory = t.testdir({ empty: '\n' });
  t.throws(() => readPassphraseFile(join(directory, 'empty')), { name: 'ConfigError', message: /is empty/ });
  t.throws(() => readPassphraseFile(join(directory, 'none')), { message: /AMPOULE_PASSPHRASE_FILE\.$/ });
});
