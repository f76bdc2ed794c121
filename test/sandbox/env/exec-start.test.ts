/** What an exec is created with, and what is made of one that never began. */

import t from 'tap';
import { createExec, openExec, outputWithoutProcess, whenStarted } from '../../../sandbox/env/exec-start.js';
import { CONTAINER, frame, request, seen, stubEngine } from '../exec-stub.js';

t.test('the request’s variables and the marker, which nobody else sets', async (t) => {
  const engine = stubEngine({ looks: [null] });
  await createExec(
    engine,
    CONTAINER.dockerId,
    request({ env: { A: 'x=y\nz', AMPOULE_EXEC: 'forged' }, user: 'user', workdir: '/w', stdin: Buffer.from('x') }),
  );
  t.match(engine.specs, [
    {
      env: ['A=x=y\nz', 'AMPOULE_EXEC=exe_1'],
      user: 'user',
      workdir: '/w',
      stdin: true,
      tty: false,
      command: ['true'],
    },
  ]);
});

t.test('waits for a process, or for the end of what had none', async (t) => {
  const unstarted = seen({ pid: 0, running: false });
  t.equal(await whenStarted(stubEngine({ looks: [unstarted, unstarted, seen({ pid: 77 })] }), 'e1'), 77);
  t.equal(
    await whenStarted(stubEngine({ looks: [unstarted, seen({ pid: 0, running: false, exitCode: 126 })] }), 'e1'),
    null,
  );
  t.equal(await whenStarted(stubEngine({ looks: [null] }), 'e1'), null);
});

t.test('output of one without a process: the reason, or what a short one said', async (t) => {
  const engine = stubEngine({ looks: [null] });
  engine.output.end(frame(1, 'OCI runtime exec failed: exec: "x": executable file not found in $PATH\r\n'));
  const connection = await openExec(engine, 'e1', null);
  t.match(await outputWithoutProcess(connection, ['x']), { refusal: { code: 127 } });
  const short = stubEngine({ looks: [null] });
  short.output.end(Buffer.concat([frame(1, 'out'), frame(2, 'err')]));
  const said = await outputWithoutProcess(await openExec(short, 'e1', Buffer.from('in')), ['x']);
  t.equal(said.refusal, null);
  t.same(
    said.parts.map(({ stream, data }) => `${stream} ${Buffer.from(data)}`),
    ['stdout out', 'stderr err'],
  );
});

t.test('a broken connection gives what came', async (t) => {
  const engine = stubEngine({ looks: [null] });
  engine.output.write(frame(1, 'out'));
  const connection = await openExec(engine, 'e1', null);
  setTimeout(() => connection.destroy(new Error('reset')), 20);
  const said = await outputWithoutProcess(connection, ['x']);
  t.equal(said.refusal, null);
  t.equal(Buffer.concat(said.parts.map((part) => part.data)).toString(), 'out');
});
