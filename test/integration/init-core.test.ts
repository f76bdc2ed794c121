/** ampoule-init in a real container, with the daemon played: what commands are given, as whom they run, and files of secrets. */

import t from 'tap';
import { entry } from '../engine/played-daemon.js';
import { initWorld, LONG } from './init-world.js';

t.test('a command gets the environment, and its output and status come back', LONG, async (t) => {
  const { played } = await initWorld(t, { run: ['-e', 'BASE=b', '-e', 'BOTH=base'] });
  await played.setDone([entry('TOKEN', 'first'), entry('BOTH', 'live'), entry('EMPTY', '')]);
  const env = await played.finish(['env'], { env: ['OWN=o', 'BASE=x'] });
  t.equal(env.code, 0);
  t.same(named(env.stdout, /^(TOKEN|BOTH|EMPTY|OWN|BASE|PATH|HOME|TERM)=/), [
    ...['BASE=x', 'BOTH=live', 'EMPTY=', 'HOME=/root', 'OWN=o', 'PATH=/bin', 'TOKEN=first'],
  ]);
  const lines = 'a\nb "c" $d\n';
  await played.setDone([entry('MANY', lines), entry('TOKEN', null)]);
  t.equal((await played.finish(['sh', '-c', 'printf %s "$MANY$TOKEN"'])).stdout, `${lines}first`, 'one that it has');
  const both = await played.finish(['sh', '-c', 'echo out; echo err >&2; exit 7']);
  t.match(both, { stdout: 'out\n', stderr: 'err\n', code: 7 });
  t.match(await played.finish(['sh', '-c', 'kill -USR1 $$']), { code: -1 });
  t.match(await played.finish(['no-such-program']), { code: 127, reason: /not found/ });
  t.match(await played.finish(['/etc/passwd']), { code: 126, reason: /Permission denied/ });
  t.match(await played.finish(['true'], { workdir: '/nowhere' }), { code: 126, reason: /nowhere/ });
  t.match(await played.finish(['pwd'], { workdir: '/tmp' }), { stdout: '/tmp\n' });
  t.match(await played.finish(['sh', '-c', 'ls -l /proc/self/fd | grep -c socket']), { stdout: '0\n' });
  const own = await played.finish(['env'], { env: ['PATH=/bin:/x', 'HOME=/here', 'TOKEN=mine'] });
  t.same(named(own.stdout, /^(PATH|HOME|TOKEN)=/), ['HOME=/here', 'PATH=/bin:/x', 'TOKEN=mine']);
});

t.test('users are those of the container', LONG, async (t) => {
  const { played } = await initWorld(t, { config: { user: 'user' } });
  await played.setDone([]);
  const show = ['sh', '-c', 'id; echo $HOME; echo x > /dev/stdout; echo y | tee /dev/stderr'];
  const user = await played.finish(show);
  t.match(user, { code: 0, stdout: /^uid=1000\(user\) gid=1000\(user\).*\n\/home\/user\nx\ny\n/, stderr: 'y\n' });
  t.match(await played.finish(show, { user: 'root' }), { stdout: /^uid=0\(root\).*\n\/root\nx\ny\n/ });
  t.match(await played.finish(show, { user: '77' }), { stdout: /^uid=77 gid=0\(root\).*\n\/\nx\ny\n/ });
  t.match(await played.finish(show, { user: 'user:root' }), { stdout: /^uid=1000\(user\) gid=0\(root\)/ });
  t.match(await played.finish(['true'], { user: 'nobody-here' }), { code: 126, reason: /passwd/ });
  t.match(await played.finish(['true'], { user: 'user:no-group' }), { code: 126, reason: /group/ });
});

t.test('under strict everything is the one user', LONG, async (t) => {
  const { played } = await initWorld(t, { privileges: 'strict', run: ['--user', '1000'], config: { user: '1000' } });
  await played.setDone([entry('TOKEN', 'first'), entry('FILE', 'content', { file: true })]);
  const out = await played.finish(['sh', '-c', 'id -u; cat "$FILE"; echo; echo x > /dev/stdout']);
  t.match(out, { code: 0, stdout: '1000\ncontent\nx\n' });
  t.match(await played.finish(['true'], { user: 'root' }), { code: 126, reason: /strict/ });
  const stubborn = played.exec(['sh', '-c', 'trap "" TERM; while :; do sleep 1; done']);
  await played.hear('started', (frame) => frame.id === stubborn.id);
  t.match(await played.setDone([]), { left: 0 });
  t.match(await stubborn.ended(), { code: -1, signal: 9 });
});

t.test('a secret as a file is the user’s alone, and leaves nothing', LONG, async (t) => {
  const { played } = await initWorld(t, { config: { user: 'user' } });
  const file = entry('KUBE', 'one', { file: true });
  const elsewhere = entry('PG', Buffer.from([0, 1, 255]).toString('latin1'), {
    file: true,
    path: '/run/secrets/deep/pg',
  });
  await played.setDone([file, { ...elsewhere, value: Buffer.from([0, 1, 255]) }]);
  const look = 'stat -c "%U %a %n" $KUBE /.ampoule/files; cat $KUBE; echo; od -An -tx1 $PG; echo $PG';
  t.match(await played.finish(['sh', '-c', look]), {
    stdout: 'user 400 /.ampoule/files/KUBE\nuser 700 /.ampoule/files\none\n 00 01 ff\n/run/secrets/deep/pg\n',
  });
  // An open descriptor is no way to keep it.
  const reader = played.exec([
    'sh',
    '-c',
    'exec 3< $KUBE; trap "od -An -c <&3; exit 0" TERM; echo ready; while :; do sleep 0.1; done',
  ]);
  await reader.shows('ready');
  await played.setDone([{ ...file, version: 2, floor: 2, value: Buffer.from('two') }], { grace: 5000 });
  await reader.ended();
  t.notMatch(reader.text(), /o\s+n\s+e/);
  t.match(await played.finish(['sh', '-c', 'cat $KUBE; ls -A /.ampoule/files /run/secrets/deep']), {
    stdout: 'two/.ampoule/files:\nKUBE\n\n/run/secrets/deep:\n',
  });
  const taken = played.set([file, entry('BAD', 'x', { file: true, path: '/etc/passwd' })]);
  t.match(await played.hear('refused', (frame) => frame.seq === taken), { code: 7, reason: /passwd/ });
  const up = played.set([entry('BAD', 'x', { file: true, path: '/run/../etc/x' })]);
  t.match(await played.hear('refused', (frame) => frame.seq === up), { code: 7 });
  t.match(
    await played.finish(['sh', '-c', 'cat $KUBE; head -c 4 /etc/passwd']),
    { stdout: 'tworoot' },
    'nothing changed',
  );
  await played.setDone([]);
  t.match(await played.finish(['ls', '-A', '/.ampoule/files'], { user: 'root' }), { stdout: '' });
});

function named(output: string, pattern: RegExp): string[] {
  return output
    .split('\n')
    .filter((line) => pattern.test(line))
    .sort();
}
