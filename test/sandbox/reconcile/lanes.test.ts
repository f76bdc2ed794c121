/** How much runs at once. */

import t from 'tap';
import { Lanes } from '../../../sandbox/reconcile/lanes.js';
import { turns } from '../played-timers.js';

t.test('no more than there are lanes, but for what is urgent', async (t) => {
  const lanes = new Lanes(2);
  const running = new Set<number>();
  const ends: (() => void)[] = [];
  const begin = (id: number, urgent = false) =>
    lanes.run(urgent, async () => {
      running.add(id);
      await new Promise<void>((resolve) => {
        ends[id] = resolve;
      });
      running.delete(id);
      return id;
    });
  const works = [begin(0), begin(1), begin(2), begin(3), begin(4, true)];
  await turns();
  t.same([...running], [0, 1, 4]);
  ends[0]?.();
  await turns();
  t.same([...running], [1, 4], 'the urgent one takes its lane too');
  ends[4]?.();
  await turns();
  t.same([...running], [1, 2]);
  ends[1]?.();
  await turns();
  t.same([...running], [2, 3]);
  for (const id of [2, 3]) ends[id]?.();
  t.same(await Promise.all(works), [0, 1, 2, 3, 4]);
});

t.test('a work that fails frees its lane', async (t) => {
  const lanes = new Lanes(1);
  await t.rejects(lanes.run(false, () => Promise.reject(new Error('planted'))));
  t.equal(await lanes.run(false, async () => 1), 1);
});
