/** A world for tests of the reconciler: wishes that a test changes, a ledger in memory, real containers. */

import {
  connectEngine,
  type EnvDelivery,
  type Failpoint,
  makeEnvDelivery,
  makeReconciler,
  type Outcome,
  type Reconciler,
  type SandboxSpec,
  type ValueHandle,
  type Wish,
} from '../../sandbox/index.js';
import { type MemoryLedger, memoryLedger } from '../sandbox/memory-ledger.js';
import { specOf, wishOf } from '../sandbox/wishes.js';

export interface World {
  ledger: MemoryLedger;
  delivery: EnvDelivery;
  reconciler: Reconciler;
  /** Sets what a sandbox should be and waits for it. */
  want(
    name: string,
    values: ValueHandle[],
    changes?: Partial<Omit<Wish, 'spec' | 'values'>> & { spec?: Partial<SandboxSpec> },
    waitMs?: number,
  ): Promise<Outcome>;
  /** Forgets a sandbox, as a restored vault does. */
  forget(name: string): void;
  /** A second daemon's worth of memory over the same ledger. */
  again(): World;
  messages: string[];
}

export function makeWorld(options: {
  host: string;
  vault: string;
  image: string;
  ledger?: MemoryLedger;
  wishes?: Map<string, Wish>;
  failpoint?: Failpoint;
}): World {
  const { host, vault, image, ledger = memoryLedger(vault), wishes = new Map<string, Wish>() } = options;
  const engine = connectEngine({ host, ...(options.failpoint ? { failpoint: options.failpoint } : {}) });
  const messages: string[] = [];
  const log = (_level: string, message: string) => void messages.push(message);
  const delivery = makeEnvDelivery({ engine, ledger, log });
  const reconciler = makeReconciler({
    engine,
    ledger,
    vault,
    delivery: () => delivery,
    removeOrphans: (of, sandbox) => delivery.removeOrphans(of, sandbox),
    wishes: { of: (sandbox) => wishes.get(sandbox) ?? null, all: () => [...wishes.keys()] },
    log,
  });
  let generation = 0;
  return {
    ledger,
    delivery,
    reconciler,
    messages,
    async want(name, values, changes = {}, waitMs = 90_000) {
      generation = Math.max(generation, ...[...wishes.values()].map((wish) => wish.generation), 0) + 1;
      const id = `sbx_${name}`;
      const own: Partial<SandboxSpec> = { id, name, session: `ses_${name}`, vault, image };
      const spec = specOf({
        ...own,
        workspace: { kind: 'volume', volume: `ampoule-ws-ses_${name}`, path: '/workspace', foreign: false },
        ...changes.spec,
      });
      const wish = wishOf({ generation, ...changes, values, spec }, ledger);
      wishes.set(id, wish);
      reconciler.wake(id);
      return reconciler.settle(id, wish, waitMs);
    },
    forget: (name) => void wishes.delete(`sbx_${name}`),
    again: () => makeWorld({ host, vault, image, ledger, wishes }),
  };
}
