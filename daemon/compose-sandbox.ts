/** Builds the layer of the containers on top of a vault: engine, delivery, reconciler. Starts nothing. */

import {
  connectEngine,
  type Delivery,
  type Failpoint,
  type Log,
  makeEnvDelivery,
  makeReconciler,
  type Reconciler,
} from '../sandbox/index.js';
import type { Vault } from '../store/index.js';
import type { Config } from './config.js';
import { ledgerOver } from './ledger.js';
import type { Logger } from './parts.js';
import { wishesOf } from './wish.js';

export interface Sandboxing {
  delivery: Delivery;
  reconciler: Reconciler;
}

/** @param failpoint called around each Docker call; given by test builds only. */
export function assembleSandboxes(
  config: Pick<Config, 'dockerHost'>,
  vault: Vault,
  logger: Logger,
  failpoint?: Failpoint,
): Sandboxing {
  // An operation names containers and secrets in its message; its fields say the same to machines, and the line stays constant.
  const log: Log = (level, message, fields) =>
    logger[level](fields?.operation === undefined ? message : 'operation', fields);
  const ledger = ledgerOver(vault);
  const engine = connectEngine({ host: config.dockerHost, ...(failpoint === undefined ? {} : { failpoint }) });
  const delivery = makeEnvDelivery({ engine, ledger, log });
  const reconciler = makeReconciler({
    ...{ engine, ledger, log, vault: vault.id, wishes: wishesOf(vault) },
    delivery: () => delivery,
    removeOrphans: (id, sandbox) => delivery.removeOrphans(id, sandbox),
  });
  return { delivery, reconciler };
}
