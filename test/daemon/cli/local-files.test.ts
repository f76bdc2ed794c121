import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { writeLocalFiles } from '../../../daemon/cli/local-files.js';
import { directoryUntilEnd } from '../../engine/directory.js';

const file = (variable: string, name: string, content: string) => ({ variable, name, content: Buffer.from(content) });
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

function inMemory(t: Test): { XDG_RUNTIME_DIR: string } {
  const path = mkdtempSync('/dev/shm/ampoule-test-');
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return { XDG_RUNTIME_DIR: path };
}

t.test('files of our own in memory, two of one name too, and gone when they are removed', async (t) => {
  const env = inMemory(t);
  const { paths, remove } = writeLocalFiles(
    [file('A', 'key.json', 'one'), file('B', 'key.json', 'two'), file('C', '../../escaped', 'three')],
    env,
  );
  const [base = ''] = readdirSync(env.XDG_RUNTIME_DIR).map((name) => join(env.XDG_RUNTIME_DIR, name));
  t.same(Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, readFileSync(path, 'utf8')])), {
    A: 'one',
    B: 'two',
    C: 'three',
  });
  for (const path of Object.values(paths)) t.ok(path.startsWith(`${base}/`), path);
  t.same([mode(base), mode(dirname(paths.A ?? '')), mode(paths.A ?? '')], ['700', '700', '400']);
  remove();
  t.same(readdirSync(env.XDG_RUNTIME_DIR), []);
});

t.test('what a killed run left goes; what another one has stays', async (t) => {
  const env = inMemory(t);
  const left = join(env.XDG_RUNTIME_DIR, 'ampoule-run-2147483646-abc');
  const other = join(env.XDG_RUNTIME_DIR, `ampoule-run-${process.ppid}-abc`);
  for (const path of [left, other]) mkdirSync(path);
  const { remove } = writeLocalFiles([file('A', 'a', 'x')], env);
  t.same([existsSync(left), existsSync(other)], [false, true]);
  remove();
});

t.test('never on a disk', async (t) => {
  const disk = directoryUntilEnd(t);
  const { paths, remove } = writeLocalFiles([file('A', 'a', 'x')], { XDG_RUNTIME_DIR: '/proc' });
  t.match(paths.A, /^\/dev\/shm\//, 'a directory that is none in memory is passed over');
  remove();
  t.same(writeLocalFiles([], { XDG_RUNTIME_DIR: disk }).paths, {});
  t.same(readdirSync(disk), []);
});
