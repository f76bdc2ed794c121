/** Which program an engine needs, and where it is put. */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { executableDirectory, initProgram, installInit, mountedNoexec } from '../../../sandbox/link/binary.js';

t.test('one program per architecture, however it is called', async (t) => {
  t.equal(initProgram('x86_64'), 'ampoule-init-x64');
  t.equal(initProgram('amd64'), 'ampoule-init-x64');
  t.equal(initProgram('aarch64'), 'ampoule-init-arm64');
  t.equal(initProgram('arm64'), 'ampoule-init-arm64');
  for (const other of ['armv7l', 'riscv64', 'i386', '', 'constructor']) t.equal(initProgram(other), null, other);
});

t.test('puts the program below a name made of its bytes, once', async (t) => {
  const dir = t.testdir({ program: 'one' });
  const from = join(dir, 'program');
  const into = join(dir, 'run');
  const umask = process.umask(0o077);
  t.teardown(() => process.umask(umask));
  const first = await installInit({ from, into });
  t.equal(first, join(into, `init-${createHash('sha256').update('one').digest('hex').slice(0, 16)}`, 'ampoule-init'));
  t.equal(readFileSync(first, 'utf8'), 'one');
  t.equal(statSync(first).mode & 0o777, 0o755, 'whatever the umask');
  t.equal(statSync(join(first, '..')).mode & 0o777, 0o755);

  const { ino } = statSync(first);
  t.equal(await installInit({ from, into }), first);
  t.equal(statSync(first).ino, ino, 'containers run it: it is not touched');
  t.same(readdirSync(join(first, '..')), ['ampoule-init'], 'nothing else lies there');

  writeFileSync(from, 'two');
  const second = await installInit({ from, into });
  t.not(second, first);
  t.equal(readFileSync(first, 'utf8'), 'one', 'the older one stays for its containers');
  writeFileSync(second, 'altered');
  await installInit({ from, into });
  t.equal(readFileSync(second, 'utf8'), 'two', 'an altered one is put right');
  t.same(await Promise.all([1, 2, 3, 4].map(() => installInit({ from, into }))), [second, second, second, second]);
  await t.rejects(installInit({ from: join(dir, 'missing'), into }), { code: 'ENOENT' });
});

const MOUNTINFO = [
  '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
  '25 22 0:22 / /run rw,nosuid,nodev,noexec,relatime shared:5 - tmpfs tmpfs rw,size=800k,mode=755',
  '30 25 0:28 / /run/ampoule rw,nosuid,nodev,relatime shared:6 - tmpfs tmpfs rw,noexec',
  '31 22 0:29 / /srv/with\\040space rw,noexec - tmpfs tmpfs rw',
  '32 22 0:30 / /srv/both rw,noexec - tmpfs tmpfs rw',
  '33 32 0:31 / /srv/both rw - tmpfs tmpfs rw',
  '',
].join('\n');

t.test('the mount that holds a path decides whether it can be executed', async (t) => {
  const noexec = (path: string) => mountedNoexec(path, MOUNTINFO);
  t.equal(noexec('/'), false);
  t.equal(noexec('/var/lib/ampoule'), false);
  t.equal(noexec('/run'), true);
  t.equal(noexec('/run/x'), true);
  t.equal(noexec('/runner'), false, 'a name that only begins alike');
  t.equal(noexec('/run/ampoule/init'), false, "the file system's own options are not the mount's");
  t.equal(noexec('/srv/with space/x'), true);
  t.equal(noexec('/srv/both/x'), false, 'what is mounted on top counts');
  t.equal(noexec('/x'), mountedNoexec('/x', ''), 'an empty text knows of nothing');
});

t.test('takes the first directory that programs may run from, behind links too', async (t) => {
  const dir = t.testdir({ proc: { self: {} }, run: {}, state: {} });
  writeFileSync(
    join(dir, 'proc/self/mountinfo'),
    `1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / ${join(dir, 'run')} rw,noexec - tmpfs x rw\n`,
  );
  const proc = join(dir, 'proc');
  const [run, state, link] = [join(dir, 'run'), join(dir, 'state'), join(dir, 'link')];
  symlinkSync(run, link);
  t.equal(await executableDirectory([run, state], proc), state);
  t.equal(
    await executableDirectory([join(run, 'not/there'), join(state, 'not/there')], proc),
    join(state, 'not/there'),
  );
  t.equal(await executableDirectory([join(link, 'x'), state], proc), state);
  t.equal(await executableDirectory([state, run], proc), state);
  t.equal(await executableDirectory([run], proc), null);
  mkdirSync(join(dir, 'here'));
  t.equal(await executableDirectory([join(dir, 'here')]), join(dir, 'here'), 'as this machine is mounted');
});
