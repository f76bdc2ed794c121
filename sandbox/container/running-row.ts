/** The container of a sandbox that runs, and how it ends whatever Docker does; plans nothing. */

import type { Engine } from '../engine/engine.js';
import { SandboxError } from '../errors.js';
import { type Kernel, PATIENCE } from '../kernel/container-end.js';
import type { Ledger, LedgerRow } from '../types.js';

/** Kills what a row's container runs, by Docker or by the kernel; throws when neither could be seen to work. */
export async function endRow(
  { engine, ledger, kernel }: { engine: Engine; ledger: Ledger; kernel: Kernel },
  row: LedgerRow,
): Promise<void> {
  const id = row.dockerId;
  if (id === null) return;
  const killing = engine.kill(id, 'SIGKILL').then(async () => {
    if (!(await engine.waitStopped(id, PATIENCE))) throw stillRunning();
  });
  await kernel.orEnd(killing, row);
  ledger.stopped(row.id);
}

/** The row and Docker's id of what runs, as far as the ledger knows. Throws SANDBOX_NOT_RUNNING. */
export function currentOf(ledger: Ledger, sandbox: string): { row: LedgerRow; id: string } {
  const rows = ledger.rows(sandbox);
  const row = rows.find((one) => one.role === 'current' && one.dockerId !== null);
  if (!row?.dockerId) throw notRunning();
  return { row, id: row.dockerId };
}

/** The refusal of whatever needs a running container. */
export function notRunning(): SandboxError {
  return new SandboxError(
    'SANDBOX_NOT_RUNNING',
    'The sandbox runs no container at this moment. See its state with `ampoule sandbox ls`, then try again.',
  );
}

function stillRunning(): SandboxError {
  return new SandboxError(
    'ENGINE_UNREACHABLE',
    'Docker killed the container, and it still runs. Nothing to do: it is tried again; see `docker info` if this lasts.',
    { retry: true },
  );
}
