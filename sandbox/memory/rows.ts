/** A ledger's rows as plans see them where values come by memory: containers hold none, so none is replaced for one; pure. */

import type { Ledger, Wish } from '../types.js';

/** A wish for the container alone. */
export function bare(wish: Wish): Wish {
  return { ...wish, values: [] };
}

/** The same ledger without values and generations, which feeding keeps. A container that stands still holds nothing. */
export function withoutValues(ledger: Ledger, wish: Wish): Ledger {
  const { epoch, generation } = wish;
  return {
    ...ledger,
    rows: (sandbox) =>
      ledger
        .rows(sandbox)
        // What goes for good goes in time, also where Docker is slow: there it matters what it holds.
        .map((row) => (wish.goal === 'removed' ? row : { ...row, holds: [] }))
        .map((row) => (row.dockerId === null ? row : { ...row, epoch, generation })),
    generation: () => {},
    stopped(id) {
      const row = ledger.rows(wish.spec.id).find((one) => one.id === id);
      ledger.stopped(id);
      // Until it is written the ledger says too much, which is no harm.
      if (row && row.holds.length > 0) void Promise.resolve(ledger.delivered(id, row, [])).catch(() => {});
    },
  };
}
