/** Which delivery new sandboxes get: what was configured, what a probe of the engine said, and why. Calls Docker only by what it is given. */

import type { Probe, Timers } from '../sandbox/index.js';
import { realTimers } from '../sandbox/index.js';
import type { DeliveryKind, RequestedDelivery } from '../store/index.js';
import { DaemonError } from './errors.js';
import type { Deliveries, DeliveryReport, Logger, Resolution } from './parts.js';

/** Milliseconds between looks at whether Docker came back, or a failed probe is due again. */
const LOOK = 1_000;
/** Milliseconds that a launch waits for a probe. */
const PATIENCE = 10_000;
/** Milliseconds until a probe that failed is tried again: the first time, and at most. */
const AGAIN = { first: 5_000, most: 300_000 };

export interface DeliveriesOptions {
  configured: RequestedDelivery;
  /** Tries it with a container. Rejects when Docker does not answer. */
  probe(): Promise<Probe>;
  /** Rejects when Docker does not answer. */
  engineId(): Promise<string>;
  reachable(): boolean;
  log: Pick<Logger, 'info' | 'warn'>;
  timers?: Timers;
  /** Milliseconds that a launch waits for a probe. */
  patience?: number;
}

export function makeDeliveries(options: DeliveriesOptions): Deliveries {
  const { configured, log, timers = realTimers, patience = PATIENCE } = options;
  let verdict: Probe | null = null;
  let probedEngine: string | null = null;
  let running: Promise<void> | null = null;
  let failures = 0;
  let againAt = Number.POSITIVE_INFINITY;
  let asked = configured !== 'env';
  let wasReachable = false;
  let stopped = false;
  let cancel = (): void => {};

  /** A probe at a time; one that Docker did not answer leaves what was known before. */
  const begin = (): Promise<void> => {
    asked = true;
    running ??= attempt().finally(() => {
      running = null;
    });
    return running;
  };

  const attempt = async (): Promise<void> => {
    try {
      const engine = await options.engineId();
      if (verdict?.works === true && engine === probedEngine) return;
      const said = await options.probe();
      if (stopped) return;
      const news = verdict === null || verdict.works !== said.works;
      verdict = said;
      probedEngine = engine;
      failures = said.works ? 0 : failures + 1;
      againAt = said.works
        ? Number.POSITIVE_INFINITY
        : timers.now() + Math.min(AGAIN.most, AGAIN.first * 2 ** (failures - 1));
      if (news && said.works) log.info('delivery by memory works here');
      else if (news) log.warn('delivery by memory does not work here', { cause: reasonOf(said) });
    } catch {
      // Docker is away; the look at its return tries again.
      againAt = timers.now() + AGAIN.first;
    }
  };

  const look = (): void => {
    const reachable = options.reachable();
    const back = reachable && !wasReachable;
    wasReachable = reachable;
    if (asked && reachable && (back || timers.now() >= againAt)) void begin();
    if (!stopped) cancel = timers.after(LOOK, look);
  };

  /** Waits for a probe that runs, or begins the first one. */
  const known = async (): Promise<Probe | null> => {
    if (verdict?.works === true) return verdict;
    if (running === null && verdict !== null) return verdict;
    let over = (): void => {};
    const patient = new Promise<void>((resolve) => {
      over = timers.after(patience, resolve);
    });
    await Promise.race([begin(), patient]);
    over();
    return verdict;
  };

  const unknown = (): string =>
    running !== null
      ? 'Whether delivery by memory works here is still being found out. Try again in a moment.'
      : asked
        ? 'Docker has not answered yet, so nobody knows whether delivery by memory works here.'
        : 'Nobody has asked for delivery by memory yet.';

  const report = (): DeliveryReport => {
    const state = verdict !== null ? (verdict.works ? 'works' : 'unavailable') : asked ? 'probing' : 'unasked';
    const resolved: DeliveryKind =
      configured === 'memory' || (configured === 'auto' && verdict?.works !== false) ? 'memory' : 'env';
    if (configured === 'env') return { configured, resolved, state, reason: 'AMPOULE_DELIVERY=env asks for it.' };
    if (verdict?.works === true) return { configured, resolved, state };
    return { configured, resolved, state, reason: verdict === null ? unknown() : reasonOf(verdict) };
  };

  const resolve = async (requested: RequestedDelivery): Promise<Resolution> => {
    const wanted = requested === 'auto' ? configured : requested;
    if (wanted === 'env') return { delivery: 'env', notices: [] };
    const probe = await known();
    // Where nobody knows yet, it waits rather than be in Docker's files for good.
    if (probe === null || probe.works) return { delivery: 'memory', notices: [] };
    const reason = reasonOf(probe);
    if (wanted === 'memory') {
      const todo = 'Mend that and try again, or take "env", which leaves plaintext in Docker\'s files';
      throw new DaemonError('DELIVERY_UNAVAILABLE', `Delivery by memory cannot be had here: ${reason} ${todo}.`);
    }
    return { delivery: 'env', notices: [`Delivered by env, since memory cannot be had here: ${reason}`] };
  };

  return {
    report,
    resolve,
    start() {
      if (asked) void begin();
      look();
    },
    async stop() {
      stopped = true;
      cancel();
      await running;
    },
  };
}

function reasonOf(probe: Probe): string {
  return probe.works ? '' : probe.reason;
}
