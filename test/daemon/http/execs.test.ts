import t from 'tap';
import { createExecs } from '../../../daemon/http/execs.js';
import type { Delivery, EndedExec, KnownExec } from '../../../sandbox/index.js';
import { playCommand } from './played-command.js';

const known: KnownExec = { execId: 'exe_2', pid: 9, detached: true, tty: false, startedAt: 1 };

function created(more: Partial<Delivery> = {}) {
  const execs = createExecs(() => more as Delivery);
  const command = playCommand({ execId: 'exe_1' });
  execs.add({ sandbox: 'sbx_1', startedAt: 5, detached: false, tty: true, command: 'sh -i', running: command.running });
  return { execs, command };
}

t.test('a command is known while it runs, in its own sandbox', async (t) => {
  const { execs } = created();
  t.match(execs.get('sbx_1', 'exe_1'), { execId: 'exe_1', startedAt: 5, detached: false, tty: true, command: 'sh -i' });
  t.throws(() => execs.get('sbx_2', 'exe_1'), { code: 'EXEC_NOT_FOUND' });
  execs.remove('exe_1');
  t.throws(() => execs.get('sbx_1', 'exe_1'), { code: 'EXEC_NOT_FOUND' });
});

t.test('what an init knows is there too, and it knows better', async (t) => {
  const same = { execId: 'exe_1', pid: 7, detached: false, tty: true, startedAt: 4 };
  const { execs } = created({ execs: (sandbox) => (sandbox === 'sbx_1' ? [same, known] : []) });
  const { pid: _, ...first } = known;
  const { pid: __, ...second } = same;
  t.same(execs.list('sbx_1'), [first, { ...second, command: 'sh -i' }], 'oldest first, none twice');
  t.same(execs.list('sbx_2'), []);
});

t.test('detached ones that ended, with their words where they were ours', async (t) => {
  const over = (execId: string): EndedExec => ({
    ...{ execId, detached: true, tty: false, startedAt: 1, endedAt: 9 },
    exit: { code: 3 },
  });
  const { execs } = created({ ended: (sandbox) => (sandbox === 'sbx_1' ? [over('exe_3'), over('exe_4')] : []) });
  const own = playCommand({ execId: 'exe_4' });
  execs.add({
    ...{ sandbox: 'sbx_1', startedAt: 1, detached: true, tty: false },
    command: 'make',
    running: own.running,
  });
  execs.remove('exe_4');
  const end = { endedAt: 9, exit: { code: 3 } };
  t.match(execs.ended('sbx_1'), [
    { execId: 'exe_3', command: undefined, over: end },
    { execId: 'exe_4', command: 'make', over: end },
  ]);
  t.match(execs.get('sbx_1', 'exe_3'), { over: end });
  t.same(execs.ended('sbx_2'), []);
  t.match(await execs.end('sbx_1', 'exe_4', 'ENDED'), { over: end }, 'ended already');
  t.same(own.ended, []);
});

t.test('one of ours is ended, and one from before this process', async (t) => {
  const { execs, command } = created({
    execs: () => [known],
    attach: async (_sandbox, execId, signal) => {
      t.equal(signal.aborted, false);
      left = signal;
      other = playCommand({ execId });
      return other.running;
    },
  });
  let other: ReturnType<typeof playCommand> | null = null;
  let left: AbortSignal | null = null;
  await execs.end('sbx_1', 'exe_1', 'ENDED');
  t.same(command.ended, ['ENDED']);
  t.match(await execs.end('sbx_1', 'exe_2', 'ENDED'), { execId: 'exe_2', detached: true });
  t.same((other as ReturnType<typeof playCommand> | null)?.ended, ['ENDED']);
  t.equal((left as AbortSignal | null)?.aborted, true, 'nobody listens on');
  await t.rejects(execs.end('sbx_1', 'exe_3', 'ENDED'), { code: 'EXEC_NOT_FOUND' });
});
