/** Secrets come to a running sandbox and go again while its container and its main process stay what they are. */

import t from 'tap';
import { startDaemon } from '../engine/daemon.js';
import { patternsOf } from '../engine/forms.js';
import { inEngine, inProcesses } from '../engine/observer.js';
import { sharedEngine } from '../engine/shared.js';
import { pause, until } from '../engine/wait.js';
import { digestIn, digestOf, holdersOf, launch, sameInit, set } from './memory-world.js';
import { type Alive, aliveIn, aliveInFrozen, signOf } from './survivors.js';

/** Of this run alone, for the look at processes goes over the whole machine. */
const CANARY = `canary-change-${process.pid}-${Date.now()}`;
const ROUNDS = process.env.AMPOULE_FULL === '1' ? 50 : 5;
/** A command with children of all sorts: one that keeps its environment, one without it, one of another session. */
const FAMILY =
  'sleep 3601 & env -i /bin/sleep 3602 & setsid sh -c "sleep 3603; true" & (sleep 3604 &) ; sleep 3605; true';

t.test('activate and deactivate in a running sandbox', { timeout: 1_200_000 }, async (t) => {
  const engine = await sharedEngine();
  t.teardown(() => engine.done());
  await engine.importBusybox();
  const daemon = await startDaemon({ engine });
  t.teardown(() => daemon.remove());
  await daemon.ok('POST', '/v1/secrets', { name: 'KEY_CHANGE', value: `${CANARY}-0` });
  const main = { command: ['sh', '-c', 'sleep 7200; true'] };
  const box = await launch(daemon, engine, 'changing', main);
  const isMain = (process: Alive): boolean => process.name === 'sh' || process.name === 'sleep';
  const before = await until('the main process', () => {
    const now = aliveIn(engine.group, box.containerId);
    return now.filter(isMain).length === 2 ? now : null;
  });
  const mains = before.filter(isMain).map(signOf);

  for (let round = 0; round < ROUNDS; round++) {
    const value = `${CANARY}-${round}`;
    if (round > 0) await daemon.ok('PUT', '/v1/secrets/KEY_CHANGE/value?wait=30s', { value });
    t.equal(await digestIn(daemon, box, 'KEY_CHANGE'), null, 'a command before has no value');
    await set(daemon, box, 'KEY_CHANGE', true);
    t.equal(await digestIn(daemon, box, 'KEY_CHANGE'), digestOf(value), 'the next command after the activation has it');

    const command = ['sh', '-c', FAMILY];
    const running = daemon.api('POST', '/v1/sandboxes/changing/exec', { command });
    const family = await until('the family', () => {
      const known = new Set(before.map(signOf));
      const now = aliveIn(engine.group, box.containerId).filter((one) => !known.has(signOf(one)) && isMain(one));
      return now.filter(({ name }) => name === 'sleep').length === 5 ? now : null;
    });
    t.ok(holdersOf(box, value).length >= 5, 'it holds the value');
    t.same(await inEngine(engine, patternsOf('KEY', value)), [], 'Docker tells nothing of it');

    await set(daemon, box, 'KEY_CHANGE', false);
    const left = (now: Alive[]): Alive[] => now.filter((one) => family.some((held) => signOf(held) === signOf(one)));
    t.same(left(aliveIn(engine.group, box.containerId)), [], 'at the acknowledgement nobody of it is alive');
    t.same(inProcesses(patternsOf('KEY', value)), [], 'nor does any process of the machine have the value');
    await pause(100);
    t.same(left(await aliveInFrozen(engine.group, box.containerId)), [], 'nor 100 ms later');
    t.same(inProcesses(patternsOf('KEY', value)), []);

    const { body } = await running;
    t.ok(body.exitCode === null || body.exitCode !== 0, `the command was ended: ${JSON.stringify(body)}`);
    t.ok(sameInit(box), 'PID 1 is the one of before');
    t.equal((await daemon.ok('GET', '/v1/sandboxes/changing')).containerId, box.containerId, 'so is the container');
    const now = aliveIn(engine.group, box.containerId).map(signOf);
    t.same(
      mains.filter((sign) => !now.includes(sign)),
      [],
      'and the main process',
    );
  }

  await t.test('what a running command fetches later is redacted in its output too', async (t) => {
    const late = `${CANARY}-late`;
    await daemon.ok('POST', '/v1/secrets', { name: 'KEY_LATE', value: late });
    const look = '/.ampoule/run /bin/env | grep ^KEY_LATE=';
    const command = `echo begun; until ${look}; do sleep 0.05; done`;
    const running = daemon.ok('POST', '/v1/sandboxes/changing/exec', { command });
    await until('the command running', async () => (await daemon.ok('GET', '/v1/sandboxes/changing/execs')).items[0]);
    await set(daemon, box, 'KEY_LATE', true);
    const { stdout } = await running;
    t.equal(stdout, 'begun\nKEY_LATE=[redacted:KEY_LATE]\n');
    await set(daemon, box, 'KEY_LATE', false);
  });

  await t.test('a main process that was given it is started again without it', async (t) => {
    await set(daemon, box, 'KEY_CHANGE', true);
    const holding = await launch(daemon, engine, 'holding', { ...main, secrets: ['KEY_CHANGE'] });
    const held = `${CANARY}-${ROUNDS - 1}`;
    await until('main having it', () => holdersOf(holding, held).length >= 2);
    const were = aliveIn(engine.group, holding.containerId).filter(isMain).map(signOf);
    await set(daemon, holding, 'KEY_CHANGE', false);
    const now = aliveIn(engine.group, holding.containerId).map(signOf);
    t.same(
      were.filter((sign) => now.includes(sign)),
      [],
      'at the acknowledgement it is dead',
    );
    t.same(holdersOf(holding, held), []);
    await until('main running again', () => aliveIn(engine.group, holding.containerId).filter(isMain).length === 2);
    t.same(holdersOf(holding, held), [], 'without the value');
    t.ok(sameInit(holding), 'in the same container');
    t.ok(holdersOf(box, held).length === 0 && sameInit(box), 'the other sandbox was left alone');
  });

  await t.test('the look finds what it looks for', async (t) => {
    await set(daemon, box, 'KEY_CHANGE', true);
    const running = daemon.api('POST', '/v1/sandboxes/changing/exec', { command: ['sleep', '3606'] });
    const value = `${CANARY}-${ROUNDS - 1}`;
    await until('a holder', () => holdersOf(box, value).length > 0);
    t.ok(inProcesses(patternsOf('KEY', value)).length > 0, 'a process that holds the value');
    await set(daemon, box, 'KEY_CHANGE', false);
    await running;
  });
});
