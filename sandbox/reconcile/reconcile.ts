/** Keeps all sandboxes at their wishes: workers, the rhythm of looks, hints from events. Decides nothing about containers. */

import { sandboxOf, vaultFilter } from '../container/labels.js';
import type { ContainerListed, Engine, EngineEvent } from '../engine/engine.js';
import type { SandboxCode } from '../errors.js';
import { realTimers, type Timers } from '../timers.js';
import type { Delivery, Ledger, Log, Point, Reconciler, SandboxView, SettleOptions, Wishes } from '../types.js';
import { fits, isTelling } from './hints.js';
import { Lanes } from './lanes.js';
import { PENDING_RHYTHM } from './retry.js';
import { UNSEEN } from './view.js';
import { Worker } from './worker.js';

/** Milliseconds between two looks when all is settled. */
const RHYTHM = 4_000;
/** Milliseconds between two questions whether Docker is back. */
const WATCH = 500;
/** Passes at once. */
const WIDTH = 8;
/** Milliseconds that the first look of all may take before the start is over. */
const FIRST_LOOK = 10_000;
/** Milliseconds for passes in flight at the end. */
const LAST_PASS = 4_000;
export interface ReconcilerOptions {
  engine: Engine;
  ledger: Ledger;
  wishes: Wishes;
  vault: string;
  /** The delivery that a sandbox was resolved to. */
  delivery: (sandbox: string) => Delivery;
  /** Of the delivery that made the containers. */
  removeOrphans: (vault: string, sandbox: string) => Promise<void>;
  /** A start fails for a reason that stays: once, until the reason or the wish is another. */
  startFailed?: (sandbox: string, code: SandboxCode) => void;
  timers?: Timers;
  log?: Log;
}

export function makeReconciler(options: ReconcilerOptions): Reconciler {
  return new Rhythm(options);
}

class Rhythm implements Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #timers: Timers;
  readonly #log: Log;
  readonly #lanes = new Lanes(WIDTH);
  readonly #workers = new Map<string, Worker>();
  readonly #listeners = new Set<(sandbox: string) => void>();
  readonly #end = new AbortController();
  #reachable = false;
  #cancel: () => void = () => {};
  #looking: Promise<void> | null = null;
  #listening: Promise<void> = Promise.resolve();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#timers = options.timers ?? realTimers;
    this.#log = options.log ?? (() => {});
  }

  async start(): Promise<void> {
    await this.#look();
    // A look that Docker answered has woken all.
    if (!this.#reachable) this.wakeAll();
    this.#listening = this.#listen();
    const first = Promise.all([...this.#workers.values()].map((worker) => worker.idle()));
    let cancel: () => void = () => {};
    await Promise.race([
      first,
      new Promise<void>((resolve) => {
        cancel = this.#timers.after(FIRST_LOOK, resolve);
      }),
    ]);
    cancel();
    this.#beat();
  }

  wake(sandbox: string): void {
    if (!this.#end.signal.aborted) this.#worker(sandbox).wake();
  }

  wakeAll(): void {
    for (const sandbox of this.#known()) this.wake(sandbox);
  }

  settle(sandbox: string, target: Point, waitMs: number, options?: SettleOptions) {
    return this.#worker(sandbox).settle(target, waitMs, options);
  }

  view(sandbox: string): SandboxView {
    const view = this.#workers.get(sandbox)?.view();
    if (view) return view;
    const wanted = this.#options.wishes.of(sandbox)?.goal === 'running';
    return { ...UNSEEN, state: wanted ? 'creating' : 'removed' };
  }

  reachable(): boolean {
    return this.#reachable;
  }

  onChange(listener: (sandbox: string) => void): void {
    this.#listeners.add(listener);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    this.#cancel();
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop(LAST_PASS)));
    await this.#looking;
    await this.#listening;
  }

  #worker(sandbox: string): Worker {
    const known = this.#workers.get(sandbox);
    if (known) return known;
    const { wishes, ledger, delivery, removeOrphans, vault } = this.#options;
    const worker = new Worker({
      sandbox,
      wishes,
      ledger,
      delivery,
      removeOrphans: (id) => removeOrphans(vault, id),
      lanes: this.#lanes,
      timers: this.#timers,
      log: this.#log,
      changed: (id) => this.#changed(id),
      startFailed: (id, code) => this.#startFailed(id, code),
    });
    this.#workers.set(sandbox, worker);
    if (this.#end.signal.aborted) void worker.stop(0);
    return worker;
  }

  #changed(sandbox: string): void {
    for (const listener of this.#listeners) {
      try {
        listener(sandbox);
      } catch {
        this.#log('error', 'a listener to changes of sandboxes failed', { sandbox });
      }
    }
  }

  /** Where it cannot be written down, the sandbox is tried again all the same. */
  #startFailed(sandbox: string, code: SandboxCode): void {
    try {
      this.#options.startFailed?.(sandbox, code);
    } catch {
      this.#log('error', 'a failed start was not written down', { sandbox, code });
    }
  }

  #known(): string[] {
    try {
      return this.#options.wishes.all();
    } catch {
      this.#log('error', 'the vault did not say which sandboxes there are');
      return [];
    }
  }

  #beat(): void {
    this.#cancel();
    if (this.#end.signal.aborted) return;
    const calm = [...this.#workers.values()].every((worker) => worker.settled());
    const rhythm = !this.#reachable ? WATCH : calm ? RHYTHM : PENDING_RHYTHM;
    this.#cancel = this.#timers.after(rhythm, () => this.#lookNow());
  }

  #lookNow(): void {
    this.#looking ??= this.#look().then(() => {
      this.#looking = null;
      this.#beat();
    });
  }

  /** One filtered list; whoever is not as it should be is woken. Never throws. */
  async #look(): Promise<void> {
    const before = this.#reachable;
    try {
      const engine = this.#options.engine.within(this.#end.signal);
      if (!before) await engine.ping();
      const listed = await engine.list([vaultFilter(this.#options.vault)]);
      this.#reachable = true;
      if (!before) this.#log('info', 'Docker answers');
      this.#compare(listed, !before);
    } catch {
      this.#reachable = false;
      if (before && !this.#end.signal.aborted)
        this.#log('warn', 'Docker does not answer', { code: 'ENGINE_UNREACHABLE' });
    }
  }

  #compare(listed: ContainerListed[], back: boolean): void {
    const bySandbox = new Map<string, ContainerListed[]>();
    for (const one of listed) {
      const sandbox = sandboxOf(one.labels);
      if (sandbox !== null) bySandbox.set(sandbox, [...(bySandbox.get(sandbox) ?? []), one]);
    }
    const known = new Set(this.#known());
    for (const sandbox of new Set([...known, ...bySandbox.keys(), ...this.#workers.keys()])) {
      const there = bySandbox.get(sandbox) ?? [];
      const worker = this.#worker(sandbox);
      const expected = worker.expected();
      if (back) worker.look();
      else if (!expected || !fits(expected, there)) worker.hint();
      else if (!known.has(sandbox) && there.length === 0) this.#workers.delete(sandbox);
    }
  }

  /** Events are hints: they are dropped under pressure, and the rhythm does without them. */
  async #listen(): Promise<void> {
    const { engine, vault } = this.#options;
    const { signal } = this.#end;
    while (!signal.aborted) {
      try {
        for await (const event of engine.events(vaultFilter(vault), signal)) this.#hear(event);
      } catch {
        // The rhythm notices that Docker is away, and says so.
      }
      if (!signal.aborted) {
        this.#lookNow();
        await this.#pause(WATCH * 2);
      }
    }
  }

  #hear(event: EngineEvent): void {
    const sandbox = sandboxOf(event.labels);
    if (sandbox === null) return;
    const worker = this.#worker(sandbox);
    if (isTelling(event, worker.expected())) worker.hint();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#end;
      const over = () => {
        signal.removeEventListener('abort', over);
        cancel();
        resolve();
      };
      const cancel = this.#timers.after(ms, over);
      signal.addEventListener('abort', over);
    });
  }
}
