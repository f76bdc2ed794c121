/** Removal: in an order that a crash cannot turn into something lost. */

import t from 'tap';
import type { Seen } from '../../../sandbox/container/observe.js';
import type { LedgerRow } from '../../../sandbox/index.js';
import { planRemoval } from '../../../sandbox/reconcile/plan-removal.js';
import { wishOf } from '../wishes.js';

const row = (id: number, dockerId: string | null): LedgerRow => ({
  ...{ id, sandbox: 'sbx_01', role: 'current', dockerId, nonce: `n${id}`, epoch: 1, generation: 1, resets: 0 },
  ...{ pid: 7, pidStart: '1', bootId: 'b', imageDigest: null, envMac: 'm', holds: [] },
});
const seen = (id: string, status: Seen['status']): Seen => ({
  ...{ id, name: `ampoule-${id}`, status, pid: 7, exitCode: 0, startedAt: 1, finishedAt: null, ports: [] },
});

t.test('containers, then volumes, then rows', async (t) => {
  const made = planRemoval(wishOf({ goal: 'removed', spec: { grace: 700 } }), {
    rows: [
      { row: row(1, 'a'), container: seen('a', 'running'), adoptable: false },
      { row: row(2, 'b'), container: seen('b', 'paused'), adoptable: false },
      { row: row(3, 'c'), container: seen('c', 'exited'), adoptable: false },
      { row: row(4, 'd'), container: null, adoptable: false },
      { row: row(5, null), container: seen('e', 'created'), adoptable: true },
    ],
    strangers: [
      { id: 'x', name: 'x', ours: true },
      { id: 'y', name: 'ampoule-box', ours: false },
    ],
    image: null,
    volumes: ['v'],
  });
  const text = made.operations.map((one) => {
    if (one.do === 'stop') return `stop ${one.of === 'created' ? '' : one.of.id} ${one.grace} ${one.revoking}`;
    if (one.do === 'remove') return `remove ${one.of === 'created' ? '' : one.of.id}`;
    if (one.do === 'removeStranger') return `remove stranger ${one.id}`;
    if (one.do === 'removeVolume') return `remove volume ${one.volume}`;
    return one.do === 'end' ? `end ${one.row.id}` : one.do;
  });
  t.same(text, [
    ...['stop a 700 true', 'remove a', 'stop b 0 true', 'remove b', 'remove c', 'remove e'],
    ...['remove stranger x', 'remove volume v', 'end 1', 'end 2', 'end 3', 'end 4', 'end 5'],
  ]);
  t.match(made, { state: 'removed', reached: true, refusal: null });
});
