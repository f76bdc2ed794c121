/** The book of running execs: what is refused, what is counted, and what a failed start leaves. */

import t from 'tap';
import { makeExecs } from '../../../sandbox/env/exec.js';
import { SandboxError, UnknownOutcome } from '../../../sandbox/errors.js';
import { CONTAINER, frame, request, seen, stubEngine } from '../exec-stub.js';

t.test('a timeout that could not be kept is refused before anything starts', async (t) => {
  const engine = stubEngine({ looks: [seen({})] });
  const execs = makeExecs({ engine });
  await t.rejects(execs.start(request({ timeout: 1000 }), CONTAINER), { code: 'EXEC_CANNOT_END', message: /timeout/ });
  t.same(engine.specs, []);
  t.equal(execs.running(CONTAINER.dockerId), 0);
});

t.test('counts what runs, until it is over', async (t) => {
  const engine = stubEngine({ looks: [seen({}), seen({ running: false, exitCode: 0 })] });
  const execs = makeExecs({ engine });
  const exec = await execs.start(request(), CONTAINER);
  t.equal(execs.running(CONTAINER.dockerId), 1);
  engine.output.end();
  for await (const part of exec.output) t.fail(part.stream);
  t.match(await exec.exit, { code: 0 });
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(execs.running(CONTAINER.dockerId), 0);
});

t.test('a command that cannot begin exits as in a shell', async (t) => {
  const engine = stubEngine({ looks: [seen({ pid: 0, running: false, exitCode: 126 })] });
  const execs = makeExecs({ engine });
  engine.output.end(frame(1, 'OCI runtime exec failed: exec: "nope": executable file not found in $PATH\r\n'));
  const exec = await execs.start(request({ command: ['nope'] }), CONTAINER);
  let text = '';
  for await (const { stream, data } of exec.output) text += `${stream}: ${Buffer.from(data)}`;
  t.match(text, /^stderr: ampoule: "nope" was not found/);
  t.match(await exec.exit, { code: 127 });
  await exec.end('TIMEOUT');
  t.equal(execs.running(CONTAINER.dockerId), 0);
});

t.test('a program that was over before it was seen keeps output and code', async (t) => {
  const engine = stubEngine({ looks: [seen({ pid: 0, running: false, exitCode: 5 })] });
  engine.output.end(frame(1, 'fast'));
  const exec = await makeExecs({ engine }).start(request(), CONTAINER);
  for await (const { data } of exec.output) t.equal(Buffer.from(data).toString(), 'fast');
  t.match(await exec.exit, { code: 5 });
});

t.test('a failed start is passed on and counts no longer', async (t) => {
  for (const create of [new SandboxError('SANDBOX_NOT_RUNNING', 'gone'), new UnknownOutcome('execCreate', 'test')]) {
    const engine = stubEngine({ looks: [null], create });
    const execs = makeExecs({ engine });
    await t.rejects(execs.start(request(), CONTAINER), { code: create.code });
    t.equal(execs.running(CONTAINER.dockerId), 0);
  }
});

t.test('execs of a container that is replaced say so', async (t) => {
  const engine = stubEngine({ looks: [seen({}), null] });
  const execs = makeExecs({ engine });
  const exec = await execs.start(request(), CONTAINER);
  execs.replaced('another');
  execs.replaced(CONTAINER.dockerId);
  engine.output.end();
  for await (const part of exec.output) t.fail(part.stream);
  t.match(await exec.exit, { code: null, reason: 'SANDBOX_REPLACED' });
});

t.test('nothing to thaw where no control group is found', async (t) => {
  t.equal(await makeExecs({ engine: stubEngine({ looks: [null] }) }).thawLeftover(CONTAINER), false);
});
