import { spawn } from 'node:child_process';
import t from 'tap';
import { alive, end, identify } from '../../../daemon/quickstart/process.js';

t.test('knows a process again, and takes no other for it', async (t) => {
  const me = identify(process.pid);
  if (me === null) throw new Error('this process cannot be seen');
  t.ok(alive(me));
  t.notOk(alive({ ...me, start: String(Number(me.start) + 1) }), 'the same pid, started later');
  t.notOk(alive({ ...me, boot: 'another boot' }));
  t.equal(identify(2 ** 22 + 1), null);
});

t.test('ends a process, by force where it does not listen', async (t) => {
  for (const script of ['exec sleep 1000', 'trap "" TERM; while :; do sleep 0.1; done']) {
    const child = spawn('sh', ['-c', `${script.startsWith('trap') ? '' : 'echo; '}${script}`], { stdio: 'pipe' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const started = identify(child.pid ?? 0);
    if (started === null) throw new Error('the child cannot be seen');
    await end(started, 300);
    t.notOk(alive(started), script);
    await end(started, 300);
  }
});

t.test('leaves a stranger with the same pid alone', async (t) => {
  const child = spawn('sleep', ['1000']);
  const started = identify(child.pid ?? 0);
  if (started === null) throw new Error('the child cannot be seen');
  await end({ ...started, start: '1' }, 300);
  t.ok(alive(started));
  child.kill('SIGKILL');
});
