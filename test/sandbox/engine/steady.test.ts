/** A stream that gets on is passed on, however slow its reader; one that stands still is given up. */

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { steadily } from '../../../sandbox/engine/steady.js';

/** null: nothing comes any more. */
async function* chunks(pauses: (number | null)[]): AsyncGenerator<Uint8Array> {
  for (const pause of pauses) {
    if (pause === null) await new Promise(() => {});
    else await sleep(pause);
    yield Buffer.from('x');
  }
}

t.test('all of it, and its call is given up at the end', async (t) => {
  let given = 0;
  let seen = 0;
  for await (const chunk of steadily(chunks([0, 5, 5]), 'archive', 1000, () => given++)) seen += chunk.length;
  t.same([seen, given], [3, 1]);
});

t.test('a slow reader costs nothing', async (t) => {
  let seen = 0;
  for await (const chunk of steadily(chunks([0, 0, 0]), 'archive', 40, () => {})) {
    await sleep(60);
    seen += chunk.length;
  }
  t.equal(seen, 3);
});

t.test('one that stands still', async (t) => {
  let given = 0;
  const read = async () => {
    for await (const _chunk of steadily(chunks([0, null]), 'archive', 30, () => given++));
  };
  await t.rejects(read(), /nothing came for 30 ms/);
  t.equal(given, 1);
  for await (const _chunk of steadily(chunks([0, 0]), 'archive', 1000, () => given++)) break;
  t.equal(given, 2, 'left by its reader');
});
