/** What is known of a sandbox between two looks. */

import t from 'tap';
import { SandboxError } from '../../sandbox/errors.js';
import { afterFailure, looksSame, UNSEEN } from '../../sandbox/view.js';

t.test('after a failure', async (t) => {
  const running = { ...UNSEEN, state: 'running' as const, containerId: 'a' };
  const passing = new SandboxError('ENGINE_UNREACHABLE', 'Away.', { retry: true });
  t.match(afterFailure(running, passing, null), {
    state: 'running',
    containerId: 'a',
    code: 'ENGINE_UNREACHABLE',
    reason: 'Away.',
  });
  const lasting = new SandboxError('IMAGE_NOT_FOUND', 'None.');
  t.match(afterFailure(UNSEEN, lasting, null), { state: 'failed', code: 'IMAGE_NOT_FOUND' });
  const seen = { state: 'running' as const, containerId: 'b', imageDigest: null, startedAt: 1, exitCode: null };
  t.match(afterFailure(running, lasting, seen), { state: 'running', containerId: 'b' }, 'the old one goes on');
});

t.test('differences that somebody wants to hear of', async (t) => {
  t.equal(looksSame(UNSEEN, { ...UNSEEN, startedAt: 5 }), true);
  for (const change of [
    { state: 'exited' as const },
    { code: 'X' },
    { containerId: 'x' },
    { generation: 1 },
    { epoch: 1 },
  ])
    t.equal(looksSame(UNSEEN, { ...UNSEEN, ...change }), false, JSON.stringify(change));
});
