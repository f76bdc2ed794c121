import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeDirectory } from '../../store/directory.js';

t.test('makes what is missing for its owner alone, and leaves what is there', async (t) => {
  const directory = t.testdir({ file: '' });
  chmodSync(directory, 0o755);
  makeDirectory(join(directory, 'a', 'b'));
  makeDirectory(join(directory, 'a', 'b'));
  t.equal(statSync(join(directory, 'a')).mode & 0o777, 0o700);
  t.equal(statSync(join(directory, 'a', 'b')).mode & 0o777, 0o700);
  t.equal(statSync(directory).mode & 0o777, 0o755);
  t.throws(() => makeDirectory(join(directory, 'file')), { code: 'EEXIST' });
  t.throws(() => makeDirectory('/proc/none/x'), { code: 'ENOENT' }, 'where nobody can, it says so and does not hang');
});
