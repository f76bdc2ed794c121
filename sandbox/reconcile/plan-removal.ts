/** Decides how a sandbox that is to be gone goes: containers, then volumes, then rows; pure. */

import type { Observed } from '../container/observe.js';
import type { Wish } from '../types.js';
import type { Operation, Subject } from './operations.js';
import type { Plan } from './plan.js';

const CAUSE = 'its sandbox is removed';

/** Rows end last, so that a crash in between leaves something to find. */
export function planRemoval(wish: Wish, observed: Observed): Plan {
  const operations: Operation[] = [];
  for (const { row, container } of observed.rows) {
    if (container === null) continue;
    const of: Subject = { row, id: container.id, name: container.name };
    const runs = ['running', 'paused', 'restarting'].includes(container.status);
    const grace = container.status === 'paused' ? 0 : wish.spec.grace;
    if (runs) operations.push({ do: 'stop', of, grace, revoking: true, cause: CAUSE });
    operations.push({ do: 'remove', of, cause: CAUSE });
  }
  for (const one of observed.strangers)
    if (one.ours)
      operations.push({ do: 'removeStranger', id: one.id, name: one.name, cause: 'its nonce or MAC is ours' });
  for (const volume of observed.volumes) operations.push({ do: 'removeVolume', volume, cause: CAUSE });
  for (const { row } of observed.rows) operations.push({ do: 'end', row, cause: CAUSE });
  return { operations, refusal: null, reached: true, state: 'removed', notices: [], againMs: null };
}
