/** One worker: what is in flight, what is pending, who is told what. */

import t from 'tap';
import { SandboxError } from '../../../sandbox/errors.js';
import type { Wish } from '../../../sandbox/index.js';
import { Lanes } from '../../../sandbox/reconcile/lanes.js';
import { PassFailed } from '../../../sandbox/reconcile/pass.js';
import { Worker } from '../../../sandbox/reconcile/worker.js';
import { memoryLedger } from '../memory-ledger.js';
import { playDelivery } from '../played-delivery.js';
import { playTimers, turns } from '../played-timers.js';
import { held, wishOf } from '../wishes.js';

function play(first: Wish | null) {
  const world = { wish: first, orphans: 0, changes: 0, startsFailed: [] as string[] };
  const timers = playTimers();
  const delivery = playDelivery();
  const ledger = memoryLedger('vlt_01');
  const lanes = new Lanes(8);
  const worker = new Worker({
    sandbox: 'sbx_01',
    wishes: { of: () => world.wish, all: () => ['sbx_01'] },
    ledger,
    delivery: () => delivery,
    removeOrphans: async () => {
      world.orphans += 1;
    },
    lanes,
    timers,
    log: () => {},
    changed: () => {
      world.changes += 1;
    },
    startFailed: (sandbox, code) => void world.startsFailed.push(`${sandbox} ${code}`),
  });
  /** A row of a container that holds these. */
  const holds = (values: Wish['values']) =>
    ledger.intend({
      sandbox: 'sbx_01',
      role: 'current',
      epoch: 1,
      generation: 1,
      envMac: 'm',
      holds: values.map(({ env, secret, version }) => ({ env, secret, version })),
    });
  return { world, timers, worker, holds, lanes, passes: delivery.passes };
}

t.test('one in flight, one pending, the newest wish', async (t) => {
  const { world, worker, passes } = play(wishOf());
  worker.wake();
  const first = worker.settle({ epoch: 1, generation: 1 }, 10_000);
  await turns();
  t.equal(passes.length, 1);
  for (const generation of [2, 3, 4]) {
    world.wish = wishOf({ generation });
    worker.wake();
  }
  const last = worker.settle({ epoch: 1, generation: 4 }, 10_000);
  await turns();
  t.equal(passes.length, 1, 'nothing beside it');
  t.equal(worker.expected(), null);
  passes[0]?.succeed();
  t.match(await first, { state: 'applied', generation: 1 });
  await turns();
  t.equal(passes.length, 2);
  t.equal(passes[1]?.wish.generation, 4);
  passes[1]?.succeed({ notices: ['lost'] });
  t.match(await last, { state: 'applied', generation: 4, notices: ['lost'] });
  await turns();
  t.equal(passes.length, 2, 'and nothing after it');
  t.same(worker.expected(), { containerId: 'id-sbx_01', running: true, name: 'ampoule-box' });
  t.match(worker.view(), { state: 'running', generation: 4 });
});

t.test('settling alone begins a pass, and does not begin a second', async (t) => {
  const { worker, passes } = play(wishOf());
  const waiting = worker.settle({ epoch: 1, generation: 1 }, 10_000);
  await turns();
  void worker.settle({ epoch: 1, generation: 1 }, 10_000);
  passes[0]?.succeed();
  await waiting;
  await turns();
  t.equal(passes.length, 1);
});

t.test('a failure is tried again after a while; hints do not hurry it, a wake does', async (t) => {
  const { worker, passes, timers } = play(wishOf());
  worker.wake();
  await turns();
  passes[0]?.fail(new SandboxError('ENGINE_UNREACHABLE', 'Away.', { retry: true }));
  await turns();
  t.equal(worker.settled(), false);
  t.match(worker.view(), { state: 'creating', code: 'ENGINE_UNREACHABLE', reason: 'Away.' });
  worker.hint();
  await turns();
  t.equal(passes.length, 1);
  await timers.pass(100);
  t.equal(passes.length, 2);
  passes[1]?.fail(new SandboxError('IMAGE_NOT_FOUND', 'None.'));
  await turns();
  t.equal(worker.view().state, 'failed');
  const waiting = worker.settle({ epoch: 1, generation: 1 }, 10_000);
  await turns();
  t.equal(passes.length, 3);
  passes[2]?.succeed();
  t.match(await waiting, { state: 'applied' });
  t.notOk(worker.view().code, 'it is forgotten');
  await timers.pass(100_000);
  t.equal(passes.length, 3, 'nothing goes on by itself');
});

t.test(
  'a start that fails for a reason that stays is tried ever more rarely, and said once for each wish',
  async (t) => {
    const { world, worker, passes, timers } = play(wishOf());
    const failed = (retry: boolean, tried: boolean): PassFailed =>
      new PassFailed(new SandboxError('NETWORK_NOT_FOUND', 'None.', { retry }), null, false, tried);
    worker.wake();
    await turns();
    for (let count = 0; count < 12; count++) {
      passes[count]?.fail(failed(true, true));
      await timers.pass(60_000);
    }
    t.equal(passes.length, 13);
    t.same(world.startsFailed, ['sbx_01 NETWORK_NOT_FOUND']);
    passes[12]?.fail(failed(true, true));
    await timers.pass(59_999);
    t.equal(passes.length, 13, 'a minute by now');
    world.wish = wishOf({ generation: 2 });
    worker.wake();
    await turns();
    t.equal(passes.length, 14, 'another wish is tried at once');
    passes[13]?.fail(failed(true, true));
    await timers.pass(100);
    t.equal(passes.length, 15, 'and soon again');
    t.equal(world.startsFailed.length, 2);
    passes[14]?.fail(new SandboxError('ENGINE_UNREACHABLE', 'Away.', { retry: true }));
    await timers.pass(100);
    passes[15]?.succeed();
    await turns();
    t.equal(world.startsFailed.length, 2, 'what passes by itself is no failed start');
  },
);

t.test('a main that ended is looked at when its time has come', async (t) => {
  const { worker, passes, timers } = play(wishOf());
  worker.wake();
  await turns();
  passes[0]?.succeed({ againMs: 900 });
  await timers.pass(899);
  t.equal(passes.length, 1);
  t.equal(worker.settled(), true);
  await timers.pass(1);
  t.equal(passes.length, 2);
});

t.test('a revocation does not wait for a pass that takes long', async (t) => {
  const both = [held('A'), held('B')];
  const { world, worker, passes, timers, holds } = play(wishOf({ values: both }));
  holds(both);
  worker.wake();
  await turns();
  world.wish = wishOf({ values: [...both, held('C')], generation: 2 });
  worker.wake();
  await timers.pass(1_000);
  t.equal(passes.length, 1, 'an activation does');
  t.equal(passes[0]?.signal.aborted, false);
  world.wish = wishOf({ values: [held('A')], generation: 3 });
  worker.wake();
  await timers.pass(400);
  world.wish = wishOf({ values: [held('A')], generation: 4 });
  worker.wake();
  await timers.pass(100);
  t.equal(passes[0]?.signal.aborted, true, 'later ones do not make it wait longer');
  await timers.pass(0);
  t.equal(passes.length, 2);
  t.equal(passes[1]?.wish.generation, 4);
  worker.wake();
  await timers.pass(1_000);
  t.equal(passes[1]?.signal.aborted, false, 'a pass that takes the same away goes on');
});

t.test('a pull is given up for an end', async (t) => {
  const { world, worker, passes, timers } = play(wishOf());
  worker.wake();
  await turns();
  passes[0]?.progress('pulling');
  t.equal(worker.view().state, 'pulling');
  world.wish = wishOf({ goal: 'removed' });
  const waiting = worker.settle({ epoch: 1, generation: 1 }, 10_000);
  worker.wake();
  await timers.pass(0);
  t.equal(passes[0]?.signal.aborted, true);
  await timers.pass(0);
  passes[1]?.succeed();
  t.match(await waiting, { state: 'applied' });
  t.equal(worker.view().state, 'removed');
});

t.test('where there is no container, a change is in effect once nothing older can bring one', async (t) => {
  const { world, worker, passes, timers, holds } = play(wishOf({ values: [held('A')] }));
  const at = (generation: number) => ({ epoch: 1, generation });
  const told: string[] = [];
  const change = (generation: number) =>
    worker.settle(at(generation), 60_000, { orEmpty: true }).then(({ state, empty }) => {
      told.push(`${generation} ${state}${empty ? ', empty' : ''}`);
    });
  worker.wake();
  const running = worker.settle(at(1), 60_000).then(() => told.push('it runs'));
  void change(1);
  await turns();
  t.same(told, [], 'nobody has looked at Docker yet: a vault that was restored knows less than there is');
  const nothing = { state: 'failed' as const, containerId: null, imageDigest: null, startedAt: null, exitCode: null };
  const away = new SandboxError('IMAGE_PULL_FAILED', 'Away.', { retry: true });
  passes[0]?.fail(new PassFailed(away, { ...nothing, vacant: true }, false));
  await turns();
  worker.wake();
  await turns();
  passes.shift();
  t.same(told, ['1 applied, empty'], 'whoever wants it to run waits on');
  void change(1);
  await turns();
  t.equal(told.length, 2, 'also while the pass goes on');

  passes[0]?.progress('pulling');
  world.wish = wishOf({ generation: 2, values: [held('A'), held('B')] });
  worker.wake();
  void change(2);
  await timers.pass(1_000);
  t.equal(told.length, 2, 'a pass with an older wish may make a container yet');
  t.equal(passes[0]?.signal.aborted, false, 'nothing is taken away');
  world.wish = wishOf({ generation: 3 });
  worker.wake();
  void change(3);
  await timers.pass(0);
  t.equal(passes[0]?.signal.aborted, true, 'it would give what is taken away');
  await timers.pass(0);
  t.same(told.slice(2).sort(), ['2 applied, empty', '3 applied, empty']);

  holds([]);
  world.wish = wishOf({ generation: 4 });
  void change(4);
  await turns();
  t.equal(told.length, 4, 'a container was asked for');
  passes[1]?.succeed();
  await turns();
  passes[2]?.succeed();
  await running;
  await turns();
  t.same(told.slice(4).sort(), ['4 applied', 'it runs']);
});

t.test('a sandbox that is to end is gone only once a pass says so', async (t) => {
  const { worker, passes } = play(wishOf({ goal: 'removed' }));
  let told = false;
  const waiting = worker.settle({ epoch: 1, generation: 1 }, 60_000, { orEmpty: true });
  void waiting.then(() => {
    told = true;
  });
  await turns();
  t.equal(told, false, 'there may be more than a container');
  passes[0]?.succeed();
  t.match(await waiting, { state: 'applied' });
});

t.test('what takes something away needs no lane', async (t) => {
  const { world, worker, passes, lanes, holds } = play(wishOf());
  for (let lane = 0; lane < 8; lane += 1) void lanes.run(false, () => new Promise(() => {}));
  worker.wake();
  await turns();
  t.equal(passes.length, 0);
  const other = play(wishOf({ values: [held('A')] }));
  other.holds([held('A'), held('B')]);
  other.worker.wake();
  await turns();
  t.equal(other.passes.length, 1);
  t.ok(world.wish && holds);
});

t.test('a kill by the kernel counts as taken away, and is not the end of it', async (t) => {
  const { worker, passes } = play(wishOf({ generation: 5 }));
  const waiting = worker.settle({ epoch: 1, generation: 5 }, 10_000);
  await turns();
  passes[0]?.fail(new PassFailed(new SandboxError('ENGINE_UNREACHABLE', 'Away.', { retry: true }), null, true));
  t.match(await waiting, { state: 'applied', generation: 5 });
  t.equal(worker.settled(), false);
  t.match(worker.view(), { code: 'ENGINE_UNREACHABLE' });
});

t.test('a sandbox that nobody knows', async (t) => {
  const { world, worker, passes } = play(null);
  t.match(await worker.settle({ epoch: 1, generation: 1 }, 10_000), { state: 'applied' });
  t.equal(world.orphans, 1);
  t.equal(passes.length, 0);
  await turns();
  t.same(worker.expected(), { containerId: null, running: false, name: '' });
});

t.test('what is unexpected is no end', async (t) => {
  const { worker, passes, timers } = play(wishOf());
  worker.wake();
  await turns();
  passes[0]?.fail(new TypeError('undefined is not a function'));
  await turns();
  t.match(worker.view(), { code: 'ENGINE_REFUSED' });
  t.notMatch(worker.view().reason, /undefined/);
  await timers.pass(3_000);
  t.equal(passes.length, 2);
});

t.test('stopping: the pass in flight may end, those who wait are told', async (t) => {
  const { worker, passes, timers } = play(wishOf());
  const waiting = worker.settle({ epoch: 1, generation: 9 }, 60_000);
  await turns();
  const stopped = worker.stop(4_000);
  worker.wake();
  await turns();
  passes[0]?.succeed();
  await stopped;
  t.match(await waiting, { state: 'pending' });
  t.equal(passes.length, 1);
  t.equal(timers.waiting(), 0);

  const hanging = play(wishOf());
  hanging.worker.wake();
  await turns();
  const given = hanging.worker.stop(4_000);
  await hanging.timers.pass(4_000);
  await given;
  t.equal(hanging.passes[0]?.signal.aborted, true);
  t.equal(hanging.timers.waiting(), 0);
});

t.test('Docker is left alone where only the wish changed and the last look went well', async (t) => {
  const { world, worker, passes } = play(wishOf());
  const pass = async (act: () => void) => {
    act();
    await turns();
    return passes.at(-1);
  };
  t.equal((await pass(() => worker.wake()))?.look, true, 'nothing was looked at yet');
  passes.at(-1)?.succeed();
  await turns();
  world.wish = wishOf({ generation: 2 });
  t.equal((await pass(() => worker.wake()))?.look, false);
  passes.at(-1)?.succeed();
  await turns();
  t.equal((await pass(() => worker.hint()))?.look, true, 'somebody says that something changed');
  passes.at(-1)?.succeed();
  await turns();
  t.equal((await pass(() => worker.wake()))?.look, false);
  worker.hint();
  passes.at(-1)?.succeed();
  await turns();
  t.equal(passes.at(-1)?.look, true, 'a hint during a pass that does not look is not lost');
  passes.at(-1)?.fail(new SandboxError('ENGINE_UNREACHABLE', 'away', { retry: true }));
  await turns();
  t.equal((await pass(() => worker.wake()))?.look, true, 'after a failure');
  passes.at(-1)?.succeed();
  await turns();
  t.equal((await pass(() => worker.look()))?.look, true, 'when Docker is back');
  passes.at(-1)?.succeed();
  await worker.stop(0);
});
