/** The rhythm: lists, hints, an engine that comes and goes. */

import t from 'tap';
import type { ContainerListed, Engine, EngineEvent } from '../../../sandbox/engine/engine.js';
import { UnknownOutcome } from '../../../sandbox/errors.js';
import type { Wish } from '../../../sandbox/index.js';
import { makeReconciler } from '../../../sandbox/reconcile/reconcile.js';
import { memoryLedger } from '../memory-ledger.js';
import { playDelivery } from '../played-delivery.js';
import { playTimers, turns } from '../played-timers.js';
import { wishOf } from '../wishes.js';

const labels = { 'dev.ampoule.vault': 'vlt_01', 'dev.ampoule.sandbox': 'sbx_01' };
const mine: ContainerListed = { id: 'id-sbx_01', names: ['ampoule-box'], state: 'running', labels };

function play() {
  const world = { listed: [] as ContainerListed[], away: false, lists: 0, pings: 0, orphans: [] as string[] };
  const wishes = new Map<string, Wish>([['sbx_01', wishOf()]]);
  let tell: ((event: EngineEvent | null) => void) | null = null;
  const engine: Partial<Engine> = {
    within: () => engine as Engine,
    ping: async () => {
      world.pings += 1;
      if (world.away) throw new UnknownOutcome('ping', 'planted');
    },
    list: async () => {
      world.lists += 1;
      if (world.away) throw new UnknownOutcome('list', 'planted');
      return world.listed;
    },
    async *events(_label, signal) {
      while (!signal.aborted) {
        const event = await new Promise<EngineEvent | null>((resolve) => {
          tell = resolve;
          signal.addEventListener('abort', () => resolve(null));
        });
        if (event === null) return;
        yield event;
      }
    },
  };
  const timers = playTimers();
  const delivery = playDelivery();
  delivery.automatic = true;
  const reconciler = makeReconciler({
    engine: engine as Engine,
    ledger: memoryLedger('vlt_01'),
    wishes: { of: (sandbox) => wishes.get(sandbox) ?? null, all: () => [...wishes.keys()] },
    vault: 'vlt_01',
    delivery: () => delivery,
    removeOrphans: async (_vault, sandbox) => void world.orphans.push(sandbox),
    timers,
  });
  return {
    ...{ world, wishes, timers, delivery, reconciler, passes: delivery.passes },
    event: async (event: EngineEvent | null) => {
      tell?.(event);
      await turns();
    },
  };
}

t.test('the first look is over when start is', async (t) => {
  const { reconciler, passes, world } = play();
  await reconciler.start();
  t.equal(passes.length, 1);
  t.equal(reconciler.reachable(), true);
  t.match(reconciler.view('sbx_01'), { state: 'running' });
  t.equal(reconciler.view('sbx_unknown').state, 'removed');
  t.equal(world.lists, 1);
  await reconciler.stop();
});

t.test('one list every 4 s, and nothing else where all is as it should be', async (t) => {
  const { reconciler, passes, world, timers } = play();
  await reconciler.start();
  world.listed = [mine];
  await timers.pass(40_000);
  t.equal(world.lists, 11);
  t.equal(world.pings, 1);
  t.equal(passes.length, 1);
  world.listed = [{ ...mine, state: 'exited' }];
  await timers.pass(4_000);
  t.equal(passes.length, 2, 'a difference wakes it');
  await reconciler.stop();
  t.equal(timers.waiting(), 0);
});

t.test('every 3 s while anything is pending', async (t) => {
  const { reconciler, world, timers, delivery, passes } = play();
  delivery.automatic = false;
  const started = reconciler.start();
  await turns();
  passes[0]?.fail(new UnknownOutcome('create', 'planted'));
  await started;
  world.lists = 0;
  for (let round = 0; round < 4; round += 1) {
    await timers.pass(3_000);
    for (const pass of passes) pass.fail(new UnknownOutcome('create', 'planted'));
  }
  t.equal(world.lists, 4);
  const stopped = reconciler.stop();
  await timers.pass(4_000);
  await stopped;
});

t.test('events are hints', async (t) => {
  const { reconciler, passes, event, world } = play();
  await reconciler.start();
  world.listed = [mine];
  const die: EngineEvent = { type: 'container', action: 'die', id: mine.id, labels };
  await event(die);
  t.equal(passes.length, 2);
  await event({ ...die, action: 'exec_die' });
  await event({ ...die, id: 'replaced' });
  await event({ ...die, labels: {} });
  t.equal(passes.length, 2);
  await event({ ...die, id: 'other', action: 'start' });
  t.equal(passes.length, 3);
  await reconciler.stop();
});

t.test('an engine that is away: asked often, nothing removed, everything looked at when it is back', async (t) => {
  const { reconciler, passes, world, timers, event } = play();
  await reconciler.start();
  world.listed = [mine];
  world.away = true;
  await event(null);
  t.equal(reconciler.reachable(), false, 'the end of the events is a hint, too');
  await timers.pass(10_000);
  t.ok(world.pings > 10 && world.pings < 40, `${world.pings} pings`);
  t.equal(passes.length, 1);
  t.same(world.orphans, []);
  world.away = false;
  await timers.pass(500);
  t.equal(reconciler.reachable(), true);
  t.equal(passes.length, 2);
  await reconciler.stop();
});

t.test('an engine that is away at the start does not hold it up', async (t) => {
  const { reconciler, world, delivery, timers, passes } = play();
  world.away = true;
  delivery.automatic = false;
  const started = reconciler.start();
  await turns();
  passes[0]?.fail(new UnknownOutcome('inspect', 'planted'));
  await started;
  t.equal(reconciler.reachable(), false);
  const stopped = reconciler.stop();
  await timers.pass(4_000);
  await stopped;
});

t.test('containers of sandboxes that nobody knows', async (t) => {
  const { reconciler, world, timers } = play();
  await reconciler.start();
  world.listed = [mine, { ...mine, id: 'x', labels: { ...labels, 'dev.ampoule.sandbox': 'sbx_younger' } }];
  await timers.pass(4_000);
  t.same(world.orphans, ['sbx_younger']);
  world.listed = [mine];
  await timers.pass(8_000);
  t.same(world.orphans, ['sbx_younger'], 'and it is forgotten');
  await reconciler.stop();
});

t.test('removed sandboxes are forgotten, listeners hear of changes and cannot harm', async (t) => {
  const { reconciler, wishes, timers, world } = play();
  const heard: string[] = [];
  reconciler.onChange(() => {
    throw new Error('planted');
  });
  reconciler.onChange((sandbox) => heard.push(`${sandbox} ${reconciler.view(sandbox).state}`));
  await reconciler.start();
  wishes.set('sbx_01', wishOf({ goal: 'removed', generation: 2 }));
  reconciler.wake('sbx_01');
  t.match(await reconciler.settle('sbx_01', { epoch: 1, generation: 2 }, 1_000), { state: 'applied' });
  t.same(heard, ['sbx_01 running', 'sbx_01 removed']);
  wishes.delete('sbx_01');
  world.listed = [];
  await timers.pass(8_000);
  t.equal(reconciler.view('sbx_01').state, 'removed');
  reconciler.wakeAll();
  await reconciler.stop();
  reconciler.wake('sbx_01');
  t.match(await reconciler.settle('sbx_02', { epoch: 1, generation: 2 }, 60_000), { state: 'pending' }, 'stopped');
});
