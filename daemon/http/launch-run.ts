/** Makes a declared sandbox and waits until it runs: the one way in which sandboxes come to be. Declares nothing itself. */

import type { Outcome } from '../../sandbox/index.js';
import type { NewSandbox, RequestedDelivery, SandboxId } from '../../store/index.js';
import { settle } from '../change.js';
import type { Caller, Parts } from '../parts.js';
import { declareSandbox, requestedDelivery } from './launch.js';
import type { NewSandboxBody } from './schemas/sandboxes.js';

export interface Launch {
  /** Creates its rows, in one transaction, and gives the sandbox's id. Throws what keeps it from being made. */
  make(): SandboxId;
  /** Said to whoever launched it. */
  notices: string[];
}

/** Finds out which delivery it will have, which may take a probe of Docker; makes nothing yet and throws nothing. */
export async function planLaunch(parts: Parts, caller: Caller, body: NewSandboxBody): Promise<Launch> {
  const { config, deliveries, metrics, vault } = parts;
  const notices: string[] = [];
  let declare: () => NewSandbox;
  try {
    const requested = requestedDelivery(body, sessionDelivery(parts, caller, body));
    const { delivery: resolved, notices: said } = await deliveries.resolve(requested);
    notices.push(...said);
    declare = () => declareSandbox(body, { config, caller, delivery: { requested, resolved } });
  } catch (error) {
    // Thrown where it would be made: a request that is repeated finds what the first one made.
    declare = () => {
      throw error;
    };
  }
  return {
    notices,
    make() {
      const { sandbox } = vault.sandboxes.create(caller, declare());
      metrics.count('ampoule_deliveries_total', { delivery: sandbox.delivery });
      return sandbox.id;
    },
  };
}

/** Waits until a sandbox that was just made is as it should be. */
export function launched(
  parts: Parts,
  caller: Caller,
  id: SandboxId,
  waitMs: number,
  stopping: AbortSignal,
): Promise<Outcome> {
  const { session } = parts.vault.sandboxes.get(caller, id);
  parts.events.emit({ kind: 'sandbox', id });
  parts.events.emit({ kind: 'session', id: session });
  parts.reschedule();
  // Its secrets reach the session's other sandboxes too; the answer is about this one, so it waits for no other.
  for (const other of parts.sandboxesOf([session])) parts.reconciler.wake(other);
  const { generation } = parts.vault.sessions.get(caller, session);
  return settle(parts, id, { epoch: parts.vault.status().epoch, generation }, waitMs, { signal: stopping });
}

function sessionDelivery({ vault }: Parts, caller: Caller, { session }: NewSandboxBody): RequestedDelivery {
  return (typeof session === 'string' ? vault.sessions.get(caller, session).delivery : session.delivery) ?? 'auto';
}
