/** Commands over Docker's API on a real engine: how they run, what comes out, and that output waits for its reader. */

import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { readLogs } from '../../sandbox/engine/logs.js';
import { until } from '../engine/wait.js';
import { makeBox } from './exec-box.js';

t.test('exit codes, streams, user, directory and variables', async (t) => {
  const box = await makeBox(t);
  t.match(await box.run(['sh', '-c', 'echo out; echo err >&2; exit 3']), {
    stdout: 'out\n',
    stderr: 'err\n',
    exit: { code: 3, reason: undefined },
  });
  t.match(await box.run('exit 0'), { stdout: '', exit: { code: 0 } });
  t.match(await box.run(['echo', '$HOME', '*', "a'b"]), { stdout: "$HOME * a'b\n" }, 'an array is not read by a shell');
  t.match(await box.run('echo "$A-$PWD-$(id -u)"', { env: { A: 'x=1\ny' }, workdir: '/tmp', user: 'user' }), {
    stdout: 'x=1\ny-/tmp-1000\n',
  });
  t.match((await box.run('env', { env: { PATH: '/bin:/x', AMPOULE_EXEC: 'forged' } })).stdout, /^PATH=\/bin:\/x$/m);
  t.match((await box.run('env', { env: { AMPOULE_EXEC: 'forged' } })).stdout, /^AMPOULE_EXEC=exe_/m);
  t.match(await box.run('kill -9 $$'), { exit: { code: 137, reason: undefined } });
  t.match(await box.run('kill -TERM $$'), { exit: { code: 143 } });
  const closed = await box.run('exec >&- 2>&-; sleep 0.3; exit 7');
  t.match(closed.exit, { code: 7 }, 'a program that closes its output and goes on is waited for');
  t.same(box.others(), []);
});

t.test('what cannot begin exits as in a shell and says why', async (t) => {
  const box = await makeBox(t);
  t.match(await box.run(['nope']), { stdout: '', stderr: /"nope" was not found/, exit: { code: 127 } });
  t.match(await box.run(['/bin/nope']), { stderr: /was not found/, exit: { code: 127 } });
  t.match(await box.run(['/etc/passwd']), { stderr: /may not be executed/, exit: { code: 126 } });
  t.match(await box.run('true', { user: 'nobody-here' }), { stderr: /user does not exist/, exit: { code: 126 } });
  t.match(await box.run('true', { workdir: '/nope' }), { stderr: /working directory/, exit: { code: 126 } });
  t.match(await box.run('nope'), { stderr: /nope: not found/, exit: { code: 127 } }, 'the shell’s own word');
  await box.face.docker('pause', box.container.dockerId);
  await t.rejects(box.run('true'), { code: 'SANDBOX_NOT_RUNNING' });
  await box.face.docker('unpause', box.container.dockerId);
  await box.face.docker('rm', '-f', box.container.dockerId);
  await t.rejects(box.run('true'), { code: 'SANDBOX_NOT_RUNNING' });
});

t.test('stdin of 1 MiB arrives whole and ends', async (t) => {
  const box = await makeBox(t);
  const stdin = Buffer.alloc(1024 * 1024, 'line of text\n');
  stdin[1000] = 0;
  stdin[2000] = 0xff;
  const sum = createHash('sha256').update(stdin).digest('hex');
  t.match(await box.run(['sha256sum'], { stdin }), { stdout: `${sum}  -\n`, exit: { code: 0 } });
  t.match(await box.run(['cat'], { stdin: Buffer.alloc(0) }), { stdout: '', exit: { code: 0 } });
  t.match(await box.run(['true'], { stdin }), { exit: { code: 0 } }, 'a program that reads nothing');
  t.match(await box.run(['head', '-c', '4'], { stdin }), { stdout: 'line', exit: { code: 0 } });
});

t.test('50 MB of output wait for their reader and need no memory', async (t) => {
  const box = await makeBox(t);
  const size = 50 * 1000 * 1000;
  const exec = await box.start(['head', '-c', String(size), '/dev/zero']);
  let exited = false;
  void exec.exit.then(() => {
    exited = true;
  });
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const held = () => {
    collectGarbage();
    return process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  };
  const before = held();
  let most = 0;
  let next = 0;
  let read = 0;
  let waited = false;
  for await (const { data } of exec.output) {
    read += data.length;
    if (!waited && read > 1_000_000) {
      waited = true;
      // Long enough to send it all, if anybody took it.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      t.same(box.others(), [`head -c ${size} /dev/zero`], 'the program is kept waiting');
      t.equal(exited, false);
    }
    if (read > next) {
      next += 5_000_000;
      most = Math.max(most, held() - before);
    }
  }
  t.equal(read, size);
  t.match(await exec.exit, { code: 0 });
  t.ok(most < 10_000_000, `at most ${(most / 1e6).toFixed(1)} MB held`);
});

t.test('many at once keep apart', async (t) => {
  const box = await makeBox(t);
  const runs = await Promise.all(Array.from({ length: 12 }, (_, at) => box.run(`sleep 0.1; echo ${at}; exit ${at}`)));
  for (const [at, run] of runs.entries()) t.match(run, { stdout: `${at}\n`, exit: { code: at } });
  await until('none running', () => box.execs.running(box.container.dockerId) === 0);
});

t.test('logs of the main process: all, the tail, and as they come', async (t) => {
  const box = await makeBox(t, { main: 'echo one; echo two >&2; echo three; sleep 1; echo four; sleep 1000' });
  const read = async (options: { follow: boolean; tail?: number }, enough: RegExp) => {
    let text = '';
    const abort = new AbortController();
    const container = { dockerId: box.container.dockerId, tty: false };
    for await (const { stream, data } of readLogs(box.engine, container, options, abort.signal)) {
      text += `${stream}:${Buffer.from(data)}`;
      if (enough.test(text)) abort.abort();
    }
    return text;
  };
  await until('three lines', async () => (await read({ follow: false }, /never/)).includes('three'));
  t.match(await read({ follow: true }, /four/), /stdout:one\n/, 'follows until it is told to stop');
  const all = await read({ follow: false }, /never/);
  for (const line of ['stdout:one\n', 'stderr:two\n', 'stdout:four\n']) t.ok(all.includes(line), line);
  t.equal(await read({ follow: false, tail: 1 }, /never/), 'stdout:four\n');
});

t.test('a container that goes ends its commands with a reason', async (t) => {
  for (const reason of ['SANDBOX_REPLACED', 'SANDBOX_EXITED'] as const) {
    const box = await makeBox(t);
    const exec = await box.start('echo up; sleep 600');
    const output = exec.output[Symbol.asyncIterator]();
    const { value: first } = await output.next();
    t.equal(Buffer.from(first?.data ?? []).toString(), 'up\n');
    const rest = output.next();
    if (reason === 'SANDBOX_REPLACED') box.execs.replaced(box.container.dockerId);
    await box.face.docker('rm', '-f', box.container.dockerId);
    t.equal((await rest).done, true);
    t.match(await exec.exit, { code: null, reason });
  }
});
