/** After a committed change: says so, wakes the sandboxes it concerns, and waits until it is in effect. Changes nothing itself. */

import type { Outcome } from '../sandbox/index.js';
import { type SandboxId, type Session, type SessionId, StoreError } from '../store/index.js';
import type { Caller, Parts } from './parts.js';

const DAEMON: Caller = { kind: 'daemon' };

/** What a committed change touched. */
export interface Committed {
  /** The one session it was made in; its generation stands in the answer. */
  session?: Session;
  /** Sessions whose wanted environment is another now. */
  sessions: SessionId[];
  /** Sandboxes that the change ended, which are no longer among the live ones. */
  ended?: SandboxId[];
  /** Others that may still hold what it takes away, by an earlier change that is not in effect yet. */
  holding?: SandboxId[];
  /** One whose container is made anew; that it has none is not enough. */
  remade?: SandboxId;
}

export interface SandboxChange {
  id: string;
  name: string;
  session: string;
  generation: number;
  state: Outcome['state'];
  code?: string;
  reason?: string;
  /** It has no container, so that there was nothing to change. */
  empty?: true;
  tookMs: number;
}

/** The answer to a change, as the API promises it. */
export interface ChangeBody {
  generation?: number;
  sandboxes: SandboxChange[];
  notices: string[];
}

export interface Settled {
  /** 200: in effect everywhere; 202: recorded, and something is pending or has failed. */
  status: 200 | 202;
  body: ChangeBody;
  outcomes: Map<SandboxId, Outcome>;
}

/**
 * Wakes what is concerned and waits.
 * @param waitMs at most this long; 0 for not at all.
 */
export async function settleChange(
  parts: Parts,
  change: Committed,
  waitMs: number,
  signal?: AbortSignal,
): Promise<Settled> {
  for (const id of change.sessions) parts.events.emit({ kind: 'session', id });
  for (const id of change.ended ?? []) parts.events.emit({ kind: 'sandbox', id });
  parts.reschedule();

  const sessions = [...new Set([...change.sessions, ...(change.session === undefined ? [] : [change.session.id])])];
  const live = sessions.flatMap((id) => parts.sandboxesOf([id]));
  const concerned = [...new Set([...live, ...(change.ended ?? []), ...(change.holding ?? [])])];
  const epoch = parts.vault.status().epoch;
  const known = new Map<SessionId, Session>();
  const sessionOf = (id: SessionId): Session => {
    const session = known.get(id) ?? parts.vault.sessions.get(DAEMON, id);
    known.set(id, session);
    return session;
  };
  for (const id of concerned) parts.reconciler.wake(id);

  const outcomes = new Map<SandboxId, Outcome>();
  const sandboxes = await Promise.all(
    concerned.map(async (id): Promise<SandboxChange> => {
      const { name, session } = parts.vault.sandboxes.get(DAEMON, id);
      const target = sessionOf(session);
      const point = { epoch, generation: target.generation };
      const outcome = await settle(parts, id, point, waitMs, { signal, orEmpty: id !== change.remade });
      outcomes.set(id, outcome);
      return { id, name, session: target.name, ...said(outcome) };
    }),
  );

  const only =
    change.session ?? (sessions.length === 1 && sessions[0] !== undefined ? sessionOf(sessions[0]) : undefined);
  return {
    status: sandboxes.every(({ state }) => state === 'applied') ? 200 : 202,
    body: {
      ...(only === undefined ? {} : { generation: only.generation }),
      sandboxes,
      notices: [
        ...new Set([...emptyNotices(parts, sandboxes), ...[...outcomes.values()].flatMap(({ notices }) => notices)]),
      ],
    },
    outcomes,
  };
}

/** Said of those that cannot show the change yet, with what keeps them from starting. */
function emptyNotices({ reconciler }: Pick<Parts, 'reconciler'>, sandboxes: SandboxChange[]): string[] {
  return sandboxes
    .filter(({ empty }) => empty === true)
    .map(({ id, name }) => {
      const { reason } = reconciler.view(id);
      const why = reason === undefined ? '' : ` (${reason.replace(/\.$/, '')})`;
      return `${name} has no container yet${why}; it starts with what is active then.`;
    });
}

function said({
  generation,
  state,
  code,
  reason,
  empty,
  tookMs,
}: Outcome): Omit<SandboxChange, 'id' | 'name' | 'session'> {
  return {
    generation,
    state,
    ...(code === undefined ? {} : { code }),
    ...(reason === undefined ? {} : { reason }),
    ...(empty === undefined ? {} : { empty }),
    tookMs: Math.round(tookMs),
  };
}

/** As the reconciler's `settle`; a daemon that stops (`signal`) answers `pending` at once. */
export async function settle(
  parts: Pick<Parts, 'reconciler'>,
  sandbox: SandboxId,
  target: { epoch: number; generation: number },
  waitMs: number,
  { signal, orEmpty = false }: { signal?: AbortSignal | undefined; orEmpty?: boolean } = {},
): Promise<Outcome> {
  const settled = parts.reconciler.settle(sandbox, target, waitMs, { orEmpty });
  if (signal === undefined) return settled;
  let stop = (): void => {};
  const stopped = new Promise<Outcome>((resolve) => {
    stop = () =>
      resolve({
        state: 'pending',
        reason: 'The daemon is stopping; it goes on with this when it starts again.',
        ...target,
        tookMs: 0,
        notices: [],
      });
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([settled, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Runs a change that takes values away. Where it cannot be recorded, everything that may hold them is ended before the refusal goes
 * out, so that the revocation is in effect all the same.
 * @param holders sandboxes that may hold what is revoked, asked before the change.
 */
export async function revoking<T>(parts: Parts, holders: () => SandboxId[], change: () => T | Promise<T>): Promise<T> {
  const concerned = holders();
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'REVOKED_NOT_RECORDED') throw error;
    const ends = await Promise.allSettled(concerned.map((id) => parts.delivery(id).revoke(id)));
    for (const id of concerned) parts.reconciler.wake(id);
    const left = ends.filter(({ status }) => status === 'rejected').length;
    if (left === 0) throw error;
    throw new StoreError(
      'REVOKED_NOT_RECORDED',
      `${error.message} ${left} of ${concerned.length} sandboxes could not be ended yet: repeat the request until it answers 200.`,
      { cause: error },
    );
  }
}

/** Live or lingering sandboxes with a container that was given this secret. */
export function holdersOf(parts: Pick<Parts, 'vault'>, secret: string | null): SandboxId[] {
  const rows = parts.vault.containers.open().filter((row) => row.holds.some((held) => held.secret === secret));
  return [...new Set(rows.map((row) => row.sandbox))];
}
