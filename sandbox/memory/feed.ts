/** Brings one init to a wish: records, opens values, sends, wipes, and waits until nothing holds what was taken away. Knows no Docker. */

import { older, revoked } from '../container/holding.js';
import { openOrNull } from '../container/values.js';
import { SandboxError, UnknownOutcome } from '../errors.js';
import type { Entry, Versioned } from '../link/frames.js';
import { type InitLink, InitRefused, LinkLost, type SetCall } from '../link/link.js';
import type { Pace } from '../reconcile/pace.js';
import type { Timers } from '../timers.js';
import type { Failpoint, Held, Ledger, LedgerRow, Log, ValueHandle, Wish } from '../types.js';

/** Milliseconds until a taken away value's RECEIVED; after them the CPU quota is lifted. */
const LIFT = 200;
/** Milliseconds that it has then. */
const LAST = 500;
/** Milliseconds beyond the grace period until DONE: the init itself gives up after 2 s. */
const DONE = 3_000;

export interface Feeding {
  link: InitLink;
  row: LedgerRow;
  wish: Wish;
  ledger: Ledger;
  timers: Timers;
  log: Log;
  signal: AbortSignal;
  /** Nothing further is given. */
  halted: () => boolean;
  /** Whether a process of the container may still hold this, though it is not wanted in this version. */
  mayHold: (held: Held) => boolean;
  /** Lifts the container's CPU quota; the answer puts it back. */
  lift: () => (() => void) | null;
  /** Between this one and those of other sandboxes. */
  pace: Pace;
  /** Milliseconds for an answer where nothing is taken away. */
  patience: number;
  failpoint: Failpoint;
}

/**
 * `partly`: the vault is sealed, and what needs its key is missing. `stuck`: something may be held that may not be. `newer`: it
 * was given something by a newer wish than the newest, and what that was nobody knows.
 */
export type Fed = 'same' | 'fed' | 'partly' | 'stuck' | 'newer';

/** Whether feeding this wish takes something away from what the container was given. */
export function takesAway({ row, link, wish }: Pick<Feeding, 'row' | 'link' | 'wish'>): boolean {
  return revoked({ holds: [...row.holds, ...link.known] }, wish);
}

/** Throws LinkLost, INIT_REFUSED, and UnknownOutcome where it was given up. */
export async function feed(feeding: Feeding): Promise<Fed> {
  const { link, wish } = feeding;
  const { whole } = link;
  if (whole !== null && whole.epoch === wish.epoch && whole.generation === wish.generation && !takesAway(feeding))
    return 'same';
  if (older(wish, link.at)) return 'newer';
  try {
    return await send(feeding);
  } catch (error) {
    // It lost its values, by lease or by starting anew: it gets all of them.
    if (error instanceof InitRefused && error.code === 1) return 'newer';
    if (!(error instanceof InitRefused) || error.code !== 3) throw wordsFor(error);
    link.known = [];
    return await send(feeding).catch((again: unknown) => {
      throw wordsFor(again);
    });
  }
}

async function send(feeding: Feeding): Promise<Fed> {
  const leave = await feeding.pace.place();
  try {
    return await sendNow(feeding, leave);
  } finally {
    leave();
  }
}

async function sendNow(feeding: Feeding, answered: () => void): Promise<Fed> {
  const { link, row, wish, ledger, signal, halted } = feeding;
  const taken = takesAway(feeding);
  const { entries, sealed } = entriesFor(wish.values, link.known);
  try {
    const sent = entries.map(({ env, secret, version }) => ({ env, secret, version }));
    const before = union(row.holds, sent);
    if (before.length > row.holds.length) await ledger.delivering(row.id, before);
    await feeding.failpoint('init.set:before');
    if (signal.aborted || halted()) throw new UnknownOutcome('feed', 'the pass was given up');
    const call = link.set({ epoch: wish.epoch, generation: wish.generation }, wish.spec.grace, entries);
    call.received.then(answered, answered);
    if (!(await inForce(feeding, call, taken))) return 'stuck';
    await feeding.failpoint('init.done:after');
    link.whole = sealed ? null : { epoch: wish.epoch, generation: wish.generation };
    const holds = before.filter(
      (held) => !revoked({ holds: [held] }, wish) && (has(sent, held) || feeding.mayHold(held)),
    );
    await ledger.delivered(row.id, { epoch: wish.epoch, generation: wish.generation }, holds);
    row.holds = holds;
    return sealed ? 'partly' : 'fed';
  } finally {
    for (const entry of entries) entry.value?.fill(0);
  }
}

/** Waits for RECEIVED, and where something is taken away for DONE. false: it cannot be said that nothing holds it. */
async function inForce(feeding: Feeding, call: SetCall, taken: boolean): Promise<boolean> {
  const { wish, timers, patience, signal } = feeding;
  if (!taken) {
    if ((await within(timers, call.received, patience, signal)) === null) throw new LinkLost();
    await feeding.failpoint('init.set:after');
    return true;
  }
  let putBack: (() => void) | null = null;
  try {
    let received = await within(timers, call.received, LIFT, signal);
    if (received === null) {
      putBack = feeding.lift();
      received = await within(timers, call.received, LAST, signal);
    }
    if (received === null) return false;
    await feeding.failpoint('init.set:after');
    let done = await within(timers, call.done, wish.spec.grace + LIFT, signal);
    if (done === null) {
      putBack ??= feeding.lift();
      done = await within(timers, call.done, DONE - LIFT, signal);
    }
    const left = done?.value.left ?? 0;
    if (left > 0) feeding.log('warn', `${left} processes could not be ended by the init`, { sandbox: wish.spec.id });
    return done !== null && left === 0;
  } catch (error) {
    if (error instanceof LinkLost) return false;
    // What it does not take for another reason (a file's place, say) must not keep what is taken away: its container ends.
    if (error instanceof InitRefused && error.code !== 1 && error.code !== 3) {
      feeding.log('warn', 'the init refused a set that takes something away', { sandbox: wish.spec.id });
      return false;
    }
    throw error;
  } finally {
    putBack?.();
  }
}

/** Values only where the init does not have them; what needs the key of a sealed vault is left out. */
function entriesFor(values: ValueHandle[], known: Versioned[]): { entries: Entry[]; sealed: boolean } {
  const entries: Entry[] = [];
  let sealed = false;
  for (const handle of values) {
    let value: Uint8Array | null = null;
    if (!has(known, handle)) {
      value = openOrNull(handle);
      if (value === null) {
        sealed = true;
        continue;
      }
    }
    const { env, secret, version, floor, path } = handle;
    entries.push({ env, secret, version, floor, file: handle.as === 'file', path: path ?? '', value });
  }
  return { entries, sealed };
}

function has(list: Versioned[], one: Versioned): boolean {
  return list.some((other) => other.env === one.env && other.secret === one.secret && other.version === one.version);
}

function union(one: Held[], other: Held[]): Held[] {
  return [...one, ...other.filter((held) => !has(one, held))];
}

/** null after `ms`. */
async function within<T>(
  timers: Timers,
  what: Promise<T>,
  ms: number,
  signal: AbortSignal,
): Promise<{ value: T } | null> {
  let cancel: () => void = () => {};
  let abort: () => void = () => {};
  const given = new Promise<never>((_, reject) => {
    abort = () => reject(new UnknownOutcome('feed', 'the pass was given up'));
  });
  given.catch(() => {});
  signal.addEventListener('abort', abort, { once: true });
  const late = new Promise<null>((resolve) => {
    cancel = timers.after(ms, () => resolve(null));
  });
  try {
    if (signal.aborted) abort();
    return await Promise.race([what.then((value) => ({ value })), late, given]);
  } finally {
    cancel();
    signal.removeEventListener('abort', abort);
  }
}

function wordsFor(error: unknown): unknown {
  if (!(error instanceof InitRefused)) return error;
  switch (error.code) {
    case 7:
      return new SandboxError(
        'INIT_REFUSED',
        "A secret's file cannot be put where it is to lie. Choose another path for it, or deactivate it with `ampoule deactivate`.",
        { cause: error },
      );
    default:
      return new SandboxError(
        'INIT_REFUSED',
        'The init of the sandbox did not take what is active. Deactivate what was activated last, or start the sandbox again with `ampoule sandbox reset`.',
        { cause: error },
      );
  }
}
