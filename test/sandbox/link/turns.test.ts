/** Waiting for something that somebody says may be different. */

import t from 'tap';
import { Turns } from '../../../sandbox/link/turns.js';
import { turns as go, playTimers } from '../played-timers.js';

t.test('looks again when told, and gives up in time', async (t) => {
  const timers = playTimers();
  const turns = new Turns(timers);
  let value: string | null = null;
  let looks = 0;
  const look = () => {
    looks += 1;
    return value;
  };
  const none = new AbortController();
  const waiting = turns.until(look, 1_000, none.signal);
  turns.tell();
  await go();
  t.equal(looks, 2);
  value = 'there';
  turns.tell();
  t.equal(await waiting, 'there');
  t.equal(await turns.until(look, 1_000, none.signal), 'there', 'at once');
  value = null;
  const late = turns.until(look, 1_000, none.signal);
  await timers.pass(1_000);
  t.equal(await late, null);
  const given = new AbortController();
  const up = turns.until(look, 1_000, given.signal);
  given.abort();
  t.equal(await up, null);
  t.equal(timers.waiting(), 0);
});
