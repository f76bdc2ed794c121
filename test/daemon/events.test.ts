import t from 'tap';
import { createEventHub } from '../../daemon/events.js';
import type { Event } from '../../daemon/parts.js';

const session = (id: string): Event => ({ kind: 'session', id });

t.test('subscribers get each event with its id, until they leave', async (t) => {
  const hub = createEventHub(7);
  const seen: string[] = [];
  const leave = hub.subscribe((id, event) => void seen.push(`${id} ${event.id}`));
  t.equal(hub.last, '7-0');
  hub.emit(session('a'));
  hub.emit(session('b'));
  leave();
  hub.emit(session('c'));
  t.same(seen, ['7-1 a', '7-2 b']);
  t.equal(hub.last, '7-3');
});

t.test('what came after an id; reset where that cannot be told', async (t) => {
  const hub = createEventHub(7);
  for (let n = 1; n <= 1005; n += 1) hub.emit(session(String(n)));
  t.same(hub.since('7-1003'), [
    { id: '7-1004', event: session('1004') },
    { id: '7-1005', event: session('1005') },
  ]);
  t.same(hub.since('7-1005'), []);
  t.equal(hub.since('7-5').length, 1000, 'the oldest that is kept');
  t.equal(hub.since('7-4'), 'reset', 'one is gone already');
  for (const id of ['6-1003', '7-1006', '7', '7-x', '7-1-1', '', '7--1']) t.equal(hub.since(id), 'reset', id);
});
