/** Takes everything away from one sandbox at once: by its init, else by the kernel, else by Docker. Gives nothing, plans nothing. */

import { endRow } from '../container/running-row.js';
import type { Engine } from '../engine/engine.js';
import type { Kernel } from '../kernel/container-end.js';
import type { Timers } from '../timers.js';
import type { Ledger, LedgerRow, Log } from '../types.js';
import type { MemorySandbox } from './sandbox.js';

/** Milliseconds until nothing holds anything, before the kernel does it. */
const PATIENCE = 2_500;

/** Milliseconds for Docker to notice that a container was ended by other hands. */
const SETTLE = 500;

export interface RevokeTools {
  engine: Engine;
  ledger: Ledger;
  kernel: Kernel;
  timers: Timers;
  log: Log;
}

/** Resolves when no process of the sandbox holds a value. Throws where that cannot be said. */
export async function takeAll(tools: RevokeTools, box: MemorySandbox, sandbox: string): Promise<void> {
  const { ledger, log } = tools;
  const rows = ledger.rows(sandbox).filter((row) => row.dockerId !== null && row.holds.length > 0);
  const ends = await Promise.allSettled(rows.map((row) => takeFrom(tools, box, row)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  for (const row of rows)
    try {
      await ledger.delivered(row.id, row, []);
    } catch {
      // It is in effect all the same, and the next pass records it.
      log('warn', 'what was taken away could not be recorded yet', { sandbox });
    }
}

async function takeFrom(tools: RevokeTools, box: MemorySandbox, row: LedgerRow): Promise<void> {
  const link = row.dockerId === null ? null : box.door.link(row.dockerId);
  if (link !== null) {
    link.whole = null;
    const done = link.set(link.at, 0, []).done.then(
      ({ left }) => left === 0,
      () => false,
    );
    let cancel: () => void = () => {};
    const late = new Promise<false>((resolve) => {
      cancel = tools.timers.after(PATIENCE, () => resolve(false));
    });
    const over = await Promise.race([done, late]);
    cancel();
    if (over) return;
  }
  box.endedByUs = true;
  await endContainer(tools, box, row);
}

/** Ends the whole container: by the kernel, or by Docker where that cannot be done from here. */
export async function endContainer(
  tools: Pick<RevokeTools, 'engine' | 'ledger' | 'kernel'>,
  box: MemorySandbox,
  row: LedgerRow,
): Promise<void> {
  box.endedByUs = true;
  if (await tools.kernel.end(row)) tools.ledger.stopped(row.id);
  else await endRow(tools, row);
  if (row.dockerId !== null) await tools.engine.waitStopped(row.dockerId, SETTLE).catch(() => false);
  box.over('SANDBOX_EXITED');
  box.door.forget();
}
