/** Memory delivery while Docker stands still or is dead: values are taken away and given all the same. */

import t from 'tap';
import { startEngine } from '../engine/engine.js';
import { until } from '../engine/wait.js';
import { held } from '../sandbox/wishes.js';
import { memoryBox } from './memory-world.js';

const engine = await startEngine();
t.teardown(() => engine.stop());
const image = await engine.importBusybox();

t.test('a Docker that does not answer is not waited for', async (t) => {
  const box = await memoryBox(t, engine, { image, spec: { grace: 0 } });
  await box.delivery.apply(box.wish({ values: [held('A'), held('B'), held('C')] }));
  const holding = async () => {
    const exec = await box.start('sleep 1000');
    await until('it holding', () => box.ledger.holders.some((one) => one.id === exec.execId && !one.ended));
    return { exec };
  };
  const first = await holding();
  engine.pause();
  t.teardown(() => engine.resume());
  await box.delivery.apply(box.wish({ values: [held('A'), held('B')] }), { look: false });
  for await (const _ of first.exec.output);
  t.match(await first.exec.exit, { reason: 'REVOKED' });
  t.match(await box.run('echo $A/$C'), { text: 'value-of-A-1/' });
  const looking = box.delivery.apply(box.wish({ values: [held('A'), held('B'), held('D')] }));
  await t.rejects(looking, { code: 'ENGINE_UNREACHABLE', quiet: true }, 'Docker is missed, and the wish is in force');
  t.match(await box.run('echo $D'), { text: 'value-of-D-1' });
  engine.resume();

  const second = await holding();
  await engine.kill({ keepContainers: true });
  const dead = box.delivery.apply(box.wish({ values: [held('A')] }));
  await t.rejects(dead, { code: 'ENGINE_UNREACHABLE', quiet: true });
  await until('nobody holding anything', () => box.ledger.holders.every((one) => one.ended));
  for await (const _ of second.exec.output);
  t.match(await second.exec.exit, { reason: 'REVOKED' });
  await box.delivery.revoke(box.id);
  t.same(box.ledger.rows(box.id)[0]?.holds, []);
  await engine.restart();
});
