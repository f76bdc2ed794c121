/** The steps that plans are put together from, for one row or container each; pure. */

import { fresh, revoked } from '../container/holding.js';
import type { Observed, Seen, SeenRow } from '../container/observe.js';
import type { Wish } from '../types.js';
import type { Operation, Subject } from './operations.js';

/** A row whose container is there. */
export type Present = SeenRow & { container: Seen };

/** What a row needs whatever becomes of the others. */
export function settle({ row, container, adoptable }: SeenRow): Operation[] {
  if (container === null)
    return row.dockerId === null ? [] : [{ do: 'end', row, cause: 'its container was removed by somebody else' }];
  if (row.dockerId === null && adoptable)
    return [{ do: 'adopt', row, id: container.id, name: container.name, cause: 'its create was not answered' }];
  if (row.dockerId !== null && row.pid !== null && container.status === 'exited')
    return [{ do: 'recordStop', of: subject({ row, container }), cause: `it ended with ${container.exitCode}` }];
  return [];
}

/** Rows of creates that had no effect, but for the one that is tried again. */
export function endUnanswered(observed: Observed, except: SeenRow | null): Operation[] {
  return observed.rows
    .filter((one) => one.row.dockerId === null && one.container === null && one !== except)
    .map((one) => ({ do: 'end', row: one.row, cause: 'its container was never made' }));
}

/** Why a container can serve no plan; null: it can. */
export function uselessness(one: Present, wish: Wish): string | null {
  const { status } = one.container;
  if (status === 'dead' || status === 'removing') return 'Docker cannot run it any more';
  if (one.row.dockerId === null && !one.adoptable) return 'its create was not answered, and it is not wanted any more';
  if (status === 'created' && !fresh(one.row, wish)) return 'it never ran, and its environment is not wanted any more';
  return null;
}

/** What holds something revoked goes first, before anything else is tried. */
export function withdraw(one: Present, wish: Wish): Operation[] {
  const names = one.row.holds.filter((held) => revoked({ holds: [held] }, wish)).map((held) => held.env);
  const cause = `it holds ${names.join(', ')}, which is not to be held any more`;
  const operations: Operation[] = [];
  if (runs(one))
    operations.push({
      do: 'stop',
      of: subject(one),
      grace: one.container.status === 'paused' ? 0 : wish.spec.grace,
      revoking: true,
      cause,
    });
  return [...operations, ...remove(one, cause)];
}

/** Stops what is to be replaced; its role remembers that we did. */
export function stepAside(one: Present, by: string, wish: Wish): Operation[] {
  const cause = `${by} replaces it`;
  const operations: Operation[] = [];
  if (one.row.role !== 'old') operations.push({ do: 'role', of: subject(one), role: 'old', cause });
  if (runs(one)) operations.push(stop(one, wish, cause));
  return operations;
}

/** Stops and removes what serves nothing. */
export function discard(one: Present, cause: string, wish: Wish): Operation[] {
  return [...(runs(one) ? [stop(one, wish, cause)] : []), ...remove(one, cause)];
}

function stop(one: Present, wish: Wish, cause: string): Operation {
  const grace = one.container.status === 'paused' ? 0 : wish.spec.grace;
  return { do: 'stop', of: subject(one), grace, revoking: false, cause };
}

/** A container, then its row. */
export function remove(one: Present, cause: string): Operation[] {
  return [
    { do: 'remove', of: subject(one), cause },
    { do: 'end', row: one.row, cause: 'its container is removed' },
  ];
}

/** Containers of ours that have no row. */
export function removeOurs(observed: Observed): Operation[] {
  return observed.strangers
    .filter((one) => one.ours)
    .map((one) => ({ do: 'removeStranger', id: one.id, name: one.name, cause: 'its nonce or MAC is ours' }));
}

/** The container whose main process has ended by itself, of a sandbox that is `restart: never` and was not reset since. */
export function finishedOf(present: Present[], wish: Wish): Present | undefined {
  if (wish.spec.restart !== 'never') return undefined;
  const ended = present.filter((one) => one.container.status === 'exited' && !isSpent(one, wish));
  const alone = present.filter((one) => !isSpent(one, wish)).length === 1;
  // One that was to take over after a reset, and has ended before it was said that it did.
  return ended.find(({ row }) => row.role === 'current') ?? ended.find(({ row }) => row.role === 'next' && alone);
}

/** What ended before its sandbox was reset, and is not to run again whatever becomes of the one that follows. */
export function isSpent(one: Present, wish: Wish): boolean {
  return wish.spec.restart === 'never' && !runs(one) && one.row.resets < wish.resets;
}

/** Its processes are there, if only frozen. */
export function runs(one: Present): boolean {
  return ['running', 'paused', 'restarting'].includes(one.container.status);
}

/** Which one to go on with: one that runs, then the one that was current. */
export function rank(one: Present): number {
  return runs(one) ? 0 : one.row.role === 'current' ? 1 : one.row.role === 'next' ? 2 : 3;
}

/** Narrows. */
export function isPresent(one: SeenRow): one is Present {
  return one.container !== null;
}

/** For the operations of a plan. */
export function subject({ row, container }: { row: Present['row']; container: Seen }): Subject {
  return { row, id: container.id, name: container.name };
}
