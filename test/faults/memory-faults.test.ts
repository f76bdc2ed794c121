/** What `memory` delivery holds while the engine, the daemon, the init or the container is dead, stopped or sealed. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { startDaemon, type TestDaemon } from '../engine/daemon.js';
import { startEngine, type TestEngine } from '../engine/engine.js';
import { startOf } from '../engine/processes.js';
import { until } from '../engine/wait.js';
import { type Box, digestIn, digestOf, holdersOf, launch, sameInit, set, type Wanted } from './memory-world.js';
import { aliveIn, signOf } from './survivors.js';

const CANARY = `canary-memory-faults-${process.pid}-${Date.now()}`;
const PASSPHRASE = 'correct horse battery staple';
const SECRET = 'KEY_FAULT';
const LEASE = '4s';
const isValue = (digest: string | null): boolean => digest === digestOf(CANARY);
const FULL = process.env.AMPOULE_FULL === '1';

interface Stage {
  engine: TestEngine;
  daemon: TestDaemon;
}

// So that containers outlive a dockerd that is started again.
const engine = await startEngine({ config: { 'live-restore': true } });
t.teardown(() => engine.stop());
await engine.importBusybox();

async function stage(t: Test): Promise<Stage> {
  const daemon = await startDaemon({ engine });
  t.teardown(() => daemon.remove());
  await daemon.ok('POST', '/v1/secrets', { name: SECRET, value: CANARY });
  return { engine, daemon };
}

/** A sandbox with the value, whose main process holds it. */
async function holding({ daemon }: Stage, name: string, wanted: Wanted = {}): Promise<Box> {
  const box = await launch(daemon, engine, name, { command: ['sleep', '7200'], secrets: [SECRET], ...wanted });
  await until(`${name} holding the value`, () => holdersOf(box, CANARY).length > 0);
  return box;
}

/** A sandbox whose main process was never given anything. */
async function bare({ daemon }: Stage, name: string, wanted: Wanted = {}): Promise<Box & { main: string }> {
  const box = await launch(daemon, engine, name, { command: ['sleep', '7201'], ...wanted });
  const main = await until(`${name}'s main process`, () =>
    aliveIn(engine.group, box.containerId).find((one) => one.name === 'sleep'),
  );
  return { ...box, main: signOf(main) };
}

const mainLives = (box: Box & { main: string }): boolean =>
  aliveIn(engine.group, box.containerId).some((one) => signOf(one) === box.main);

/** Takes the value away while something is wrong. */
async function revoked(t: Test, daemon: TestDaemon, box: Box, what: string): Promise<void> {
  t.ok(holdersOf(box, CANARY).length > 0, `${what}: somebody holds it`);
  const begun = performance.now();
  const answer = await daemon.api('DELETE', `/v1/sessions/${box.session}/secrets/${SECRET}?wait=8s`);
  const took = performance.now() - begun;
  t.same(holdersOf(box, CANARY), [], `${what}: nobody holds it at the answer`);
  t.equal(answer.status, 200, `${what}: done before a call to Docker is given up: ${answer.bytes}`);
  t.comment(`${what}: revoked in ${took.toFixed(1)} ms`);
}

t.test('an engine that is killed, and one that stands still', { timeout: 600_000 }, async (t) => {
  const s = await stage(t);
  const { daemon } = s;
  const rounds = FULL ? 10 : 2;
  for (let round = 0; round < rounds; round++) {
    const [killed, stopped] = [await holding(s, `killed-${round}`), await holding(s, `stopped-${round}`)];
    engine.pause();
    await revoked(t, daemon, stopped, 'dockerd stopped');
    t.ok(sameInit(stopped), 'the container goes on');
    engine.resume();
    await engine.kill({ keepContainers: true });
    await revoked(t, daemon, killed, 'dockerd killed');
    t.ok(sameInit(killed), 'the container goes on');
    await engine.restart();
    for (const box of [killed, stopped]) {
      await until(`${box.name} being usable`, () =>
        digestIn(daemon, box, SECRET).then(
          (seen) => seen === null,
          () => false,
        ),
      );
      t.ok(sameInit(box), `${box.name} is the same container still`);
      await daemon.ok('DELETE', `/v1/sessions/${box.session}?wait=30s`);
    }
  }
});

t.test('a daemon that is killed', { timeout: 600_000 }, async (t) => {
  const s = await stage(t);
  const has = (box: Box): Promise<true> =>
    until(`${box.name} having its value`, () => digestIn(s.daemon, box, SECRET).then(isValue, () => false));
  const long = await holding(s, 'long-leased', { lease: '10m' });
  const never = await holding(s, 'unleased', { lease: 'never' });
  const main = await bare(s, 'given-nothing', { lease: LEASE });
  const { dir } = s.daemon;
  await s.daemon.kill9();
  const before = holdersOf(long, CANARY);
  t.ok(before.length > 0, 'at first nothing happens');
  s.daemon = await startDaemon({ engine, dir });
  t.teardown(() => s.daemon.stop());
  for (const one of [long, never]) await has(one);
  t.same(
    holdersOf(long, CANARY),
    before,
    'started again within the lease, nothing is lost: the same processes hold it',
  );
  t.ok(sameInit(long) && sameInit(main) && mainLives(main), 'main processes are untouched');

  const short = await holding(s, 'leased', { lease: LEASE });
  await s.daemon.kill9();
  await until('the holders being gone at the lease', () => holdersOf(short, CANARY).length === 0, { withinMs: 60_000 });
  t.ok(sameInit(short), 'the container goes on');
  t.same(holdersOf(long, CANARY), before, 'where the lease is longer nothing has happened yet');
  t.ok(holdersOf(never, CANARY).length > 0, 'a lease of never holds');
  t.ok(mainLives(main), 'a main process that was given nothing goes on');
  const asked = await engine.tryDocker(['exec', short.containerId, 'env'], { withinMs: 20_000 });
  t.notOk(asked.stdout.includes(CANARY), `docker exec gets nothing (${asked.code}: ${asked.stderr.trim()})`);
  s.daemon = await startDaemon({ engine, dir });
  await has(short);
  await until('its main process again', () => holdersOf(short, CANARY).length > 0);
  t.ok(sameInit(short), 'in the same container');
  await has(never);
});

t.test('a daemon that comes back sealed', { timeout: 600_000 }, async (t) => {
  const s = await stage(t);
  const box = await holding(s, 'sealed', { lease: LEASE });
  await s.daemon.ok('POST', '/v1/vault/rekey', { passphrase: PASSPHRASE });
  await s.daemon.ok('POST', '/v1/vault/seal', {});
  const { dir } = s.daemon;
  await s.daemon.kill9();
  const before = s.daemon.log().length;
  const daemon = await startDaemon({ engine, dir, env: { AMPOULE_KEY_FILE: 'off' }, wait: 'alive' });
  t.teardown(() => daemon.stop());
  await until('the holders being gone', () => holdersOf(box, CANARY).length === 0, { withinMs: 60_000 });
  t.equal((await daemon.api('GET', '/readyz')).status, 503, 'it stayed sealed');
  const said = daemon.log().slice(before);
  t.match(said, /sealed/i, 'says at start that it is sealed');
  t.match(said, /lease/i, 'and that leases run out');
  t.ok(sameInit(box), 'the container goes on');
  await daemon.ok('POST', '/v1/vault/unseal', { passphrase: PASSPHRASE });
  await until('its value again', () =>
    digestIn(daemon, box, SECRET).then(
      (seen) => seen === digestOf(CANARY),
      () => false,
    ),
  );
  t.ok(sameInit(box), 'unsealed, the same container has it again');

  await daemon.ok('POST', '/v1/vault/seal', {});
  await daemon.api('DELETE', `/v1/sessions/${box.session}/secrets/${SECRET}?wait=30s`);
  t.same(holdersOf(box, CANARY), [], 'sealed, it takes away all the same');
});

t.test('a container that is paused, and an init that is killed or stands still', { timeout: 600_000 }, async (t) => {
  const s = await stage(t);
  const { daemon } = s;
  const usable = (box: Box, digest: string | null): Promise<true> =>
    until(
      `${box.name} being usable`,
      () =>
        digestIn(daemon, box, SECRET).then(
          (seen) => seen === digest,
          () => false,
        ),
      {
        withinMs: 60_000,
      },
    );

  const paused = await holding(s, 'paused');
  await engine.docker('pause', paused.containerId);
  const answer = await daemon.api('DELETE', `/v1/sessions/paused/secrets/${SECRET}?wait=30s`);
  t.equal(answer.status, 200, `revoked while paused: ${answer.bytes}`);
  t.same(holdersOf(paused, CANARY), []);
  await usable(paused, null);

  const stopped = await holding(s, 'standing');
  process.kill(stopped.init.pid, 'SIGSTOP');
  const taken = await daemon.api('DELETE', `/v1/sessions/standing/secrets/${SECRET}?wait=30s`);
  t.equal(taken.status, 200, `revoked although the init stands still: ${taken.bytes}`);
  t.same(holdersOf(stopped, CANARY), []);
  await usable(stopped, null);

  const killed = await holding(s, 'initless');
  process.kill(killed.init.pid, 'SIGKILL');
  await until('the init being gone', () => startOf(killed.init.pid) !== killed.init.start);
  await usable(killed, digestOf(CANARY));
  await set(daemon, killed, SECRET, false);
  t.equal(await digestIn(daemon, killed, SECRET), null);
});

t.test('a machine that slept has one lease from when it woke', async (t) => {
  // Nobody can put this machine to sleep for a test. What a lease is counted with is what decides it: this clock stands still then.
  const directory = fileURLToPath(new URL('../../sandbox/init/', import.meta.url));
  const clocks = readdirSync(directory)
    .filter((name) => /\.[ch]$/.test(name))
    .flatMap(
      (name) => readFileSync(`${directory}${name}`, 'utf8').match(/CLOCK_\w+|\btime\(NULL\)|gettimeofday/g) ?? [],
    );
  t.ok(clocks.length > 0);
  t.same([...new Set(clocks)], ['CLOCK_MONOTONIC'], 'and the init knows no other');
});
