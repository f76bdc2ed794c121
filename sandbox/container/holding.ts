/** Says how a container's recorded environment stands to a wish: revoked, fresh, or stale; pure. */

import type { LedgerRow, Point, ValueHandle, Wish } from '../types.js';

type Wanted = Pick<Wish, 'goal' | 'envMac' | 'epoch' | 'generation'> & {
  values: Pick<ValueHandle, 'env' | 'secret' | 'version' | 'floor'>[];
};

/**
 * Something in it may not be held any more: not wanted under that name, older than the oldest version allowed, or newer than
 * the wanted one, which was destroyed then.
 */
export function revoked(row: Pick<LedgerRow, 'holds'>, wish: Wanted): boolean {
  if (wish.goal === 'removed') return row.holds.length > 0;
  return row.holds.some((held) => {
    const wanted = wish.values.find((value) => value.env === held.env && value.secret === held.secret);
    return wanted === undefined || held.version < wanted.floor || held.version > wanted.version;
  });
}

/** It has exactly the wanted environment. While sealed there is no digest, and what it holds decides. */
export function fresh(row: Pick<LedgerRow, 'holds' | 'envMac'>, wish: Wanted): boolean {
  if (wish.goal === 'removed' || revoked(row, wish)) return false;
  if (wish.envMac !== null) return row.envMac === wish.envMac;
  return (
    row.holds.length === wish.values.length &&
    wish.values.every((value) =>
      row.holds.some(
        (held) => held.env === value.env && held.secret === value.secret && held.version === value.version,
      ),
    )
  );
}

/** Whether one point of (epoch, generation) lies before another. */
export function older(one: Point, other: Point): boolean {
  return one.epoch === other.epoch ? one.generation < other.generation : one.epoch < other.epoch;
}

/**
 * Whether a pass for `then` is not to go on because of `now`: it would keep something that is taken away, or it would end later
 * than its sandbox. A download takes its time, and what comes after it would be given what is taken away.
 */
export function overtakes(
  now: Wanted,
  then: Wanted,
  { rows, pulling }: { rows: Pick<LedgerRow, 'holds'>[]; pulling: boolean },
): boolean {
  if (now.goal === 'removed') return then.goal !== 'removed';
  if (pulling && revoked({ holds: then.values }, now)) return true;
  const loses = (wish: Wanted) => rows.some((row) => revoked(row, wish));
  return loses(now) && !loses(then);
}

/** Whether nothing was asked for anew between two wishes. */
export function sameTarget(one: Point | null, other: Point | null): boolean {
  return one?.epoch === other?.epoch && one?.generation === other?.generation;
}
