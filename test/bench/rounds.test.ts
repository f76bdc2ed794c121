/** Turns are taken in turns, and rounds to warm up do not count. */

import t from 'tap';
import { takeTurns, timed } from './rounds.js';

t.test('each has its turn in each round, and the order turns', async (t) => {
  const order: string[] = [];
  const attempt = (name: string) => async (round: number) => {
    order.push(`${name}${round}`);
    return round;
  };
  const samples = await takeTurns(2, { a: attempt('a'), b: attempt('b') });
  t.same(samples, { a: [1, 2], b: [1, 2] }, 'the first round is not counted');
  t.same(order, ['a0', 'b0', 'b1', 'a1', 'a2', 'b2']);
  t.ok((await timed(async () => {})) >= 0);
});
