import t from 'tap';
import { createEventHub } from '../../../daemon/events.js';
import { decided } from '../../../daemon/http/request-decided.js';
import type { ActivationRequest } from '../../../store/index.js';

function asked() {
  const state = { id: 'req_1', session: 'ses_1', state: 'pending' } as unknown as ActivationRequest;
  return { state, look: () => ({ ...state }), events: createEventHub(1), ending: new AbortController() };
}

t.test('it waits for its own decision', async (t) => {
  const { state, look, events, ending } = asked();
  const waiting = decided({ events }, look, 60_000, ending.signal);
  events.emit({ kind: 'request', id: 'req_2' });
  events.emit({ kind: 'request', id: 'req_1' });
  state.state = 'denied';
  events.emit({ kind: 'request', id: 'req_1' });
  t.match(await waiting, { state: 'denied' });
});

t.test('the end of its session is one', async (t) => {
  const { state, look, events, ending } = asked();
  const waiting = decided({ events }, look, 60_000, ending.signal);
  state.state = 'expired';
  events.emit({ kind: 'session', id: 'ses_1' });
  t.match(await waiting, { state: 'expired' });
});

t.test('it gives up in time, and when nobody waits any more', async (t) => {
  const { look, events, ending } = asked();
  t.match(await decided({ events }, look, 1, ending.signal), { state: 'pending' });
  const waiting = decided({ events }, look, 60_000, ending.signal);
  ending.abort();
  t.match(await waiting, { state: 'pending' });
  t.match(await decided({ events }, look, 60_000, ending.signal), { state: 'pending' }, 'gone before it began');
});

t.test('what cannot be read any more is said', async (t) => {
  const { look, events, ending } = asked();
  let gone = false;
  const waiting = decided(
    { events },
    () => {
      if (gone) throw new Error('gone');
      return look();
    },
    1,
    ending.signal,
  );
  gone = true;
  await t.rejects(waiting, { message: 'gone' });
});

t.test('nor does whoever tells an event hear of it', async (t) => {
  const { look, events, ending } = asked();
  let gone = false;
  const failing = () => {
    if (gone) throw new Error('gone');
    return look();
  };
  const waiting = decided({ events }, failing, 60_000, ending.signal);
  gone = true;
  t.doesNotThrow(() => events.emit({ kind: 'request', id: 'req_1' }));
  await t.rejects(waiting, { message: 'gone' });
});
