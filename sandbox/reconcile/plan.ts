/** Decides what has to be done so that a sandbox is as its wish says; pure and printable. Nothing else decides. */

import { fresh, older, revoked } from '../container/holding.js';
import { containerName, nextName } from '../container/labels.js';
import type { Observed, SeenRow } from '../container/observe.js';
import { missing, type Refusal, SEALED, taken } from '../container/refusals.js';
import type { ContainerRole, SandboxState, Wish } from '../types.js';
import type { Operation, Subject } from './operations.js';
import { planRemoval } from './plan-removal.js';
import {
  discard,
  endUnanswered,
  finishedOf,
  isPresent,
  isSpent,
  type Present,
  rank,
  remove,
  removeOurs,
  runs,
  settle,
  stepAside,
  subject,
  uselessness,
  withdraw,
} from './plan-steps.js';

export interface Plan {
  operations: Operation[];
  /** After the operations: what of the wish stays undone. */
  refusal: Refusal | null;
  /** The wish is fulfilled once the operations are done. */
  reached: boolean;
  /** Of the sandbox, once the operations are done. */
  state: SandboxState;
  notices: string[];
  /** Milliseconds after which to look again; null: a hint is enough. */
  againMs: number | null;
}

export interface Situation {
  now: number;
  /** Milliseconds that a main process which ended waits before its next start. */
  restartDelayMs: number;
  /** The wish could not be reached just now: bring back what ran before, as far as it may run. */
  retreat: boolean;
}

export const LAYER_LOST =
  'The container was replaced: running commands ended, and files outside the workspace and its volumes were lost.';
export const PLAINTEXT =
  'With env delivery Docker keeps the values in plaintext in its own files; rotate them where that matters.';

export function plan(wish: Wish, observed: Observed, situation: Situation): Plan {
  if (wish.goal === 'removed') return planRemoval(wish, observed);
  const present = observed.rows.filter(isPresent);
  const finished = finishedOf(present, wish);
  const withdrawn = present.filter((one) => one !== finished && revoked(one.row, wish));
  const operations = [
    ...observed.rows.flatMap(settle),
    ...withdrawn.flatMap((one) => withdraw(one, wish)),
    ...removeOurs(observed),
  ];
  const left = present.filter((one) => !withdrawn.includes(one));
  for (const one of left) {
    const cause = uselessness(one, wish);
    if (cause !== null) operations.push(...discard(one, cause, wish));
  }
  const usable = left.filter((one) => uselessness(one, wish) === null);
  const rest: Rest = { wish, observed, situation, operations, usable };
  if (finished) return stayEnded(rest, finished);
  const good = usable.filter((one) => fresh(one.row, wish)).sort((one, other) => rank(one) - rank(other))[0];
  if (good && runs(good)) return keepRunning(rest, good);
  if (situation.retreat) return goBack(rest);
  return good ? bringUp(rest, good) : replace(rest);
}

interface Rest {
  wish: Wish;
  observed: Observed;
  situation: Situation;
  operations: Operation[];
  /** Containers that could run, now or again. */
  usable: Present[];
}

/** Its main process has ended, and is not to run again before a reset: what was before the last one goes. */
function stayEnded(rest: Rest, finished: Present): Plan {
  const { wish, operations, usable } = rest;
  for (const one of usable) if (isSpent(one, wish)) operations.push(...discard(one, 'its sandbox was reset', wish));
  operations.push(...settleIn(rest, subject(finished), finished.container.name, finished.row.role));
  return done(rest, 'exited');
}

/** The container that should run does: nothing else may, and what somebody changed is changed back. */
function keepRunning(rest: Rest, good: Present): Plan {
  const { wish, operations, usable, observed } = rest;
  const of = subject(good);
  if (wish.envMac === null && good.row.pid === null && good.row.holds.length > 0) {
    const cause = 'it was started while nothing is to be given';
    operations.push({ do: 'stop', of, grace: 0, revoking: true, cause });
    return refused(rest, SEALED);
  }
  operations.push(...endUnanswered(observed, null));
  for (const one of usable)
    if (one !== good) operations.push(...discard(one, `${good.container.name} runs in its place`, wish));
  if (good.container.status === 'paused')
    operations.push({ do: 'unpause', of, cause: 'it was paused by somebody else' });
  if (good.row.dockerId !== null && good.container.pid !== good.row.pid)
    operations.push({ do: 'recordStart', of, cause: 'its process is another than the recorded one' });
  const base = containerName(wish.spec);
  operations.push(...settleIn(rest, of, good.container.name, good.row.role));
  const displaced = good.container.name !== base && foreignAt(observed, base);
  const notices = displaced ? [`The container runs as ${good.container.name}: ${base} is the name of another.`] : [];
  return { ...done(rest, 'running', good), notices };
}

/** The container that should run stands still. */
function bringUp(rest: Rest, good: Present): Plan {
  const { wish, operations, usable, situation } = rest;
  if (wish.envMac === null) return refused(rest, SEALED);
  const of = subject(good);
  const others = usable.filter((one) => one !== good);
  const ended = good.container.status === 'exited' && good.row.role === 'current';
  if (ended && others.length === 0) {
    const wait = (good.container.finishedAt ?? 0) + situation.restartDelayMs - situation.now;
    if (wait > 0) return { ...done(rest, 'restarting', good), againMs: wait };
  }
  for (const one of others) operations.push(...stepAside(one, good.container.name, wish));
  operations.push({
    do: 'start',
    of,
    cause: ended ? 'it ended, and is to run always' : 'it has the wanted environment',
  });
  for (const one of others) operations.push(...remove(one, `${good.container.name} replaces it`));
  operations.push(...settleIn(rest, of, good.container.name, good.row.role));
  return { ...done(rest, 'running', good), notices: others.length > 0 ? [LAYER_LOST] : [] };
}

/** No container has the wanted environment: make one, beside what runs until it can take over. */
function replace(rest: Rest): Plan {
  const { wish, operations, usable, observed } = rest;
  if (wish.envMac === null) return refused(rest, SEALED);
  const [old, ...stale] = [...usable].sort((one, other) => rank(one) - rank(other));
  const base = containerName(wish.spec);
  const next = nextName(wish.spec, wish.generation);
  const name = old && (old.container.name === base || foreignAt(observed, base)) ? next : base;
  if (foreignAt(observed, name)) return refused(rest, taken(name));
  const image = observed.image ?? { reference: wish.spec.image, present: true, kept: false };
  const pull = !image.kept && (wish.spec.pull === 'always' || !image.present);
  if (pull && wish.spec.pull === 'never') return refused(rest, missing(wish.spec.image));

  const unanswered = observed.rows.find((one) => reusable(one, wish)) ?? null;
  operations.push(...endUnanswered(observed, unanswered));
  for (const one of stale) operations.push(...discard(one, 'its environment is not wanted any more', wish));
  if (pull)
    operations.push({
      do: 'pull',
      image: wish.spec.image,
      cause: wish.spec.pull === 'always' ? 'it is to be pulled always' : 'it is not on the engine',
    });
  if (wish.spec.ports.some((port) => port.host === null))
    operations.push({ do: 'choosePorts', cause: 'a port was asked for without one of the host' });
  operations.push({
    do: 'create',
    name,
    role: old ? 'next' : 'current',
    image: image.reference,
    reuse: unanswered?.row ?? null,
    cause: unanswered ? 'an earlier create was not answered' : why(wish, old),
  });
  if (old) operations.push(...stepAside(old, name, wish));
  operations.push({ do: 'start', of: 'created', cause: 'it has the wanted environment' });
  if (old) operations.push(...remove(old, `${name} replaces it`));
  operations.push(...settleIn(rest, 'created', name, old ? 'next' : 'current'));
  const replaced = observed.rows.some((one) => one.row.dockerId !== null);
  const notices = [...(replaced ? [LAYER_LOST] : []), ...(wish.values.length > 0 ? [PLAINTEXT] : [])];
  return { operations, refusal: null, reached: true, state: 'running', notices, againMs: null };
}

/** The wish could not be reached: what is new goes, and what ran before runs again. */
function goBack(rest: Rest): Plan {
  const { wish, operations, usable, observed } = rest;
  const before = usable.filter(
    (one) => one.row.role !== 'next' && one.container.status !== 'created' && !isSpent(one, wish),
  );
  const [old, ...others] = before.sort((one, other) => rank(one) - rank(other));
  operations.push(...endUnanswered(observed, null));
  for (const one of usable)
    if (!isSpent(one, wish) && (!before.includes(one) || others.includes(one)))
      operations.push(...discard(one, 'it could not take over', wish));
  if (!old || fresh(old.row, wish)) return { ...done(rest, 'failed'), reached: false };
  const of = subject(old);
  if (!runs(old)) {
    if (wish.envMac === null) return refused(rest, SEALED);
    operations.push({ do: 'start', of, cause: 'the one that was to replace it could not start' });
  }
  operations.push(...settleIn(rest, of, old.container.name, old.row.role));
  return { operations, refusal: null, reached: false, state: 'running', notices: [], againMs: null };
}

/** Gives the container that runs the sandbox's name and role. */
function settleIn(rest: Rest, of: Subject, name: string, role: ContainerRole): Operation[] {
  const base = containerName(rest.wish.spec);
  const operations: Operation[] = [];
  if (name !== base && !foreignAt(rest.observed, base))
    operations.push({ do: 'rename', of, name: base, cause: 'it is the only one of its sandbox' });
  if (role !== 'current') operations.push({ do: 'role', of, role: 'current', cause: 'no other runs' });
  return operations;
}

function done(rest: Rest, state: SandboxState, good?: Present): Plan {
  const { wish, operations } = rest;
  if (good && older(good.row, wish))
    operations.push({
      do: 'recordGeneration',
      of: subject(good),
      epoch: wish.epoch,
      generation: wish.generation,
      cause: 'its environment is the same',
    });
  return { operations, refusal: null, reached: true, state, notices: [], againMs: null };
}

function refused(rest: Rest, refusal: Refusal): Plan {
  const state = rest.usable.some(runs) ? 'running' : refusal.code === 'WISH_SEALED' ? 'exited' : 'failed';
  return { operations: rest.operations, refusal, reached: false, state, notices: [], againMs: null };
}

/** The row of a create that was not answered, and is tried again under the same nonce. */
function reusable(one: SeenRow, wish: Wish): boolean {
  const { row, container } = one;
  return row.dockerId === null && container === null && row.epoch === wish.epoch && fresh(row, wish);
}

function why(wish: Wish, old: Present | undefined): string {
  if (!old) return 'there is none';
  const held = new Set(old.row.holds.map((one) => `${one.env} ${one.secret} ${one.version}`));
  const names = wish.values
    .filter((value) => !held.has(`${value.env} ${value.secret} ${value.version}`))
    .map((value) => value.env);
  return names.length > 0 ? `${names.join(', ')} is wanted` : 'another environment is wanted';
}

function foreignAt(observed: Observed, name: string): boolean {
  return observed.strangers.some((one) => one.name === name && !one.ours);
}
