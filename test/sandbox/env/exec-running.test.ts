/** How a running exec ends when engine, container or rights are missing; every end is one defined exit. */

import t from 'tap';
import { DockerExec, type ExecParts } from '../../../sandbox/env/exec-running.js';
import { beginTrace } from '../../../sandbox/env/exec-trace.js';
import { SandboxError, UnknownOutcome } from '../../../sandbox/errors.js';
import { CONTAINER, frame, type Stub, seen, stubEngine } from '../exec-stub.js';

function running(engine: Stub, more: Partial<ExecParts> = {}) {
  const over: string[] = [];
  const exec = new DockerExec({
    engine,
    exec: 'e1',
    connection: engine.connection,
    trace: beginTrace('exe_1', CONTAINER, () => null),
    maySignal: false,
    alone: () => false,
    exclusively: (work) => work(),
    over: () => over.push('over'),
    timeout: null,
    startedAt: performance.now(),
    ...more,
  });
  return { exec, over };
}

async function read(exec: DockerExec): Promise<string> {
  let text = '';
  for await (const { stream, data } of exec.output) text += `${stream}:${Buffer.from(data)} `;
  return text;
}

t.test('output, then the exit code, also when the program outlives its output', async (t) => {
  const engine = stubEngine({ looks: [seen({}), seen({}), seen({ running: false, exitCode: 3 })] });
  const { exec, over } = running(engine);
  engine.output.end(Buffer.concat([frame(1, 'a'), frame(2, 'b')]));
  t.equal(await read(exec), 'stdout:a stderr:b ');
  t.match(await exec.exit, { code: 3 });
  await exec.end('TIMEOUT');
  t.match(await exec.exit, { code: 3, reason: undefined }, 'an end after the end changes nothing');
  t.same(over, ['over']);
});

t.test('a container that is gone: replaced, or ended by itself', async (t) => {
  for (const look of [null, new SandboxError('SANDBOX_NOT_RUNNING', 'gone'), seen({ running: false, exitCode: 137 })]) {
    for (const replaced of [true, false]) {
      const engine = stubEngine({ looks: [look], container: null });
      const { exec } = running(engine);
      if (replaced) exec.replaced();
      engine.output.end();
      await read(exec);
      t.match(await exec.exit, { code: null, reason: replaced ? 'SANDBOX_REPLACED' : 'SANDBOX_EXITED' });
    }
  }
});

t.test('137 in a container that runs on is the program’s own', async (t) => {
  const container = { running: true, pid: CONTAINER.pid };
  const engine = stubEngine({ looks: [seen({ running: false, exitCode: 137 })], container });
  const { exec } = running(engine);
  engine.output.end();
  await read(exec);
  const exit = await exec.exit;
  t.equal(exit.code, 137);
  t.equal(exit.reason, undefined);
});

t.test('an engine that is lost for long ends it with that reason', async (t) => {
  const engine = stubEngine({ looks: [new UnknownOutcome('execInspect', 'test')] });
  const { exec, over } = running(engine);
  setImmediate(() => engine.connection.destroy(new Error('reset')));
  t.equal(await read(exec), '');
  t.match(await exec.exit, { code: null, reason: 'ENGINE_UNREACHABLE' });
  await new Promise((resolve) => setImmediate(resolve));
  t.same(over, ['over']);
});

t.test('one lost answer is asked again', async (t) => {
  const lost = new UnknownOutcome('execInspect', 'test');
  const engine = stubEngine({ looks: [lost, lost, seen({ running: false, exitCode: 0 })] });
  const { exec } = running(engine);
  engine.output.end();
  await read(exec);
  t.match(await exec.exit, { code: 0 });
});

t.test('without the right to signal it says that the command runs on', async (t) => {
  const engine = stubEngine({ looks: [seen({})] });
  const { exec } = running(engine);
  const reading = read(exec);
  await t.rejects(exec.end('CLIENT_GONE'), { code: 'EXEC_CANNOT_END', message: /pid host/ });
  await t.rejects(exec.end('TIMEOUT'), { code: 'EXEC_CANNOT_END' }, 'the first reason stays');
  t.match(await exec.exit, { code: null, reason: 'CLIENT_GONE' });
  await reading;
  t.equal(engine.connection.destroyed, true);
});

t.test('a reader that leaves is a client that is gone', async (t) => {
  const engine = stubEngine({ looks: [seen({})] });
  const { exec } = running(engine, { maySignal: true });
  engine.output.write(frame(1, 'a'));
  for await (const part of exec.output) {
    t.equal(part.stream, 'stdout');
    break;
  }
  t.match(await exec.exit, { code: null, signal: 'SIGKILL', reason: 'CLIENT_GONE' });
  t.equal(engine.connection.destroyed, true);
});

t.test('a timeout ends it with that reason, and what it said before can be read', async (t) => {
  const engine = stubEngine({ looks: [seen({})] });
  const { exec } = running(engine, { maySignal: true, timeout: 20 });
  engine.output.write(frame(1, 'before'));
  t.match(await exec.exit, { code: null, signal: 'SIGKILL', reason: 'TIMEOUT' });
  engine.output.end();
  t.equal(await read(exec), 'stdout:before ');
});
