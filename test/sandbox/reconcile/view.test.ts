/** What is known of a sandbox between two looks. */

import t from 'tap';
import { SandboxError } from '../../../sandbox/errors.js';
import { afterFailure, Shown, UNSEEN } from '../../../sandbox/reconcile/view.js';

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
  const seen = {
    state: 'running' as const,
    containerId: 'b',
    imageDigest: null,
    startedAt: 1,
    exitCode: null,
    vacant: false,
  };
  t.match(afterFailure(running, lasting, seen), { state: 'running', containerId: 'b' }, 'the old one goes on');
});

t.test('differences that somebody wants to hear of', async (t) => {
  let heard = 0;
  const shown = new Shown(() => {
    heard += 1;
  });
  t.same(shown.now, UNSEEN);
  shown.show({ ...UNSEEN, startedAt: 5 });
  t.equal(heard, 0);
  t.equal(shown.now.startedAt, 5, 'it is known all the same');
  for (const change of [
    { state: 'exited' as const },
    { code: 'X' },
    { containerId: 'x' },
    { generation: 1 },
    { epoch: 1 },
  ]) {
    shown.show(UNSEEN);
    heard = 0;
    shown.show({ ...UNSEEN, ...change });
    t.equal(heard, 1, JSON.stringify(change));
  }
});
