import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeKeyFile, readKeyFile } from '../../store/key-file.js';

t.test('32 random bytes that only the owner may read, never overwritten', async (t) => {
  const directory = t.testdir();
  const path = join(directory, 'new', 'ampoule.key');
  makeKeyFile(path);
  const before = readFileSync(path);
  t.equal(before.length, 32);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(statSync(join(directory, 'new')).mode & 0o777, 0o700);
  t.throws(() => makeKeyFile(path), { code: 'INVALID_INPUT', problems: [{ pointer: '/keyFile' }] });
  t.same(readFileSync(path), before);
  t.same(Buffer.from(readKeyFile(path)), before);
  makeKeyFile(join(directory, 'other'));
  t.notSame(readFileSync(join(directory, 'other')), before);
});

t.test('what is missing and what is no key', async (t) => {
  const directory = t.testdir({ short: 'x'.repeat(31), long: 'x'.repeat(33) });
  t.throws(() => readKeyFile(join(directory, 'none')), { code: 'KEY_FILE_MISSING', message: /AMPOULE_KEY_FILE/ });
  for (const name of ['short', 'long'])
    t.throws(() => readKeyFile(join(directory, name)), { code: 'WRONG_KEY', message: /bytes instead of 32/ });
});
