import t from 'tap';
import { sandboxAnswer } from '../../../daemon/http/represent-sandbox.js';
import { PLAINTEXT } from '../../../sandbox/index.js';
import { world } from './fixture.js';

t.test('what was declared, with what was seen, and names of variables only', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'B_KEY', value: 'CANARY' });
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'CANARY' });
  const { json } = await w.call('POST', '/v1/sandboxes', {
    name: 'box',
    session: { name: 'dev' },
    secrets: ['B_KEY', 'A_KEY'],
  });
  const get = () => w.vault.sandboxes.get({ kind: 'daemon' }, json.id);
  w.views.set(json.id, {
    state: 'failed',
    code: 'START_FAILED',
    reason: 'It ended.',
    exitCode: 3,
    imageDigest: 'sha256:1',
    generation: 2,
  });
  const shown = sandboxAnswer(w.parts, get(), ['lost', 'lost', PLAINTEXT]);
  t.match(shown, {
    name: 'box',
    session: 'dev',
    state: 'failed',
    code: 'START_FAILED',
    reason: 'It ended.',
    exitCode: 3,
    image: { name: 'ampoule/busybox:latest', digest: 'sha256:1' },
    delivery: { requested: 'auto', resolved: 'env' },
    variables: ['A_KEY', 'B_KEY'],
    generation: 2,
  });
  t.same(shown.notices, [PLAINTEXT, 'lost']);
  t.equal(Date.parse(shown.idleAt ?? '') - get().lastExecAt, 3_600_000);
  t.notMatch(JSON.stringify(shown), /CANARY/);

  w.views.set(json.id, { state: 'restarting', exitCode: 3 });
  t.equal(
    sandboxAnswer(w.parts, get()).reason,
    'Its main process ended with 3. See what it wrote: `ampoule sandbox logs box`.',
  );
  w.views.set(json.id, { state: 'running', exitCode: 3 });
  t.equal(sandboxAnswer(w.parts, get()).reason, undefined);

  w.vault.sandboxes.end({ kind: 'daemon' }, json.id, 'deleted');
  t.match(sandboxAnswer(w.parts, get()), { idleAt: null, endReason: 'deleted', variables: [], notices: [] });
});
