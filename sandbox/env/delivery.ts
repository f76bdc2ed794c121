/** Delivery by Docker's `Config.Env`: one container per environment, replaced when that changes. Wires; decides nothing itself. */

import { observe, orphansOf, type Seen } from '../container/observe.js';
import { currentOf, endRow, notRunning } from '../container/running-row.js';
import type { Engine } from '../engine/engine.js';
import { readLogs } from '../engine/logs.js';
import { Kernel } from '../kernel/container-end.js';
import { type Creator, ENV_RECIPE, equalsWish } from '../reconcile/create.js';
import { Pass, type PassParts } from '../reconcile/pass.js';
import { Restarts } from '../reconcile/restarts.js';
import type { Delivery, Ledger, Log, SandboxSpec, Wish } from '../types.js';
import { type Execs, makeExecs } from './exec.js';

/** What the reconciler asks of a delivery beside the interface. */
export interface EnvDelivery extends Delivery {
  readonly kind: 'env';
  /** Removes containers of ours that belong to a sandbox of which nothing else is known. */
  removeOrphans(vault: string, sandbox: string): Promise<void>;
}

export interface EnvDeliveryOptions {
  engine: Engine;
  ledger: Ledger;
  /** Runs commands; made from `engine` when not given. */
  execs?: Execs;
  log?: Log;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export function makeEnvDelivery(options: EnvDeliveryOptions): EnvDelivery {
  const { engine, ledger, execs = makeExecs({ engine }), log = () => {}, now = Date.now } = options;
  const creator: Creator = { engine, ledger, recipe: ENV_RECIPE, shells: new Set(), cpus: null };
  const kernel = new Kernel();
  const restarts = new Restarts();
  const termAt = new Map<string, number>();
  const portsAsked = new Map<string, SandboxSpec['ports']>();
  const passes = new Map<string, { halted: boolean; over: Promise<unknown> }>();

  return {
    kind: 'env',

    async apply(wish, { signal = new AbortController().signal, progress = () => {} } = {}) {
      const pass = { halted: false, over: Promise.resolve<unknown>(null) };
      const scoped = engine.within(signal);
      const scopedCreator: Creator = {
        engine: scoped,
        ledger,
        recipe: ENV_RECIPE,
        shells: creator.shells,
        get cpus() {
          return creator.cpus;
        },
        set cpus(count) {
          creator.cpus = count;
        },
      };
      const look = async (of: Wish) => {
        const seen = await observe(scoped, ledger, of, (one, row) => equalsWish(scopedCreator, of, one, row));
        for (const { container } of seen.rows) if (container) await thawed(execs, container);
        return seen;
      };
      const parts: PassParts = {
        look,
        restarts,
        portsAsked,
        run: {
          creator: scopedCreator,
          engine: scoped,
          ledger,
          kernel,
          log,
          signal,
          halted: () => pass.halted,
          progress,
          replaced: (dockerId) => execs.replaced(dockerId),
          termAt,
          now,
          portsChosen: (asked) => {
            portsAsked.set(wish.spec.id, asked);
          },
        },
      };
      const running = new Pass(parts).run(wish);
      pass.over = running.catch(() => {});
      passes.set(wish.spec.id, pass);
      try {
        return await running;
      } finally {
        if (passes.get(wish.spec.id) === pass) passes.delete(wish.spec.id);
      }
    },

    async revoke(sandbox) {
      const endAll = async () => {
        const rows = ledger.rows(sandbox).filter((row) => row.dockerId !== null && row.holds.length > 0);
        const ends = await Promise.allSettled(rows.map((row) => endRow({ engine, ledger, kernel }, row)));
        for (const end of ends) if (end.status === 'rejected') throw end.reason;
      };
      const pass = passes.get(sandbox);
      if (pass) {
        pass.halted = true;
        // What it has begun may start something yet, so this is not the last word.
        await endAll().catch(() => {});
        await pass.over;
      }
      await endAll();
    },

    async exec(request) {
      const { row, id } = currentOf(ledger, request.sandbox);
      const seen = await engine.inspect(id);
      if (seen === null || !seen.state.running || seen.state.paused) throw notRunning();
      const hold = seen.config.entrypoint[0] === '/bin/sh' && seen.config.cmd.length === 0;
      return execs.start(request, { dockerId: row.dockerId ?? id, pid: seen.state.pid, hold });
    },

    async *logs(sandbox, options, signal) {
      const { id } = currentOf(ledger, sandbox);
      const seen = await engine.inspect(id);
      if (seen === null) throw notRunning();
      yield* readLogs(engine, { dockerId: id, tty: seen.config.tty }, options, signal);
    },

    async removeOrphans(vault, sandbox) {
      for (const orphan of await orphansOf(engine, ledger, vault, sandbox)) {
        const seen = await engine.inspect(orphan.id);
        if (seen) await thawed(execs, { id: seen.id, ...seen.state });
        await engine.remove(orphan.id, { volumes: true });
        log('warn', 'removed a container of ours that nothing wants', { sandbox, container: orphan.id });
      }
    },
  };
}

/** What a daemon froze to end a command, and did not live to thaw, would neither run nor end. */
async function thawed(execs: Execs, { id, status, pid }: Pick<Seen, 'id' | 'status' | 'pid'>): Promise<void> {
  if (status === 'running' && pid > 0) await execs.thawLeftover({ dockerId: id, pid });
}
