import t from 'tap';
import { holdSignals } from '../../../daemon/cli/held-signals.js';
import type { Surroundings } from '../../../daemon/cli/surroundings.js';

function played() {
  const listeners = new Set<(signal: NodeJS.Signals) => void>();
  const onSignal = (listener: (signal: NodeJS.Signals) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const send = (signal: NodeJS.Signals) => {
    for (const listener of listeners) listener(signal);
  };
  return { around: { onSignal } as Surroundings, send, listening: () => listeners.size };
}

t.test('the first one says how we end, once everything is done', async (t) => {
  const { around, send, listening } = played();
  const held = holdSignals(around);
  t.equal(held.exit(), null);
  send('SIGTERM');
  send('SIGINT');
  t.equal(held.exit(), 143);
  held.release();
  t.equal(listening(), 0);
  const nowhere = holdSignals({} as Surroundings);
  nowhere.release();
  t.equal(nowhere.exit(), null);
});

t.test('a call is given up a while after a signal during it, and only then', async (t) => {
  const { around, send } = played();
  const held = holdSignals(around);
  send('SIGTERM');
  t.equal(await held.patiently(async (signal) => signal.aborted), false, 'one from before is no hurry');
  const aborted = held.patiently(
    (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('given up'))),
  );
  send('SIGINT');
  t.equal(await aborted, 'given up');
  const quick = await held.patiently(async (signal) => {
    send('SIGINT');
    return signal;
  });
  t.equal(quick.aborted, false);
});
