/** One pass: what it does about failures, unknown outcomes, and looks that take long. */

import t from 'tap';
import type { Engine } from '../../../sandbox/engine/engine.js';
import { SandboxError, UnknownOutcome } from '../../../sandbox/errors.js';
import { Kernel } from '../../../sandbox/kernel/container-end.js';
import { ENV_RECIPE } from '../../../sandbox/reconcile/create.js';
import { Pass, PassFailed, type PassParts } from '../../../sandbox/reconcile/pass.js';
import { Restarts } from '../../../sandbox/reconcile/restarts.js';
import { memoryLedger } from '../memory-ledger.js';
import { held, macOf, specOf, wishOf } from '../wishes.js';

/** One sandbox with one container that can be stopped, started and removed, and calls that fail as planted. */
function play(options: { holds?: ReturnType<typeof held>[]; status?: 'running' | 'exited'; name?: string } = {}) {
  const { holds = [], status = 'running', name = 'ampoule-box' } = options;
  const ledger = memoryLedger('vlt_01');
  const row = ledger.intend({
    ...{ sandbox: 'sbx_01', role: 'current', epoch: 1, generation: 1, envMac: macOf(specOf(), holds) },
    holds: holds.map(({ env, secret, version }) => ({ env, secret, version })),
  });
  ledger.created(row.id, 'a', 'sha256:1');
  ledger.started(row.id, { pid: 7, pidStart: '1', bootId: 'b' });
  const container = { id: 'a', name, status: status as 'running' | 'exited' | 'gone', pid: 7 };
  const planted: Error[] = [];
  const calls: string[] = [];
  const world = { looks: 0, hang: false, killed: false, seesKernel: true, container, planted, calls, ledger };
  const call = async (text: string, then: () => void) => {
    calls.push(text);
    const error = planted.shift();
    if (error) throw error;
    then();
  };
  const engine: Partial<Engine> = {
    within: () => engine as Engine,
    kill: (_id, signal) =>
      call(`kill ${signal}`, () => {
        container.status = 'exited';
      }),
    waitStopped: async () => container.status !== 'running',
    remove: () =>
      call('remove', () => {
        container.status = 'gone';
      }),
    rename: (_id, to) =>
      call(`rename ${to}`, () => {
        container.name = to;
      }),
    start: () =>
      call('start', () => {
        container.status = 'running';
      }),
    inspect: async () => null,
  };
  class PlayedKernel extends Kernel {
    override async end(): Promise<boolean> {
      if (world.seesKernel) world.killed = true;
      return world.seesKernel;
    }
    override empty(): boolean {
      return world.killed;
    }
  }
  const kernel = new PlayedKernel();
  const parts: PassParts = {
    look: async () => {
      world.looks += 1;
      if (world.hang) return new Promise<never>(() => {});
      const seen = {
        ...{ id: 'a', name: container.name, pid: container.status === 'running' ? 7 : 0, exitCode: 0, ports: [] },
        ...{ startedAt: 1, finishedAt: container.status === 'running' ? null : 2 },
        status: container.status === 'running' ? ('running' as const) : ('exited' as const),
      };
      return {
        rows: ledger
          .rows('sbx_01')
          .map((one) => ({ row: one, container: container.status === 'gone' ? null : seen, adoptable: false })),
        ...{ strangers: [], image: null, volumes: [] },
      };
    },
    restarts: new Restarts(),
    portsAsked: new Map(),
    run: {
      creator: { engine: engine as Engine, ledger, recipe: ENV_RECIPE, shells: new Set(), cpus: 2 },
      ...{
        engine: engine as Engine,
        kernel,
        ledger,
        log: () => {},
        progress: () => {},
        replaced: () => {},
      },
      ...{
        signal: new AbortController().signal,
        halted: () => false,
        termAt: new Map(),
        now: Date.now,
        portsChosen: () => {},
      },
    },
  };
  return { world, parts, pass: new Pass(parts) };
}

t.test('nothing to do: one look', async (t) => {
  const { pass, world } = play();
  t.match(await pass.run(wishOf()), { changed: false, notices: [], seen: { state: 'running', containerId: 'a' } });
  t.equal(world.looks, 1);
});

t.test('something to do: done, and looked at again', async (t) => {
  const { pass, world } = play({ name: 'renamed' });
  t.match(await pass.run(wishOf()), { changed: true, seen: { state: 'running' } });
  t.same(world.calls, ['rename ampoule-box']);
  t.equal(world.looks, 2);
});

t.test('an unknown outcome is looked at, and tried again if need be', async (t) => {
  const { pass, world } = play({ name: 'renamed' });
  world.planted.push(new UnknownOutcome('rename', 'planted'), new UnknownOutcome('rename', 'planted'));
  t.match(await pass.run(wishOf()), { seen: { state: 'running' } });
  t.equal(world.calls.length, 3);
  const lost = play({ name: 'renamed' });
  lost.world.planted.push(...Array.from({ length: 20 }, () => new UnknownOutcome('rename', 'planted')));
  await t.rejects(lost.pass.run(wishOf()), { code: 'ENGINE_UNREACHABLE', retry: true });
  t.ok(lost.world.calls.length < 8, 'but not for ever');
});

t.test('a refusal is told, with what is there all the same', async (t) => {
  const { pass, world } = play({ name: 'renamed' });
  world.planted.push(new SandboxError('ENGINE_REFUSED', 'No.'), new SandboxError('ENGINE_REFUSED', 'No.'));
  const failure = await pass.run(wishOf()).catch((error: unknown) => error);
  t.ok(failure instanceof PassFailed);
  t.match(failure, { code: 'ENGINE_REFUSED', message: 'No.', quiet: false });
});

t.test('a plan that refuses fails the pass after what it could do', async (t) => {
  const { pass, world } = play({ holds: [held('A')] });
  const failure = await pass.run(wishOf({ generation: 2, envMac: null })).catch((error: unknown) => error);
  t.match(failure, { code: 'WISH_SEALED', retry: true, seen: { containerId: null } });
  t.same(world.calls, ['kill SIGTERM', 'remove']);
  t.same(world.ledger.rows('sbx_01'), []);
});

t.test('a look that takes long does not keep a revocation waiting', async (t) => {
  const hung = play({ holds: [held('A')] });
  hung.world.hang = true;
  const failure = await hung.pass.run(wishOf({ generation: 2 })).catch((error: unknown) => error);
  t.match(failure, { code: 'ENGINE_UNREACHABLE', quiet: true });
  t.equal(hung.world.killed, true);
  t.same(hung.world.ledger.calls.slice(-1), ['stopped 1']);
});

t.test('without a kernel to see, it is not claimed', async (t) => {
  const { pass, parts, world } = play({ holds: [held('A')] });
  world.seesKernel = false;
  parts.look = () => Promise.reject(new UnknownOutcome('list', 'planted'));
  const failure = await pass.run(wishOf({ generation: 2 })).catch((error: unknown) => error);
  t.match(failure, { code: 'ENGINE_UNREACHABLE' });
  t.notMatch(failure, { quiet: true });
});

t.test('where nothing is revoked, the kernel is left alone', async (t) => {
  const { pass, parts, world } = play({ holds: [held('A')] });
  parts.look = () => Promise.reject(new UnknownOutcome('list', 'planted'));
  await t.rejects(pass.run(wishOf({ values: [held('A'), held('B')], generation: 2 })), { code: 'ENGINE_UNREACHABLE' });
  t.equal(world.killed, false);
});

t.test('a Docker that does not stop what is to be taken away is helped', async (t) => {
  const { pass, world } = play({ holds: [held('A')] });
  world.planted.push(new UnknownOutcome('kill', 'planted'));
  await pass.run(wishOf({ generation: 2, envMac: null })).catch(() => {});
  t.equal(world.killed, true);
});

t.test('a pass that is halted begins nothing further', async (t) => {
  const { pass, parts, world } = play({ holds: [held('A')] });
  parts.run.halted = () => true;
  await t.rejects(pass.run(wishOf({ generation: 2, envMac: null })), { code: 'ENGINE_UNREACHABLE' });
  t.same(world.calls, []);
});
