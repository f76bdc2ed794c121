import t from 'tap';
import { must, run } from '../../../daemon/quickstart/command.js';

t.test('gives what a program said and how it ended', async (t) => {
  t.same(await run('sh', ['-c', 'echo out; echo err >&2; exit 3']), { status: 3, stdout: 'out\n', stderr: 'err\n' });
  t.equal((await run('ampoule-no-such-program', [])).status, 127);
  t.equal(await must('sh', ['-c', 'echo "$GIVEN"'], { GIVEN: 'yes' }), 'yes\n');
  await t.rejects(must('sh', ['-c', 'echo why >&2; exit 4']), /ended with 4: why/);
});
