/** Single steps of plans: which container to go on with, and which serves nothing. */

import t from 'tap';
import type { Seen } from '../../../sandbox/container/observe.js';
import type { LedgerRow, Wish } from '../../../sandbox/index.js';
import {
  finishedOf,
  isSpent,
  type Present,
  rank,
  runs,
  stepAside,
  uselessness,
  withdraw,
} from '../../../sandbox/reconcile/plan-steps.js';
import { held, macOf, specOf, wishOf } from '../wishes.js';

function present(row: Partial<LedgerRow> = {}, seen: Partial<Seen> = {}, adoptable = false): Present {
  return {
    adoptable,
    row: {
      ...{ id: 1, sandbox: 'sbx_01', role: 'current', dockerId: 'a', nonce: 'n', epoch: 1, generation: 1, resets: 0 },
      ...{ pid: 7, pidStart: '1', bootId: 'b', imageDigest: null, envMac: macOf(specOf(), []), holds: [] },
      ...row,
    },
    container: {
      ...{ id: 'a', name: 'ampoule-box', status: 'running', pid: 7, exitCode: 0, startedAt: 1, finishedAt: null },
      ports: [],
      ...seen,
    },
  };
}

t.test('what runs comes first, then what was current', async (t) => {
  const exited = { status: 'exited' as const };
  const order = [
    present({ role: 'old' }, exited),
    present({ role: 'next' }, exited),
    present({ role: 'current' }, exited),
    present({ role: 'old' }, { status: 'paused' }),
  ].sort((one, other) => rank(one) - rank(other));
  t.same(
    order.map((one) => one.row.role),
    ['old', 'current', 'next', 'old'],
  );
  t.same([runs(present()), runs(present({}, exited)), runs(present({}, { status: 'paused' }))], [true, false, true]);
});

t.test('what serves nothing', async (t) => {
  const wish = wishOf();
  const stale = { envMac: 'other' };
  t.equal(uselessness(present(), wish), null);
  t.equal(uselessness(present(stale), wish), null, 'it can go on until another takes over');
  t.match(uselessness(present({}, { status: 'dead' }), wish), /cannot run/);
  t.match(uselessness(present({}, { status: 'removing' }), wish), /cannot run/);
  t.match(uselessness(present(stale, { status: 'created' }), wish), /never ran/);
  t.match(uselessness(present({ dockerId: null }), wish), /not answered/);
  t.equal(uselessness(present({ dockerId: null }, {}, true), wish), null);
});

t.test('a main has finished only by itself, and for good only where it is not to run always', async (t) => {
  const once = wishOf({ spec: { restart: 'never' } });
  const exited = { status: 'exited' as const };
  const finished = (wish: Wish, ...ones: Present[]) => ones.indexOf(finishedOf(ones, wish) as Present);
  t.equal(finished(once, present({}, exited)), 0);
  t.equal(finished(wishOf(), present({}, exited)), -1);
  t.equal(finished(once, present({ role: 'old' }, exited)), -1, 'we stopped it');
  t.equal(finished(once, present()), -1);
  const again = wishOf({ spec: { restart: 'never' }, resets: 1 });
  const spent = present({}, exited);
  t.equal(finished(again, spent), -1, 'it is to run again');
  t.same([isSpent(spent, again), isSpent(spent, once), isSpent(present(), again)], [true, false, false]);
  const next = present({ role: 'next', resets: 1 }, exited);
  t.equal(finished(again, spent, next), 1, 'it ended before it was said that it took over');
  t.equal(finished(once, present({ role: 'old' }, exited), present({ role: 'next' }, exited)), -1);
});

t.test('stepping aside is remembered before it is done, and once', async (t) => {
  const does = (one: Present) => stepAside(one, 'next', wishOf()).map((operation) => operation.do);
  t.same(does(present()), ['role', 'stop']);
  t.same(does(present({ role: 'old' })), ['stop']);
  t.same(does(present({ role: 'old' }, { status: 'exited' })), []);
});

t.test('withdrawing names what is taken away, and gives a paused one no time', async (t) => {
  const holds = ['A', 'B', 'C'].map((env) => ({ env, secret: `sec_${env}`, version: 1 }));
  const wish = wishOf({ values: [held('B')], spec: { grace: 900 } });
  const [stop, ...rest] = withdraw(present({ holds }), wish);
  t.match(stop, { do: 'stop', grace: 900, revoking: true, cause: 'it holds A, C, which is not to be held any more' });
  t.same(
    rest.map((operation) => operation.do),
    ['remove', 'end'],
  );
  t.match(withdraw(present({ holds }, { status: 'paused' }), wish)[0], { do: 'stop', grace: 0 });
  t.match(withdraw(present({ holds }, { status: 'exited' }), wish)[0], { do: 'remove' });
});
