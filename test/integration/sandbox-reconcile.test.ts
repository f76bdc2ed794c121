/** The reconciler on engines that others touch, that die, hang, and lose answers. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { connectEngine } from '../../sandbox/index.js';
import { cgroupDirectory, freeze, frozen, thaw } from '../../sandbox/kernel/cgroup.js';
import { startEngine } from '../engine/engine.js';
import { startProxy } from '../engine/proxy.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';
import { held } from '../sandbox/wishes.js';
import { makeWorld } from './sandbox-world.js';

/** Of this run alone, for the look at processes goes over the whole machine. */
const OTHERS = `OTHERS_${process.pid}`;
const DIES = `DIES_${process.pid}`;

/** How a process has a variable that it was given. */
const assigned = (name: string): string => `${name}=value-of-${name}-1`;

/** Pids of processes on this machine that were started with this assignment. */
function holders(assignment: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(assignment);
    } catch {
      return false;
    }
  });
}

t.test('others', async (t) => {
  const engine = await sharedEngine();
  t.teardown(() => engine.done());
  const image = await engine.importBusybox();
  const docker = connectEngine({ host: engine.dockerHost });
  const world = makeWorld({ host: engine.dockerHost, vault: 'vlt_others', image });
  await world.reconciler.start();
  t.teardown(() => world.reconciler.stop());
  t.match(await world.want('others', [held(OTHERS)]), { state: 'applied', generation: 1 });
  const name = 'ampoule-others';
  const runs = (not?: string) =>
    until('the container running under its name', async () => {
      const seen = await docker.inspect(name);
      const all = await docker.list(['dev.ampoule.sandbox=sbx_others']);
      const calm = world.reconciler.view('sbx_others').state === 'running';
      return calm && all.length === 1 && seen?.state.status === 'running' && seen.id !== not && seen;
    });

  await t.test('stop, kill, pause, rename, restart, remove', async (t) => {
    const { id } = await runs();
    for (const act of [['stop', '-t', '0'], ['kill'], ['pause'], ['restart', '-t', '0']]) {
      await engine.docker(...act, name);
      t.equal((await runs()).id, id, act.join(' '));
    }
    await engine.docker('rename', name, 'h3-renamed');
    t.equal((await runs()).id, id, 'renamed back');
    const pid = (await runs()).state.pid;
    await until('the new process in the ledger', () => world.ledger.rows('sbx_others')[0]?.pid === pid);
    await engine.docker('rm', '-f', name);
    t.ok((await runs(id)).id, 'made again');
    t.ok((await runs()).config.env.includes(assigned(OTHERS)));
  });

  await t.test('a container with our name and labels that is not ours stays', async (t) => {
    const mine = await runs();
    const labels = Object.entries(mine.labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
    const copy = 'ampoule-others-copy';
    await engine.docker('run', '-d', '--name', copy, '--network', 'none', ...labels, image, 'sleep', '1000');
    t.teardown(() => engine.tryDocker(['rm', '-f', copy]));
    t.match(await world.want('others', [held(OTHERS), held('MORE')]), { state: 'applied' });
    t.match(await world.want('others', [held(OTHERS)]), { state: 'applied' });
    t.match((await docker.inspect(copy))?.state, { running: true }, 'the row of its nonce is another container');

    const taken = await world.want('others-copy', [held(OTHERS)]);
    t.match(taken, { state: 'failed', code: 'CONTAINER_NAME_TAKEN', reason: /docker rename/ });
    t.match((await docker.inspect(copy))?.state, { running: true }, 'left alone');
    await engine.docker('rename', copy, 'h3-copy');
    t.teardown(() => engine.tryDocker(['rm', '-f', 'h3-copy']));
    await until('our own', () => world.reconciler.view('sbx_others-copy').state === 'running');
    t.match((await docker.inspect('h3-copy'))?.state, { running: true });
    await engine.docker('rm', '-f', 'h3-copy');
    await world.want('others-copy', [], { goal: 'removed', removeWorkspace: true });
    await runs();
  });

  await t.test('what a daemon froze and did not live to thaw', async (t) => {
    const frozenOne = async () => {
      const { id, state } = await runs();
      const group = cgroupDirectory(state.pid, id);
      if (!group) throw new Error('the group of a running container');
      t.teardown(() => thaw(group));
      t.ok(await freeze(group));
      return group;
    };
    const atStart = await frozenOne();
    const next = world.again();
    await next.reconciler.start();
    await next.reconciler.stop();
    t.notOk(frozen(atStart), 'goes on when the next one has started');
    const atLoss = await frozenOne();
    t.match(await world.want('others', []), { state: 'applied' }, 'is replaced');
    t.notOk(frozen(atLoss));
    t.same(holders(assigned(OTHERS)), []);
    await frozenOne();
    t.match(await world.want('others', [], { goal: 'removed' }), { state: 'applied' }, 'is removed');
    t.same(await docker.list(['dev.ampoule.sandbox=sbx_others']), []);
    t.match(await world.want('others', [held(OTHERS)]), { state: 'applied' });
    await runs();
  });

  await t.test('a container of a sandbox that a restore took away is removed by its MAC', async (t) => {
    await world.want('younger', [held('YOUNGER')]);
    const seen = await docker.inspect('ampoule-younger');
    world.forget('younger');
    for (const row of world.ledger.every) if (row.sandbox === 'sbx_younger') row.nonce = 'unknown';
    for (const row of world.ledger.every) if (row.sandbox === 'sbx_younger') row.ended = true;
    world.reconciler.wake('sbx_younger');
    await until('it being gone', async () => (await docker.inspect(seen?.id ?? '')) === null);
    const forged = Object.entries({ ...seen?.labels, 'dev.ampoule.mac': 'forged' });
    await engine.docker(
      'create',
      '--name',
      'h3-forged',
      ...forged.flatMap(([key, value]) => ['--label', `${key}=${value}`]),
      image,
    );
    t.teardown(() => engine.tryDocker(['rm', '-f', 'h3-forged']));
    world.reconciler.wake('sbx_younger');
    await world.reconciler.settle('sbx_younger', { epoch: 9, generation: 9 }, 5_000);
    t.ok(await docker.inspect('h3-forged'), 'without it, nothing is touched');
    await docker.removeVolume('ampoule-ws-ses_younger');
  });

  await t.test('what was started by somebody else after a revocation does not survive', async (t) => {
    await world.want('others', [held(OTHERS)], { spec: { restart: 'never' } });
    await engine.docker('stop', '-t', '0', name);
    await until('it being over', () => world.reconciler.view('sbx_others').state === 'exited');
    t.match(await world.want('others', [], { spec: { restart: 'never' } }), { state: 'applied' }, 'nothing runs');
    await engine.docker('start', name);
    await until('nobody holding it', () => holders(assigned(OTHERS)).length === 0);
    await runs();
  });

  await t.test('a daemon that comes back finds everything', async (t) => {
    await world.want('others', [held(OTHERS)]);
    const { id } = await runs();
    await world.reconciler.stop();
    const next = world.again();
    await next.reconciler.start();
    t.match(next.reconciler.view('sbx_others'), { state: 'running', containerId: id });
    t.match(await next.want('others', []), { state: 'applied' });
    t.same(holders(assigned(OTHERS)), []);
    t.match(await next.want('others', [], { goal: 'removed', removeWorkspace: true }), { state: 'applied' });
    t.equal(next.reconciler.view('sbx_others').state, 'removed');
    await next.reconciler.stop();
  });
});

t.test('answers that are lost', async (t) => {
  const engine = await sharedEngine();
  t.teardown(() => engine.done());
  const image = await engine.importBusybox();
  const docker = connectEngine({ host: engine.dockerHost });
  const directory = mkdtempSync(join(tmpdir(), 'ap-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const proxy = await startProxy(engine.socket, join(directory, 'p'));
  t.teardown(() => proxy.stop());
  const world = makeWorld({ host: proxy.dockerHost, vault: 'vlt_lost', image });
  await world.reconciler.start();
  t.teardown(() => world.reconciler.stop());

  const calls: [string, RegExp][] = [
    ['POST', /^\/containers\/create/],
    ['POST', /\/start/],
    ['POST', /\/kill/],
    ['POST', /\/rename/],
    ['DELETE', /^\/containers/],
    ['GET', /\/json/],
  ];
  for (const kind of ['reset-after', 'reset-before', 'status'] as const)
    for (const [method, path] of calls) {
      const rule = proxy.rule({ method, path, act: { kind }, times: 1 });
      const values = kind === 'status' && method === 'POST' ? [held('LOST')] : [held('LOST', calls.length + 1)];
      const first = await world.want('lost', values);
      t.equal(first.state, 'applied', `${kind} ${method} ${path}: ${first.code}`);
      const second = await world.want('lost', [...values, held('MORE')]);
      t.equal(second.state, 'applied', `${kind} ${method} ${path}: ${second.code}`);
      t.match(await world.want('lost', []), { state: 'applied' });
      rule.remove();
      const all = await docker.list(['dev.ampoule.sandbox=sbx_lost']);
      t.match(all, [{ names: ['ampoule-lost'], state: 'running' }]);
      t.equal(all.length, 1);
      t.equal(world.ledger.rows('sbx_lost').length, 1);
    }
  t.match(await world.want('lost', [], { goal: 'removed', removeWorkspace: true }), { state: 'applied' });
  t.same(world.ledger.rows('sbx_lost'), []);
});

t.test('an engine that dies, comes back, and hangs', async (t) => {
  const engine = await startEngine();
  t.teardown(() => engine.stop());
  const image = await engine.importBusybox();
  const world = makeWorld({ host: engine.dockerHost, vault: 'vlt_dies', image });
  await world.reconciler.start();
  t.teardown(() => world.reconciler.stop());
  const runs = () => world.reconciler.view('sbx_dies').state === 'running';
  t.match(await world.want('dies', [held(DIES)]), { state: 'applied' });
  t.not(holders(assigned(DIES)).length, 0);

  engine.pause();
  t.match(await world.want('dies', []), { state: 'applied' }, 'a hung engine keeps no value alive');
  t.same(holders(assigned(DIES)), []);
  t.match(await world.want('dies', [held(DIES)], {}, 5_000), { state: 'pending', code: 'ENGINE_UNREACHABLE' });
  engine.resume();
  await until('the value there', () => runs() && holders(assigned(DIES)).length > 0);

  await engine.docker('pause', 'ampoule-dies');
  engine.pause();
  t.match(await world.want('dies', []), { state: 'applied' }, 'a paused container is killed, then thawed');
  t.same(holders(assigned(DIES)), []);
  engine.resume();
  await until('it running again', runs);

  await world.want('dies', [held(DIES)]);
  await engine.kill();
  t.same(holders(assigned(DIES)), []);
  await engine.restart();
  await until('it running again', () => runs() && holders(assigned(DIES)).length > 0);

  await engine.kill({ keepContainers: true });
  t.not(holders(assigned(DIES)).length, 0, 'the container outlives its engine');
  t.match(await world.want('dies', []), { state: 'applied' }, 'a dead engine keeps no value alive');
  t.same(holders(assigned(DIES)), []);
  await engine.restart();
  await until('it running again', runs);
  t.match(await world.want('dies', [], { goal: 'removed' }), { state: 'applied' });
});
