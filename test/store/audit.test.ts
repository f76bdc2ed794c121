import t from 'tap';
import { directoryUntilEnd } from '../engine/directory.js';
import { launcher, open, operator, testClock } from './core-fixture.js';

t.test('lists the newest first, in pages, by action, target and time', async (t) => {
  const clock = testClock();
  const { audit, close } = await open(directoryUntilEnd(t), { clock });
  t.teardown(close);
  audit.record(operator, { action: 'secret.create', target: 'sec_A GITHUB_TOKEN', detail: { version: 1 } });
  clock.advance(1000);
  audit.record({ kind: 'daemon' }, { action: 'session.expire', target: 'ses_A dev', outcome: 'done' });
  audit.record(operator, { action: 'secret.rotate', target: 'sec_A GITHUB_TOKEN' });
  const seqs = (filter: object, page = {}) => audit.list(operator, filter, page).items.map(({ seq }) => seq);
  t.same(seqs({}), [3, 2, 1]);
  t.same(seqs({ action: 'secret.create' }), [1]);
  t.same(seqs({ action: 'secret' }), [3, 1], 'an object: all its verbs');
  t.same(seqs({ action: 'sec' }), []);
  t.same(seqs({ target: 'GITHUB_TOKEN' }), [3, 1]);
  t.same(seqs({ target: 'GITHUB' }), [], 'whole words');
  t.same(seqs({ since: clock.now() }), [3, 2]);
  const first = audit.list(operator, {}, { limit: 2 });
  t.same(
    first.items.map(({ seq }) => seq),
    [3, 2],
  );
  t.same(seqs({}, { limit: 2, cursor: first.next ?? '' }), [1]);
  t.throws(() => audit.list(operator, {}, { cursor: 'x' }), { code: 'INVALID_INPUT' });
  t.match(audit.list(operator, { action: 'secret.create' }).items[0], {
    caller: 'operator:test',
    token: 'tok_TEST',
    outcome: 'done',
    detail: { version: 1 },
  });
});

t.test('operators only', async (t) => {
  const { audit, close } = await open(directoryUntilEnd(t));
  t.teardown(close);
  t.throws(() => audit.list(launcher), { code: 'FORBIDDEN' });
  t.throws(() => audit.verify(launcher), { code: 'FORBIDDEN' });
  t.same(
    audit.list(operator).items.map(({ action }) => action),
    ['audit.verify', 'audit.list'],
  );
});
