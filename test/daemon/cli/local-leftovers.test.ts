import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { eraseDirectory, ourselves, prefixOf, sweepLeftovers } from '../../../daemon/cli/local-leftovers.js';

const NOBODY = 65_534;
const GONE = 2_147_483_646;
const self = ourselves();
const isRoot = process.getuid?.() === 0;

function base(t: Test): string {
  const path = mkdtempSync('/dev/shm/ampoule-test-');
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function left(base: string, pid = GONE, namespace = self.namespace): string {
  const path = join(base, `${prefixOf({ ...self, pid, namespace })}abc`);
  mkdirSync(path, { mode: 0o700 });
  return path;
}

t.test('what a run left that is no more goes, and nothing else', async (t) => {
  const where = base(t);
  t.match(self.namespace, /^\d+$/);
  const gone = left(where);
  mkdirSync(join(gone, 'KEY'));
  writeFileSync(join(gone, 'KEY', 'key'), 'x', { mode: 0o400 });
  const stays = [left(where, process.ppid), left(where, GONE, '1'), left(where, GONE, null), join(where, 'other')];
  mkdirSync(join(where, 'other'));
  sweepLeftovers(where, self);
  t.same([existsSync(gone), ...stays.map((path) => existsSync(path))], [false, true, true, true, true]);
  const unknown = left(where);
  sweepLeftovers(where, { ...self, namespace: null });
  t.ok(existsSync(unknown), 'without a namespace of our own no pid means anything');
  t.doesNotThrow(() => sweepLeftovers('/nonexistent', self));
});

t.test('only a directory that is as we make them: of our own user, closed to others, no link', async (t) => {
  const where = base(t);
  const theirs = left(where);
  sweepLeftovers(where, { ...self, uid: self.uid + 1 });
  t.ok(existsSync(theirs), 'of another user');
  const open = left(where, GONE - 1);
  chmodSync(open, 0o755);
  const target = join(where, 'target');
  mkdirSync(target, { mode: 0o700 });
  writeFileSync(join(target, 'own'), 'stays');
  const link = join(where, `${prefixOf({ ...self, pid: GONE })}link`);
  symlinkSync(target, link);
  const file = join(where, `${prefixOf({ ...self, pid: GONE })}file`);
  writeFileSync(file, 'x', { mode: 0o700 });
  sweepLeftovers(where, self);
  t.same(
    readdirSync(where).sort(),
    [open, link, file, target].map((path) => path.slice(where.length + 1)).sort(),
    'the one of our own is gone',
  );
  t.equal(readFileSync(join(target, 'own'), 'utf8'), 'stays');
});

t.test('a run that became another user is there all the same', async (t) => {
  const where = base(t);
  const user = isRoot ? NOBODY : self.uid;
  let pid = 1;
  if (isRoot) {
    const other = spawn('sleep', ['60'], { uid: NOBODY - 1, stdio: 'ignore' });
    t.teardown(() => other.kill('SIGKILL'));
    await once(other, 'spawn');
    pid = other.pid ?? 0;
    chownSync(where, user, user);
  }
  const [theirs, gone] = [left(where, pid), left(where)];
  if (isRoot) for (const path of [theirs, gone]) chownSync(path, user, user);
  if (isRoot) process.seteuid?.(user);
  try {
    t.throws(() => process.kill(pid, 0), { code: 'EPERM' });
    sweepLeftovers(where, { ...self, uid: user });
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
  t.same([existsSync(theirs), existsSync(gone)], [true, false]);
});

t.test('files are overwritten before they go, but not what has another name, nor more than can be ours', async (t) => {
  const where = base(t);
  const path = join(where, 'ours');
  mkdirSync(join(path, 'KEY'), { recursive: true });
  const [file, large, linked, other] = ['KEY/key', 'large', 'linked', '../elsewhere'].map((name) =>
    join(path, name),
  ) as [string, string, string, string];
  writeFileSync(file, 'CANARY', { mode: 0o400 });
  writeFileSync(large, 'CANARY');
  truncateSync(large, 2 ** 40);
  writeFileSync(other, 'own');
  linkSync(other, linked);
  symlinkSync(other, join(path, 'link'));
  const opened = [file, large].map((path) => openSync(path, 'r'));
  eraseDirectory(path);
  for (const fd of opened) {
    const bytes = Buffer.alloc(6, 'x');
    readSync(fd, bytes, 0, 6, 0);
    closeSync(fd);
    t.same(bytes, Buffer.alloc(6));
  }
  t.notOk(existsSync(path));
  t.equal(readFileSync(other, 'utf8'), 'own');
});
