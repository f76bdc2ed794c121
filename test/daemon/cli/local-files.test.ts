import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { writeLocalFiles } from '../../../daemon/cli/local-files.js';
import { ourselves, prefixOf } from '../../../daemon/cli/local-leftovers.js';
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

t.test('what a killed run left goes, also where there are no files now; what another one has stays', async (t) => {
  const env = inMemory(t);
  const at = (pid: number) => join(env.XDG_RUNTIME_DIR, `${prefixOf({ ...ourselves(), pid })}abc`);
  const [left, other] = [at(2_147_483_646), at(process.ppid)];
  for (const files of [[file('A', 'a', 'x')], []]) {
    for (const path of [left, other]) mkdirSync(path, { recursive: true, mode: 0o700 });
    const { remove } = writeLocalFiles(files, env);
    t.same([existsSync(left), existsSync(other)], [false, true]);
    remove();
  }
  t.same(readdirSync(env.XDG_RUNTIME_DIR), [basename(other)]);
});

t.test('named so that others see whose they are; overwritten, and gone however the process ends', async (t) => {
  const env = inMemory(t);
  const { paths, remove } = writeLocalFiles([file('A', 'a', 'CANARY')], env);
  t.ok(readdirSync(env.XDG_RUNTIME_DIR).every((name) => name.startsWith(prefixOf(ourselves()))));
  const fd = openSync(paths.A ?? '', 'r');
  const before = process.listenerCount('exit');
  remove();
  t.equal(process.listenerCount('exit'), before - 1);
  t.equal(readFileSync(fd, 'utf8'), '\0'.repeat(6));
  closeSync(fd);
  const module = fileURLToPath(new URL('../../../daemon/cli/local-files.ts', import.meta.url));
  const script = `const { writeLocalFiles } = await import(${JSON.stringify(module)});
    const { paths } = writeLocalFiles([{ variable: 'A', name: 'a', content: Buffer.from('x') }], process.env);
    console.log(paths.A);
    throw new Error('in the middle');`;
  const ran = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
  });
  t.match(ran, { status: 1, stdout: /^\/dev\/shm\/.*\/A\/a\n$/, stderr: /in the middle/ });
  t.same(readdirSync(env.XDG_RUNTIME_DIR), []);
});

t.test('never on a disk', async (t) => {
  const disk = directoryUntilEnd(t);
  const { paths, remove } = writeLocalFiles([file('A', 'a', 'x')], { XDG_RUNTIME_DIR: '/proc' });
  t.match(paths.A, /^\/dev\/shm\//, 'a directory that is none in memory is passed over');
  remove();
  t.same(writeLocalFiles([], { XDG_RUNTIME_DIR: disk }).paths, {});
  t.same(readdirSync(disk), []);
});
