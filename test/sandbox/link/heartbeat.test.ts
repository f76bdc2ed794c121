/** Leases that are kept, with one timer. */

import t from 'tap';
import { Heartbeat } from '../../../sandbox/link/heartbeat.js';
import type { InitLink } from '../../../sandbox/link/link.js';
import { playTimers } from '../played-timers.js';

/** A connection that counts. */
function linkOf() {
  const link = {
    ...{ pings: 0, closed: false, sentAt: 0 },
    ping() {
      link.pings += 1;
    },
  };
  return { link, as: link as unknown as InitLink };
}

t.test('pings what has a lease, and forgets what is gone', async (t) => {
  const timers = playTimers();
  const heartbeat = new Heartbeat(timers);
  const leased = linkOf();
  const free = linkOf();
  leased.link.sentAt = -1e9;
  free.link.sentAt = -1e9;
  heartbeat.keep(leased.as, 30_000);
  heartbeat.keep(leased.as, 30_000);
  heartbeat.keep(free.as, 0);
  t.equal(timers.waiting(), 1, 'one timer');
  await timers.pass(10_000);
  t.equal(leased.link.pings >= 1, true, 'within a third of the lease');
  t.equal(free.link.pings, 0);
  const many = Array.from({ length: 50 }, linkOf);
  for (const one of many) heartbeat.keep(one.as, 30_000);
  t.equal(timers.waiting(), 1);
  leased.link.sentAt = performance.now() + 1e9;
  const before = leased.link.pings;
  await timers.pass(10_000);
  t.equal(leased.link.pings, before, 'one that was spoken to needs none');
  for (const one of [leased, ...many]) one.link.closed = true;
  await timers.pass(10_000);
  t.equal(timers.waiting(), 0);
  heartbeat.keep(linkOf().as, 1_000);
  heartbeat.close();
  t.equal(timers.waiting(), 0);
});

t.test('speaks to each as late as its lease allows', async (t) => {
  const timers = playTimers();
  const heartbeat = new Heartbeat(timers);
  const [early, due] = [linkOf(), linkOf()];
  heartbeat.keep(early.as, 30_000);
  heartbeat.keep(due.as, 30_000);
  early.link.sentAt = performance.now() - 6_000;
  due.link.sentAt = performance.now() - 9_000;
  await timers.pass(1_000);
  t.equal(early.link.pings, 0, 'the next round is early enough');
  t.equal(due.link.pings, 1, 'the next round would be later than a third of the lease');
  early.link.sentAt -= 3_000;
  due.link.sentAt = performance.now();
  await timers.pass(1_000);
  t.equal(early.link.pings, 1);
  t.equal(due.link.pings, 1);
  heartbeat.close();
});

t.test('a row of new links puts nobody off', async (t) => {
  const timers = playTimers();
  const heartbeat = new Heartbeat(timers);
  const first = linkOf();
  first.link.sentAt = performance.now() - 29_000;
  heartbeat.keep(first.as, 30_000);
  for (let n = 0; n < 20; n++) {
    await timers.pass(100);
    heartbeat.keep(linkOf().as, 30_000);
  }
  t.equal(first.link.pings > 0, true);
  heartbeat.close();
});
