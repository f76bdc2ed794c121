import { PassThrough } from 'node:stream';
import t from 'tap';
import { CliError } from '../../../daemon/cli/errors.js';
import { Invocation } from '../../../daemon/cli/invocation.js';

function invocation(env: Record<string, string>) {
  const listeners = new Set<() => void>();
  const around = {
    env,
    cwd: '/',
    root: false,
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    onInterrupt: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const press = (): void => {
    for (const listener of listeners) listener();
  };
  return { it: new Invocation([], {}, around), press, listeners };
}

t.test('address and token come from what is around it, once', async (t) => {
  const { it } = invocation({ AMPOULE_ADDR: 'http://127.0.0.1:7433', AMPOULE_TOKEN: 'amp_op_x' });
  t.equal(it.client.address, 'http://127.0.0.1:7433');
  t.equal(it.client, it.client);
  t.same(it.token, { token: 'amp_op_x', from: 'AMPOULE_TOKEN' });
});

t.test('Ctrl-C ends the work with exit code 130; other errors stay what they are', async (t) => {
  const { it, press, listeners } = invocation({});
  const waiting = it.untilInterrupted(
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
  );
  press();
  await t.rejects(waiting, { code: 'INTERRUPTED', exit: 130 });
  const stuck = it.untilInterrupted(() => new Promise(() => {}));
  press();
  press();
  await t.rejects(stuck, { code: 'INTERRUPTED' }, 'work that cannot end is not waited for');
  await t.rejects(
    it.untilInterrupted(async () => {
      throw new CliError('X', 'No.');
    }),
    { code: 'X' },
  );
  t.equal(await it.untilInterrupted(async () => 7), 7);
  t.equal(listeners.size, 0, 'nobody listens any more');
});
