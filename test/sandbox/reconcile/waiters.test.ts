/** What those who wait are told, and when. */

import t from 'tap';
import { SandboxError } from '../../../sandbox/errors.js';
import { Waiters } from '../../../sandbox/reconcile/waiters.js';
import { playTimers, turns } from '../played-timers.js';

const at = (generation: number, epoch = 1) => ({ epoch, generation });

t.test('applied, with the time it took and what there is to say', async (t) => {
  const timers = playTimers();
  const waiters = new Waiters(timers);
  const waiting = waiters.wait(at(2), 10_000);
  const longer = waiters.wait(at(3), 10_000);
  await timers.pass(40);
  waiters.applied(at(1), ['too early']);
  waiters.applied(at(2), ['lost']);
  t.match(await waiting, { state: 'applied', epoch: 1, generation: 2, tookMs: 40, notices: ['lost'] });
  waiters.applied(at(4), []);
  t.match(await longer, { state: 'applied', generation: 4 }, 'a newer one will do');
  t.match(await waiters.wait(at(4), 0), { state: 'applied', tookMs: 0 }, 'at once');
  t.match(await waiters.wait(at(3), 10_000), { state: 'applied' });
  waiters.applied(at(1), ['older']);
  t.match(await waiters.wait(at(4), 0), { state: 'applied', generation: 4, notices: [] });
  t.equal(timers.waiting(), 0);
});

t.test('notices are for those who waited', async (t) => {
  const waiters = new Waiters(playTimers());
  const waiting = waiters.wait(at(1), 10_000);
  waiters.applied(at(1), ['the container was replaced']);
  t.same((await waiting).notices, ['the container was replaced']);
  t.same((await waiters.wait(at(1), 10_000)).notices, [], 'nothing was done for who asks later');
});

t.test('pending: with why, when the time is over', async (t) => {
  const timers = playTimers();
  const waiters = new Waiters(timers);
  const plain = waiters.wait(at(1), 1_000);
  await timers.pass(1_000);
  const outcome = await plain;
  t.match(outcome, { state: 'pending', tookMs: 1_000, reason: /under way/ });
  t.notOk('code' in outcome);
  const waiting = waiters.wait(at(1), 1_000);
  waiters.failed(at(1), new SandboxError('ENGINE_UNREACHABLE', 'Away.', { retry: true }));
  await timers.pass(1_000);
  t.match(await waiting, { state: 'pending', code: 'ENGINE_UNREACHABLE', reason: 'Away.' });
  t.match(await waiters.wait(at(1), 0), { state: 'pending', code: 'ENGINE_UNREACHABLE' });
});

t.test('failed: at once, for what trying again will not mend', async (t) => {
  const waiters = new Waiters(playTimers());
  const waiting = waiters.wait(at(2), 60_000);
  let told = false;
  void waiting.then(() => {
    told = true;
  });
  const error = new SandboxError('IMAGE_NOT_FOUND', 'None.');
  waiters.failed(at(1), error);
  await turns();
  t.equal(told, false, 'not for an older wish');
  waiters.failed(at(2), error);
  t.match(await waiting, { state: 'failed', code: 'IMAGE_NOT_FOUND', reason: 'None.' });
  const sealed = waiters.wait(at(3), 60_000);
  waiters.failed(at(3), new SandboxError('WISH_SEALED', 'Sealed.', { retry: true }));
  t.match(await sealed, { state: 'pending', code: 'WISH_SEALED' }, 'only an unseal will help');
});

t.test('empty is enough for who says so', async (t) => {
  const waiters = new Waiters(playTimers());
  const waiting = waiters.wait(at(2), 60_000);
  const change = waiters.wait(at(2), 60_000, true);
  waiters.empty(at(1));
  waiters.empty(at(2));
  t.match(await change, { state: 'applied', empty: true, epoch: 1, generation: 2 });
  t.equal(waiters.nobody(), false, 'another waits on');
  waiters.applied(at(2), []);
  t.equal((await waiting).empty, undefined);
});

t.test('gone, and closed', async (t) => {
  const waiters = new Waiters(playTimers());
  const gone = waiters.wait(at(1), 60_000);
  waiters.gone();
  t.match(await gone, { state: 'applied' });
  const closing = new Waiters(playTimers());
  const closed = closing.wait(at(1), 60_000);
  t.equal(closing.nobody(), false);
  closing.close();
  t.match(await closed, { state: 'pending' });
  t.match(await closing.wait(at(1), 60_000), { state: 'pending' }, 'nobody waits for what will not come');
  t.equal(closing.nobody(), true);
});
