import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { newKeyFile, nextKeyFile } from '../../store/rekey-file.js';

function places(directory: string) {
  const at = { dataDir: join(directory, 'data'), stateDir: join(directory, 'state') };
  for (const path of Object.values(at)) mkdirSync(path);
  return { ...at, configured: join(directory, 'ampoule.key') };
}

t.test('a new path is written at once, and says which setting to change', async (t) => {
  const directory = t.testdir();
  const path = join(directory, 'keys', 'second.key');
  const at = places(directory);
  const made = newKeyFile(path, at);
  t.equal(made.written, path);
  t.equal(readFileSync(path).length, 32);
  t.match(made.install(), { path, step: `Set AMPOULE_KEY_FILE=${path}` });
  const undone = newKeyFile(join(directory, 'third.key'), { ...at, configured: null });
  undone.undo();
  t.notOk(existsSync(join(directory, 'third.key')));
});

t.test('the configured path is replaced in one step, after the commit', async (t) => {
  const directory = t.testdir();
  const at = places(directory);
  writeFileSync(at.configured, 'old');
  const made = newKeyFile(at.configured, at);
  t.equal(made.written, nextKeyFile(at.configured));
  t.equal(readFileSync(at.configured, 'utf8'), 'old', 'still the old one');
  t.same(made.install(), { path: at.configured, step: null });
  t.equal(readFileSync(at.configured).length, 32);
  t.notOk(existsSync(made.written));
});

t.test('a read-only source: the new key goes to the state directory, with the step to take', async (t) => {
  const directory = t.testdir();
  const at = places(directory);
  // /proc takes no file from anybody, as a directory of credentials takes none.
  const configured = '/proc/self/ampoule.key';
  const made = newKeyFile(configured, { ...at, configured });
  t.equal(made.written, join(at.stateDir, 'ampoule.key'));
  t.match(made.install(), { path: made.written, step: /is read-only\. Put .*state\/ampoule\.key in its place/ });
  const again = newKeyFile(configured, { ...at, configured });
  t.equal(again.written, join(at.stateDir, 'ampoule.key.2'), 'the first one is not overwritten');
});

t.test('paths that no key may lie at', async (t) => {
  const directory = t.testdir();
  const at = places(directory);
  writeFileSync(join(directory, 'taken'), 'x');
  const refusal = { code: 'INVALID_INPUT', problems: [{ pointer: '/keyFile' }] };
  for (const path of [
    'relative.key',
    join(at.dataDir, 'x.key'),
    join(at.dataDir, 'deep', 'x.key'),
    join(directory, 'taken'),
    '/proc/none/x',
  ])
    t.throws(() => newKeyFile(path, at), refusal, path);
  t.equal(readFileSync(join(directory, 'taken'), 'utf8'), 'x');
});
