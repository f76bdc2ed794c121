/** The container of a sandbox whose values come by memory, without them: made, started, stopped, and shown to its door. */

import { containerName, identityFrom } from '../container/labels.js';
import { observe } from '../container/observe.js';
import { differences } from '../container/spec-compare.js';
import type { ContainerSeen } from '../engine/engine.js';
import { SandboxError, UnknownOutcome } from '../errors.js';
import type { Kernel, RecordedProcess } from '../kernel/container-end.js';
import type { InitConfig } from '../link/frames.js';
import type { Heartbeat } from '../link/heartbeat.js';
import type { Refused } from '../link/place.js';
import { type Creator, equalsWish } from '../reconcile/create.js';
import { type Execution, execute } from '../reconcile/execute.js';
import type { Pace } from '../reconcile/pace.js';
import { Pass } from '../reconcile/pass.js';
import { Restarts } from '../reconcile/restarts.js';
import type { Timers } from '../timers.js';
import type { Applied, Failpoint, Ledger, LedgerRow, Log, SandboxSpec, SandboxState, Wish } from '../types.js';
import { bare, withoutValues } from './rows.js';
import type { MemorySandbox } from './sandbox.js';
import { initConfig } from './spec.js';

/** Milliseconds for Docker to notice that a container was ended by other hands. */
const SETTLE = 500;

/** What all passes of a delivery share. */
export interface PassTools {
  creator: Creator;
  kernel: Kernel;
  restarts: Restarts;
  heartbeat: Heartbeat;
  pace: Pace;
  timers: Timers;
  log: Log;
  now: () => number;
  termAt: Map<string, number>;
  portsAsked: Map<string, SandboxSpec['ports']>;
  counted: (what: Refused) => void;
  failpoint: Failpoint;
}

/** What one pass is about. */
export interface PassOf {
  wish: Wish;
  signal: AbortSignal;
  progress: (state: SandboxState) => void;
  halted: () => boolean;
}

/** Whoever was ended by us need not wait for its next start. */
class AtOnce extends Restarts {
  override delay(): number {
    return 0;
  }
}

export class MemoryContainer {
  readonly #tools: PassTools;
  readonly #box: MemorySandbox;
  readonly #of: PassOf;
  readonly #wish: Wish;
  readonly #run: Execution;

  constructor(tools: PassTools, box: MemorySandbox, of: PassOf) {
    this.#tools = tools;
    this.#box = box;
    this.#of = of;
    this.#wish = bare(of.wish);
    const { creator, kernel, log, termAt, now, portsAsked } = tools;
    const engine = creator.engine.within(of.signal);
    const ledger = this.#view();
    const scoped: Creator = {
      ...{ engine, ledger, recipe: creator.recipe, shells: creator.shells },
      get cpus() {
        return creator.cpus;
      },
      set cpus(count) {
        creator.cpus = count;
      },
    };
    this.#run = {
      ...{ creator: scoped, engine, ledger, kernel, log, termAt, now },
      ...{ signal: of.signal, halted: of.halted, progress: of.progress },
      replaced: (id) => {
        if (box.door.config(id) !== null) box.over('SANDBOX_REPLACED');
        box.forgetOutput();
      },
      portsChosen: (asked) => void portsAsked.set(of.wish.spec.id, asked),
      starts: (row, id) => this.#starts(row, id),
      runs: (row, seen, process) => this.#runs(row, seen, process),
    };
  }

  /** Looks, plans and does, until there is nothing left to do but feeding. Throws PassFailed. */
  run(): Promise<Applied> {
    const { restarts, portsAsked } = this.#tools;
    const { engine, creator, ledger } = this.#run;
    const look = (wish: Wish) => observe(engine, ledger, wish, (seen, row) => equalsWish(creator, wish, seen, row));
    const again = this.#box.endedByUs;
    const wish: Wish = again ? { ...this.#wish, spec: { ...this.#wish.spec, restart: 'always' } } : this.#wish;
    return new Pass({ look, restarts: again ? new AtOnce() : restarts, portsAsked, run: this.#run }).run(wish);
  }

  /** Stops what runs, whatever Docker does; the next {@link run} starts it again. */
  async stop(row: LedgerRow): Promise<void> {
    const { grace } = this.#of.wish.spec;
    const of = { row, id: row.dockerId ?? '', name: containerName(this.#of.wish.spec) };
    const cause = 'it is to begin again with what is wanted';
    try {
      await execute(this.#run, this.#wish, [{ do: 'stop', of, grace, revoking: true, cause }]);
    } catch (error) {
      // Where Docker was slow and the kernel did it, it is done.
      if (!(error instanceof UnknownOutcome) || !this.#tools.kernel.empty(row)) throw error;
      await this.#run.engine.waitStopped(of.id, SETTLE).catch(() => false);
    }
  }

  /** Makes the running process known to the door, where it is not yet: after a restart of this daemon, say. */
  async introduce(row: LedgerRow): Promise<void> {
    const { door } = this.#box;
    const { dockerId, pid, pidStart, bootId } = row;
    this.#box.belongs(row.id);
    if (dockerId === null || pid === null || door.link(dockerId) !== null) return;
    if (door.knows(dockerId, pid)) return;
    const seen = await this.#run.engine.inspect(dockerId);
    if (seen === null || seen.state.pid !== pid) return;
    await this.#runs(row, seen, { pid, pidStart, bootId });
  }

  async #starts(row: LedgerRow, id: string): Promise<void> {
    const config = await this.#config(id);
    await this.#tools.failpoint('init.expect:before');
    this.#box.endedByUs = false;
    this.#box.startedHere = true;
    this.#box.belongs(row.id);
    await this.#box.door.expect(id, config);
  }

  async #runs(row: LedgerRow, seen: ContainerSeen, process: RecordedProcess): Promise<void> {
    this.#box.belongs(row.id);
    await this.#verify(row, seen);
    const { door } = this.#box;
    await door.open();
    // Others started it again: what was known of its last start is over.
    if (door.config(seen.id) !== null && process.pid !== null && !door.knows(seen.id, process.pid))
      this.#box.over('SANDBOX_EXITED');
    door.started(seen.id, process, await this.#config(seen.id));
  }

  /** What was made is what was asked for: before that nothing is offered to it. Throws ENGINE_REFUSED. */
  async #verify(row: LedgerRow, seen: ContainerSeen): Promise<void> {
    const box = this.#box;
    if (box.verified === seen.id) return;
    let found: string[] = [];
    if (box.made?.id === seen.id) found = differences(seen, box.made.request, box.made.image);
    else {
      const label = identityFrom(seen.labels);
      const as = { ...row, epoch: label?.epoch ?? 0, generation: label?.generation ?? 0 };
      if (!(await equalsWish(this.#run.creator, this.#wish, seen, as))) found = ['its configuration'];
    }
    if (found.length === 0) {
      box.verified = seen.id;
      return;
    }
    await this.#run.engine.remove(seen.id, { volumes: true });
    throw new SandboxError(
      'ENGINE_REFUSED',
      `Docker has another container than was asked for (${found.join(', ')}), so it was removed and given nothing. Nothing to do: another one is made.`,
      { retry: true },
    );
  }

  async #config(id: string): Promise<InitConfig> {
    const { spec } = this.#of.wish;
    const known = this.#box.door.config(id);
    if (known !== null) return known;
    if (this.#box.made?.id === id) return initConfig(spec, this.#box.made.image);
    const { engine } = this.#run;
    const seen = await engine.inspect(id);
    const image = seen === null ? null : await engine.inspectImage(seen.imageId);
    if (image === null)
      throw new SandboxError(
        'IMAGE_NOT_FOUND',
        'The image of the container is gone. Get it with `docker pull IMAGE`.',
        {
          retry: true,
        },
      );
    return initConfig(spec, image);
  }

  /** The ledger as plans see it. */
  #view(): Ledger {
    const { ledger } = this.#tools.creator;
    const { wish } = this.#of;
    const view = withoutValues(ledger, wish);
    return {
      ...view,
      stopped: (id) => {
        view.stopped(id);
        if (this.#box.row === id) this.#box.over('SANDBOX_EXITED');
      },
    };
  }
}
