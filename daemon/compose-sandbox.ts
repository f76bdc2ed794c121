/** Builds the layer of the containers on top of a vault: engine, both deliveries, reconciler. Starts nothing. */

import {
  connectEngine,
  type Delivery,
  type Engine,
  type Failpoint,
  type InitPlace,
  type Inspection,
  type Log,
  type MemoryDelivery,
  makeEnvDelivery,
  makeInspection,
  makeMemoryDelivery,
  makeReconciler,
  type Probe,
  probeMemory,
  type Reconciler,
  SandboxError,
  searchProcesses,
} from '../sandbox/index.js';
import type { DeliveryKind, SandboxId, Vault } from '../store/index.js';
import type { Config } from './config.js';
import { makeDeliveries } from './deliveries.js';
import { holderLog } from './holders.js';
import { makeGround } from './init-place.js';
import { type Prove, proves } from './leak/proof.js';
import { ledgerOver } from './ledger.js';
import type { Deliveries, Logger } from './parts.js';
import { programsDirectory } from './programs.js';
import { redactAll } from './redaction.js';
import { makeScanService, type ScanService } from './scan/service.js';
import { workspacesOf } from './scan/workspace.js';
import { isSandboxId, wishesOf } from './wish.js';

export interface Sandboxing {
  /** The one that a sandbox was resolved to. */
  delivery(sandbox: string): Delivery;
  deliveries: Deliveries;
  reconciler: Reconciler;
  /** What a diagnosis may look at. */
  inspection: Inspection;
  /** Writes what was heard of holders and is not written yet. */
  writeHolders(): void;
  scans: ScanService;
  prove: Prove;
  /** Lets go of sandboxes and writes what was collected; before the vault closes. */
  close(): Promise<void>;
}

export interface SandboxingOptions {
  config: Pick<Config, 'dockerHost' | 'delivery' | 'runDir' | 'auditHeadFile' | 'dataDir'>;
  vault: Vault;
  log: Logger;
  /** Hears of each connection that was refused, by reason. */
  refused?: (reason: string) => void;
  /** Around each Docker call; given by test builds only. */
  failpoint?: Failpoint | undefined;
  /** Another ampoule-init; given by test builds only. */
  init?: string | undefined;
}

export function assembleSandboxes({
  config,
  vault,
  log: logger,
  refused,
  failpoint,
  init,
}: SandboxingOptions): Sandboxing {
  // An operation names containers and secrets in its message; its fields say the same to machines, and the line stays constant.
  const log: Log = (level, message, fields) =>
    logger[level](fields?.operation === undefined ? message : 'operation', fields);
  const holders = holderLog(vault.containers, logger);
  const ledger = ledgerOver(vault, holders);
  const engine = connectEngine({ host: config.dockerHost, ...(failpoint === undefined ? {} : { failpoint }) });
  const ground = makeGround({ config, engine, programs: programsDirectory(), ...(init === undefined ? {} : { init }) });
  const byEnv = makeEnvDelivery({ engine, ledger, log });
  const memory = makeMemoryDelivery({
    ...{ engine, ledger, log, place: ground.place },
    ...(refused === undefined ? {} : { counted: refused }),
    ...(failpoint === undefined ? {} : { failpoint }),
    changed: (id) => reconciler.wake(id),
    redact: (id, output) => redactAll(vault, id as SandboxId, output),
  });
  const byMemory = prepared(memory, ground.prepare);
  const kindOf = kinds(vault);
  const delivery = (id: string): Delivery => (kindOf(id) === 'memory' ? byMemory : byEnv);
  const reconciler = makeReconciler({
    ...{ engine, ledger, log, vault: vault.id, wishes: wishesOf(vault), delivery },
    startFailed(target, code) {
      vault.audit.record(
        { kind: 'daemon' },
        { action: 'container.start', target, outcome: 'failed', detail: { code } },
      );
    },
    // Ours by the same signs, whichever made it; the second also knows what lies beside the container.
    async removeOrphans(id, sandbox) {
      await byEnv.removeOrphans(id, sandbox);
      await memory.removeOrphans(id, sandbox);
    },
  });
  const deliveries = makeDeliveries({
    configured: config.delivery,
    probe: async () => unprepared(await ground.prepare()) ?? (await probe(engine, ground.place, vault.id, log)),
    engineId: async () => (await engine.info()).id,
    reachable: () => reconciler.reachable(),
    log: logger,
  });
  return {
    ...{ delivery, deliveries, reconciler, writeHolders: holders.flush },
    scans: makeScanService(vault, workspacesOf(vault.containers, engine)),
    prove: proves({ vault, search: searchProcesses, root: process.getuid?.() === 0 }),
    inspection: makeInspection(engine),
    async close() {
      await memory.close();
      holders.flush();
    },
  };
}

function unprepared(reason: string | null): Probe | null {
  return reason === null ? null : { works: false, reason };
}

/** Where the peer's number means nothing to us, the first connection of a start that we made has to do. */
async function probe(engine: Engine, place: InitPlace, vault: string, log: Log): Promise<Probe> {
  const said = await probeMemory({ engine, place, vault, log });
  if (said.works || place.peer === null) return said;
  const peerless = await probeMemory({ engine, place: { ...place, peer: null }, vault, log });
  if (!peerless.works) return said;
  place.peer = null;
  log('warn', 'processes of the engine cannot be told apart from here: a sandbox rests on its first connection');
  return peerless;
}

/** Nothing is made before it is known where sockets and programs lie; taking away needs to know neither. */
function prepared(memory: MemoryDelivery, prepare: () => Promise<string | null>): Delivery {
  return {
    ...memory,
    async apply(wish, options) {
      const reason = wish.goal === 'running' ? await prepare() : null;
      if (reason !== null) throw new SandboxError('DELIVERY_UNAVAILABLE', reason, { retry: true });
      return memory.apply(wish, options);
    },
  };
}

/** Of a sandbox; it never changes. One that is not known has none, and is no more than an orphan. */
function kinds(vault: Vault): (sandbox: string) => DeliveryKind {
  const known = new Map<string, DeliveryKind>();
  return (id) => {
    const there = known.get(id);
    if (there !== undefined || !isSandboxId(id)) return there ?? 'env';
    const kind = vault.sandboxes.wanted(id)?.sandbox.delivery;
    if (kind === undefined) return 'env';
    known.set(id, kind);
    return kind;
  };
}
