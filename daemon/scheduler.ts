/** What happens because time passed: TTLs, idle ends, last-used times, tombstones. Decides nothing that the vault decides. */

import { realTimers, type Timers } from '../sandbox/index.js';
import type { RequestId, SandboxId, SessionId, Vault } from '../store/index.js';
import type { Logger } from './parts.js';
import type { Chore } from './upkeep.js';

/** What the scheduler works with: the vault's clockwork, and what to tell about it. */
export interface Scheduled {
  vault: Pick<Vault, 'sessions' | 'sandboxes' | 'requests' | 'tokens' | 'tombstones' | 'flushTombstones'>;
  /** These sessions and sandboxes are different now. */
  changed(sessions: SessionId[], sandboxes: SandboxId[]): void;
  /** Nobody decided on these in time. */
  expired(requests: RequestId[]): void;
  /** Every sandbox may be different. */
  wakeAll(): void;
  /** What else is done at each look. */
  chores?: readonly Chore[];
  log: Logger;
}

/** Longest time between two looks: a clock that jumped or a machine that slept is noticed after it. */
const LOOK_MS = 1_000;
/** A session or sandbox that became idle may live this much longer. */
const IDLE_MS = 5_000;
const LAST_USED_MS = 60_000;

export interface Scheduler {
  /** Looks again at what expires next, since something changed. */
  reschedule(): void;
  /** No more looks; writes what was collected. */
  stop(): void;
}

/** Begins at once with a first look. */
export function schedule(
  { vault, changed, expired, wakeAll, chores = [], log }: Scheduled,
  clock: Timers = realTimers,
): Scheduler {
  let cancel = (): void => undefined;
  let stopped = false;
  const due = { idle: 0, lastUsed: clock.now() + LAST_USED_MS };

  /** false: it failed, which is said; the next look tries again. */
  const attempt = (operation: string, act: () => void): boolean => {
    try {
      act();
      return true;
    } catch (error) {
      log.error('a scheduled act failed, it is tried again', { operation, code: codeOf(error) });
      return false;
    }
  };

  const expire = (): void => {
    const at = vault.sessions.nextExpiry();
    if (at === null || at > clock.now()) return;
    const { sessions, sandboxes } = vault.sessions.expire();
    if (sessions.length + sandboxes.length > 0) changed(sessions, sandboxes);
  };

  const endIdle = (): void => {
    for (const id of vault.sandboxes.idle()) {
      const { sessions, sandboxes } = vault.sandboxes.end({ kind: 'daemon' }, id, 'idle');
      changed(sessions, sandboxes);
    }
  };

  /** True once in `every` milliseconds, also when the clock was set back. */
  const turn = (name: keyof typeof due, every: number): boolean => {
    const now = clock.now();
    if (now < due[name] && now >= due[name] - every) return false;
    due[name] = now + every;
    return true;
  };

  const look = (): void => {
    // What could not be recorded may be in force all the same, by tombstones: everybody looks.
    if (!attempt('expire', expire)) wakeAll();
    if (vault.tombstones() > 0) attempt('record revocations', () => void vault.flushTombstones());
    if (turn('idle', IDLE_MS)) {
      attempt('end idle sandboxes', endIdle);
      attempt('close requests', () => expired(vault.requests.expire()));
    }
    if (turn('lastUsed', LAST_USED_MS)) {
      attempt('record last uses', () => vault.tokens.flush());
      // Bytes that could not be erased, a ballast that was used up: kept up without tombstones too.
      attempt('record revocations', () => void vault.flushTombstones());
    }
    for (const { name, act } of chores) attempt(name, act);
    // Whatever is due already was just tried: once a second is often enough.
    plan(LOOK_MS);
  };

  /** @param overdue milliseconds until the next look, where something is due already */
  const plan = (overdue: number): void => {
    cancel();
    if (stopped) return;
    let wait = LOOK_MS;
    attempt('find the next expiry', () => {
      const at = vault.sessions.nextExpiry();
      const left = at === null ? LOOK_MS : at - clock.now();
      wait = left > 0 ? Math.min(LOOK_MS, left) : overdue;
    });
    cancel = clock.after(wait, look);
  };

  look();
  return {
    reschedule: () => plan(0),
    stop() {
      stopped = true;
      cancel();
      attempt('record last uses', () => vault.tokens.flush());
    },
  };
}

function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'UNKNOWN';
}
