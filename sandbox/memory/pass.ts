/** One pass over a sandbox whose values come by memory: what needs no Docker first, then its container, then its init. */

import { revoked } from '../container/holding.js';
import { sealed } from '../container/values.js';
import { SandboxError, UnknownOutcome } from '../errors.js';
import { PATIENCE } from '../kernel/container-end.js';
import { liftQuota } from '../kernel/cpu-quota.js';
import { LinkLost } from '../link/link.js';
import { PassFailed } from '../reconcile/pass.js';
import type { Applied, LedgerRow } from '../types.js';
import { MemoryContainer, type PassOf, type PassTools } from './container.js';
import { type Fed, feed, takesAway } from './feed.js';
import { endContainer } from './revoke.js';
import type { MemorySandbox } from './sandbox.js';

/** Milliseconds that a pass waits for a container's init before it counts as unknown. */
const LINK = 5_000;
/** The same where something is to be taken away. */
const LINK_REVOKING = 1_000;
/** Milliseconds for an answer where nothing is taken away: with Docker's word still to come, and after it. */
const AHEAD = 300;
const AFTER = 5_000;
/** Times that a container may be ended and begin again in one pass. */
const ROUNDS = 3;

type Served = Exclude<Fed, 'stuck' | 'newer'> | 'none' | 'ended';

export class MemoryPass {
  readonly #tools: PassTools;
  readonly #box: MemorySandbox;
  readonly #of: PassOf;
  readonly #container: MemoryContainer;

  constructor(tools: PassTools, box: MemorySandbox, of: PassOf) {
    this.#tools = tools;
    this.#box = box;
    this.#of = of;
    this.#container = new MemoryContainer(tools, box, of);
  }

  /** `look: false`: Docker is left alone where the init can be told all that is new. */
  async run(look: boolean): Promise<Applied> {
    const { wish } = this.#of;
    if (wish.envMac !== null) this.#box.keepsLease = true;
    const ahead = await this.#ahead(look);
    const short = look || ahead === 'none' || ahead === 'ended' ? null : this.#known();
    if (short) {
      if (ahead === 'partly') throw new PassFailed(sealed(), short, true);
      return { changed: ahead === 'fed', notices: [], seen: short, againMs: null };
    }
    // Whoever waits for what is in force now does not wait for a Docker that stands still.
    if (ahead === 'fed' && !(await this.#dockerAnswers()))
      throw new PassFailed(new UnknownOutcome('ping', `no answer in ${PATIENCE} ms`), null, true);
    this.#box.looked = null;
    for (let round = 1; ; round += 1) {
      const applied = await this.#container.run().catch((error: unknown) => this.#withoutDocker(error));
      if (applied.seen.state !== 'running') return applied;
      const served = await this.#serve(applied.seen, round);
      if (served === 'ended') continue;
      if (served === 'partly') throw new PassFailed(sealed(), applied.seen, true);
      this.#box.looked = { seen: applied.seen, spec: JSON.stringify(wish.spec) };
      return { ...applied, changed: applied.changed || ahead === 'fed' || served === 'fed' };
    }
  }

  async #dockerAnswers(): Promise<boolean> {
    let cancel: () => void = () => {};
    const late = new Promise<false>((resolve) => {
      cancel = this.#tools.timers.after(PATIENCE, () => resolve(false));
    });
    const answer = this.#tools.creator.engine.ping().then(
      () => true,
      () => false,
    );
    const first = await Promise.race([answer, late]);
    cancel();
    return first;
  }

  /** What can be done before Docker is asked: taking away always, giving where nothing else changed. */
  async #ahead(look: boolean): Promise<Served> {
    const { wish, signal } = this.#of;
    const row = this.#row();
    if (row === null || row.pid === null || wish.goal === 'removed') return 'none';
    const taken = revoked(row, wish);
    if (wish.spec.oneShot) {
      if (taken) await this.#stop(row);
      return taken ? 'ended' : 'none';
    }
    const id = row.dockerId ?? '';
    const link = this.#box.door.link(id) ?? (taken ? await this.#box.door.whenLinked(id, LINK_REVOKING, signal) : null);
    if (link === null) {
      if (!taken || signal.aborted) return 'none';
      await this.#end(row);
      return 'ended';
    }
    if (look && !takesAway({ row, link, wish })) return 'none';
    try {
      return await this.#feed(row, AHEAD);
    } catch (error) {
      // With nothing to take away, Docker is asked what is the matter.
      if (error instanceof LinkLost) return 'none';
      throw error;
    }
  }

  /** Tells the init of the container that runs. */
  async #serve(seen: Applied['seen'], round: number): Promise<Served> {
    const { wish } = this.#of;
    const row = this.#row();
    const id = seen.containerId;
    if (row === null || id === null || row.dockerId !== id) throw new LinkLost();
    const { door } = this.#box;
    if (wish.spec.oneShot && (await this.#isServed(row))) return 'same';
    await this.#container.introduce(row);
    const link = await door.whenLinked(id, LINK, this.#of.signal);
    if (link !== null) return this.#feed(row, AFTER);
    // Nobody knows what it holds (I5).
    if (round >= ROUNDS || this.#of.signal.aborted) throw new LinkLost();
    this.#tools.log('warn', 'the init of a container does not answer; it is started again', {
      sandbox: wish.spec.id,
      container: id,
    });
    await this.#stop(row);
    return 'ended';
  }

  /** A one-shot container has what it was given at its start; another wish needs another start. */
  async #isServed(row: LedgerRow): Promise<boolean> {
    const { wish, signal } = this.#of;
    const same =
      row.holds.length === wish.values.length &&
      wish.values.every((one) =>
        row.holds.some((held) => held.env === one.env && held.secret === one.secret && held.version === one.version),
      );
    if (this.#box.servedPid === row.pid && same) return true;
    if (this.#box.servedPid === row.pid) await this.#stop(row);
    else if (this.#box.servedPid === null && same && !this.#box.startedHere) {
      // An earlier process may have served it, or left it waiting.
      const waits = await this.#box.door.whenLinked(row.dockerId ?? '', LINK_REVOKING, signal);
      if (waits === null) return true;
    }
    return false;
  }

  async #feed(row: LedgerRow, patience: number): Promise<Served> {
    const { creator, timers, log, heartbeat, pace, failpoint } = this.#tools;
    const { wish, signal, halted } = this.#of;
    const link = this.#box.door.link(row.dockerId ?? '');
    if (link === null) throw new LinkLost();
    const { pid, dockerId } = row;
    const fed = await feed({
      ...{ link, row, wish, ledger: creator.ledger, timers, log, signal, halted, pace, patience, failpoint },
      mayHold: (held) => this.#box.mayHold(held, this.#box.startedHere),
      lift: () => (pid === null || dockerId === null ? null : liftQuota(pid, dockerId)),
    });
    if (fed === 'stuck') {
      await this.#end(row);
      return 'ended';
    }
    if (fed === 'newer') {
      this.#tools.counted('old_generation');
      log('warn', 'the container was told something newer than the vault knows; it is started again', {
        sandbox: wish.spec.id,
      });
      await this.#stop(row);
      return 'ended';
    }
    if (wish.spec.oneShot) this.#box.servedPid = pid;
    else if (this.#box.keepsLease) heartbeat.keep(link, wish.spec.lease ?? 0);
    return fed;
  }

  /** What the last look found, where nothing but values can be different. */
  #known(): Applied['seen'] | null {
    const { wish } = this.#of;
    const { looked } = this.#box;
    const row = this.#row();
    const fits =
      looked !== null &&
      row !== null &&
      row.dockerId === looked.seen.containerId &&
      (wish.envMac === null || row.envMac === wish.envMac) &&
      looked.spec === JSON.stringify(wish.spec);
    return fits ? looked.seen : null;
  }

  /** Docker does not answer: who waits for values alone need not wait for it. */
  async #withoutDocker(error: unknown): Promise<never> {
    const { signal, halted } = this.#of;
    if (!(error instanceof SandboxError) || !error.retry || signal.aborted || halted()) throw error;
    const seen = error instanceof PassFailed ? error.seen : null;
    if (error instanceof PassFailed && error.quiet) throw error;
    const row = this.#row();
    if (row === null || row.pid === null || this.#of.wish.goal === 'removed') throw error;
    const fed = await this.#feed(row, AHEAD).catch(() => 'none' as const);
    if (fed === 'fed' || fed === 'same') throw new PassFailed(error, seen, true);
    throw error;
  }

  async #stop(row: LedgerRow): Promise<void> {
    this.#box.endedByUs = true;
    await this.#container.stop(row);
  }

  async #end(row: LedgerRow): Promise<void> {
    const { creator, kernel, log } = this.#tools;
    log('warn', 'the container is ended: its init does not take away what may not be held', {
      sandbox: row.sandbox,
      ...(row.dockerId === null ? {} : { container: row.dockerId }),
    });
    await endContainer({ engine: creator.engine, ledger: creator.ledger, kernel }, this.#box, row);
  }

  /** Of the container that is to run. */
  #row(): LedgerRow | null {
    const rows = this.#tools.creator.ledger.rows(this.#of.wish.spec.id);
    return rows.find((row) => row.role === 'current' && row.dockerId !== null) ?? null;
  }
}
