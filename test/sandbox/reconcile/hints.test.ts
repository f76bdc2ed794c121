/** Lists and events against what is expected. */

import t from 'tap';
import type { ContainerListed } from '../../../sandbox/engine/engine.js';
import { fits, isTelling } from '../../../sandbox/reconcile/hints.js';

const expected = { containerId: 'a', running: true, name: 'ampoule-box' };
const listed = (changes: Partial<ContainerListed> = {}): ContainerListed => ({
  id: 'a',
  names: ['ampoule-box'],
  state: 'running',
  labels: {},
  ...changes,
});

t.test('lists', async (t) => {
  t.equal(fits(expected, [listed()]), true);
  t.equal(fits(expected, []), false);
  t.equal(fits(expected, [listed(), listed({ id: 'b' })]), false);
  t.equal(fits(expected, [listed({ id: 'b' })]), false);
  t.equal(fits(expected, [listed({ names: ['mine'] })]), false);
  for (const state of ['paused', 'exited', 'dead'] as const) t.equal(fits(expected, [listed({ state })]), false, state);
  t.equal(fits({ ...expected, running: false }, [listed({ state: 'exited' })]), true);
  t.equal(fits({ ...expected, running: false }, [listed()]), false, 'somebody started it');
  t.equal(fits({ ...expected, containerId: null }, []), true);
  t.equal(fits({ ...expected, containerId: null }, [listed()]), false);
});

t.test('events', async (t) => {
  t.equal(isTelling({ id: 'a', action: 'die' }, expected), true);
  t.equal(isTelling({ id: 'b', action: 'destroy' }, expected), false, 'of one that was replaced');
  t.equal(isTelling({ id: 'b', action: 'start' }, expected), true);
  t.equal(isTelling({ id: 'b', action: 'pause' }, null), true);
  t.equal(isTelling({ id: 'a', action: 'exec_start: sh -c secret' }, expected), false);
});
