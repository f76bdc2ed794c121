/** An engine that hangs with a start in its hands may carry it out later: until then nobody can say that nothing runs. */

import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { startEngine } from '../engine/engine.js';
import { until } from '../engine/wait.js';
import { held } from '../sandbox/wishes.js';
import { makeWorld } from './sandbox-world.js';

/** Of this run alone, for the look at processes goes over the whole machine. */
const LATE = `LATE_${process.pid}`;

/** Whether a process on this machine was started with the value. */
function alive(): boolean {
  return readdirSync('/proc').some((name) => {
    try {
      return (
        /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'latin1').includes(`${LATE}=value-of-${LATE}-1`)
      );
    } catch {
      return false;
    }
  });
}

t.test('a start that hangs', async (t) => {
  const engine = await startEngine();
  t.teardown(() => engine.stop());
  let armed = false;
  const world = makeWorld({
    host: engine.dockerHost,
    vault: 'vlt_late',
    image: await engine.importBusybox(),
    failpoint: (name) => {
      if (!armed || name !== 'engine.start:before') return;
      armed = false;
      engine.pause();
    },
  });
  await world.reconciler.start();
  t.teardown(() => world.reconciler.stop());
  t.match(await world.want('late', []), { state: 'applied' });

  armed = true;
  t.match(await world.want('late', [held(LATE)], {}, 1_500), { state: 'pending' });
  await until('the start being sent, and the engine standing still', () => !armed);
  t.match(await world.want('late', [], {}, 4_000), { state: 'pending' }, 'not said to be done');
  await t.rejects(world.delivery.revoke('sbx_late'), { code: 'ENGINE_UNREACHABLE' }, 'neither by a seal');
  engine.resume();
  await until('the wish fulfilled', () => world.reconciler.view('sbx_late').state === 'running');
  t.match(await world.want('late', []), { state: 'applied' });
  t.notOk(alive());

  engine.pause();
  t.match(await world.want('late', [], { goal: 'removed' }, 1_000), { state: 'pending' });
  engine.resume();
  await until('it being removed', () => world.ledger.rows('sbx_late').length === 0);

  t.match(await world.want('later', [held(LATE)]), { state: 'applied' });
  engine.pause();
  t.match(await world.want('later', []), { state: 'applied' }, 'once a start was answered, the kernel says enough');
  t.notOk(alive());
  engine.resume();
});
