/** One pass over one sandbox: looks, plans, executes, until nothing is left to do; decides only when to give up. */

import { revoked } from '../container/holding.js';
import type { Observed, Seen } from '../container/observe.js';
import { SandboxError, UnknownOutcome } from '../errors.js';
import { PATIENCE } from '../kernel/container-end.js';
import type { Applied, SandboxSpec, Wish } from '../types.js';
import { type Execution, execute } from './execute.js';
import { type Plan, plan } from './plan.js';
import { runs } from './plan-steps.js';
import type { Restarts } from './restarts.js';

/** More rounds than any situation needs; others change things meanwhile. */
const ROUNDS = 8;
/** Calls of unknown outcome after which the pass goes back instead of on. */
const UNKNOWNS = 3;

/** A pass that did not reach its wish, with what is there all the same. */
export class PassFailed extends SandboxError {
  readonly seen: Applied['seen'] | null;
  /** What the wish takes away is held by no process, and nothing else of it matters to those who wait. */
  readonly quiet: boolean;
  /** It did more than look. */
  readonly tried: boolean;

  constructor(error: SandboxError, seen: Applied['seen'] | null, quiet: boolean, tried = false) {
    super(error.code, error.message, { retry: error.retry, cause: error });
    this.seen = seen;
    this.quiet = quiet;
    this.tried = tried || (error instanceof PassFailed && error.tried);
  }
}

export interface PassParts {
  look: (wish: Wish) => Promise<Observed>;
  restarts: Restarts;
  /** Ports as they were asked for, of sandboxes whose chosen ones have not worked yet. */
  portsAsked: Map<string, SandboxSpec['ports']>;
  run: Execution;
}

export class Pass {
  readonly #parts: PassParts;
  #failure: SandboxError | null = null;
  #unknowns = 0;
  #changed = false;
  readonly #notices = new Set<string>();

  constructor(parts: PassParts) {
    this.#parts = parts;
  }

  async run(asked: Wish): Promise<Applied> {
    const wish = this.#withPorts(asked);
    for (let round = 1; ; round += 1) {
      const observed = await this.#look(wish);
      const next = this.#plan(wish, observed);
      if (next.operations.length > 0 && round <= ROUNDS) {
        await this.#execute(wish, next);
        continue;
      }
      const seen = seenOf(next, observed);
      const reached = next.reached && next.operations.length === 0;
      const failure = reached ? null : (this.#failure ?? refusalOf(next));
      const quiet = failure?.code === 'WISH_SEALED' && standsStill(observed);
      if (failure) throw new PassFailed(failure, seen, quiet, this.#changed);
      if (seen.state === 'running') this.#parts.portsAsked.delete(wish.spec.id);
      if (seen.state === 'removed') this.#parts.restarts.forget(wish.spec.id);
      return { changed: this.#changed, notices: [...this.#notices], seen, againMs: next.againMs };
    }
  }

  /** Ports that were chosen and turned out to be taken are chosen again. */
  #withPorts(wish: Wish): Wish {
    const asked = this.#parts.portsAsked.get(wish.spec.id);
    return asked ? { ...wish, spec: { ...wish.spec, ports: asked } } : wish;
  }

  #plan(wish: Wish, observed: Observed): Plan {
    const { restarts, run } = this.#parts;
    const current = observed.rows.find((one) => one.row.role === 'current')?.container;
    const restartDelayMs = current ? restarts.delay(wish.spec.id, wish.spec.main, current) : 0;
    return plan(wish, observed, { now: run.now(), restartDelayMs, retreat: this.#failure !== null });
  }

  async #execute(wish: Wish, next: Plan): Promise<void> {
    try {
      await execute(this.#parts.run, wish, next.operations);
      this.#changed = true;
      for (const notice of next.notices) this.#notices.add(notice);
    } catch (error) {
      if (this.#parts.run.signal.aborted || this.#parts.run.halted() || !(error instanceof SandboxError)) throw error;
      this.#changed = true;
      // A name that is taken may be taken by what an earlier create made after all.
      const unclear = error instanceof UnknownOutcome || error.code === 'CONTAINER_NAME_TAKEN';
      if (unclear && this.#failure === null && this.#unknowns < UNKNOWNS) {
        this.#unknowns += 1;
        return;
      }
      if (this.#failure !== null) throw new PassFailed(this.#failure, null, false, true);
      this.#failure = error;
    }
  }

  /** A look that Docker does not answer in time must not keep a revocation waiting: then the kernel does it. */
  async #look(wish: Wish): Promise<Observed> {
    const { run, look } = this.#parts;
    const holding = run.ledger.rows(wish.spec.id).filter((row) => row.dockerId !== null && revoked(row, wish));
    if (holding.length === 0) return look(wish);
    const answer = look(wish).catch((error: unknown) => ({ error }));
    const first = await Promise.race([answer, later(PATIENCE)]);
    if (first !== null && !('error' in first)) return first;
    const ends = await Promise.all(holding.map(async (row) => ({ row, over: await run.kernel.end(row) })));
    for (const { row, over } of ends) if (over) run.ledger.stopped(row.id);
    const slow = new UnknownOutcome('inspect', `no answer in ${PATIENCE} ms`);
    if (this.#isQuiet(wish)) throw new PassFailed(slow, null, true);
    const last = await answer;
    if (!('error' in last)) return last;
    throw last.error;
  }

  #isQuiet(wish: Wish): boolean {
    const { run } = this.#parts;
    return run.ledger.rows(wish.spec.id).every((row) => row.dockerId === null || run.kernel.empty(row));
  }
}

function standsStill(observed: Observed): boolean {
  return !observed.rows.some(({ row, container }) => container !== null && runs({ row, container, adoptable: false }));
}

function refusalOf(next: Plan): SandboxError {
  if (next.refusal) return new SandboxError(next.refusal.code, next.refusal.message, { retry: next.refusal.retry });
  return new SandboxError('ENGINE_REFUSED', 'The sandbox keeps changing under us. Nothing to do: it is tried again.', {
    retry: true,
  });
}

function seenOf(next: Plan, observed: Observed): Applied['seen'] {
  const rows = observed.rows.filter((one) => one.container !== null);
  const one = rows.find((row) => row.row.role === 'current') ?? rows[0];
  const container: Seen | null = one?.container ?? null;
  return {
    state: next.state,
    containerId: container?.id ?? null,
    imageDigest: one?.row.imageDigest ?? null,
    startedAt: container?.startedAt ?? null,
    exitCode: container?.status === 'exited' ? container.exitCode : null,
    vacant: rows.length === 0 && !observed.strangers.some((stranger) => stranger.ours),
  };
}

function later(ms: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), ms);
  });
}
