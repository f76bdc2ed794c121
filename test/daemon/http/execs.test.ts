import t from 'tap';
import { createExecs } from '../../../daemon/http/execs.js';

t.test('a command is known while it runs, in its own sandbox', async (t) => {
  const execs = createExecs();
  const exec = { sandbox: 'sbx_1', startedAt: 5, running: { execId: 'exe_1' } } as unknown as Parameters<
    typeof execs.add
  >[0];
  execs.add(exec);
  t.equal(execs.get('sbx_1', 'exe_1'), exec);
  t.throws(() => execs.get('sbx_2', 'exe_1'), { code: 'EXEC_NOT_FOUND' });
  execs.remove('exe_1');
  t.throws(() => execs.get('sbx_1', 'exe_1'), { code: 'EXEC_NOT_FOUND' });
});
