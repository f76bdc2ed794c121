/** Whether active secrets fit together: one secret for each variable, and sizes that a process can hold, in the session and in each sandbox. Reads only. */

import { activationsOf, inForce } from './activations-rows.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { followersOf } from './followers.js';
import type { StoredSecret } from './secrets-rows.js';
import { selectedByAny } from './selector.js';
import { sql } from './statements.js';
import type { DeliveryKind, SessionId } from './types.js';
import { assertRoom } from './versions.js';

/** What all variables of one process may take together, in bytes. */
export const LARGEST_ENVIRONMENT = 1024 * 1024;

/** A secret with the variable it has in its session. `fresh`: this call would make it active, or change its variable. */
export interface Candidate {
  secret: StoredSecret;
  env: string;
  fresh: boolean;
}
/** What of a sandbox decides which secrets it has, under which variables. */
export interface Ceiling {
  name: string;
  only: string[] | null;
  as: Record<string, string>;
  delivery: DeliveryKind;
}

/** Throws ENV_CONFLICT, VALUE_TOO_LARGE or ENV_TOO_LARGE where the session or one of its sandboxes could not have these. */
export function assertFits(
  context: Context,
  session: SessionId,
  candidates: Candidate[],
  further: Ceiling[] = [],
): void {
  assertFitsOne(null, candidates);
  for (const sandbox of [...ceilingsOf(context, session), ...further])
    assertFitsOne(sandbox, within(sandbox, candidates));
}

/** What a sandbox has of these, under its own names. */
export function within<T extends { secret: StoredSecret; env: string }>(sandbox: Ceiling, candidates: T[]): T[] {
  const { only } = sandbox;
  return candidates
    .filter(({ secret }) => only === null || selectedByAny(only, secret))
    .map((candidate) => ({ ...candidate, env: own(sandbox.as, candidate.secret.name) ?? candidate.env }));
}

/** What the object itself has under this name: a secret may be called `constructor`. */
function own(as: Record<string, string>, name: string): string | undefined {
  return Object.hasOwn(as, name) ? as[name] : undefined;
}

function assertFitsOne(sandbox: Ceiling | null, candidates: Candidate[]): void {
  const owners = new Map<string, Candidate>();
  const following = new Map<string, Candidate>();
  let size = 0;
  const place = (taken: Map<string, Candidate>, candidate: Candidate, env: string) => {
    const other = taken.get(env);
    if (other !== undefined) {
      const names = new Set([...owners.keys(), ...candidates.map((one) => one.env), ...following.keys()]);
      throw conflict(sandbox, { ...other, env }, { ...candidate, env }, names);
    }
    taken.set(env, candidate);
    assertRoom(candidate.secret.name, env, candidate.secret.size);
    size += env.length + candidate.secret.size + 2;
  };
  for (const candidate of candidates) place(owners, candidate, candidate.env);
  // Also where a secret has the variable as its own: it may go, and then what follows must fit.
  for (const candidate of candidates) for (const env of followersOf(candidate)) place(following, candidate, env);
  if (size <= LARGEST_ENVIRONMENT) return;
  const where = sandbox === null ? 'the session' : `the sandbox ${sandbox.name}`;
  const what = `The active secrets of ${where} would take ${size} bytes; a process can hold ${LARGEST_ENVIRONMENT}`;
  throw new StoreError('ENV_TOO_LARGE', `${what}. ${roomMadeBy(candidates)}`);
}

/** The largest of those that are active takes the most with it. */
function roomMadeBy(candidates: Candidate[]): string {
  const [largest] = candidates
    .filter(({ fresh }) => !fresh)
    .sort((a, b) => b.secret.size - a.secret.size)
    .map(({ secret }) => secret.name);
  if (largest === undefined) return 'Choose fewer of them; `ampoule secrets` lists them.';
  return `Deactivate some: \`ampoule deactivate ${largest}\`, say.`;
}

function conflict(sandbox: Ceiling | null, one: Candidate, two: Candidate, taken: Set<string>): StoreError {
  const [kept, added] = one.fresh && !two.fresh ? [two, one] : [one, two];
  const say = ({ secret, fresh }: Candidate) => (fresh ? secret.name : `${secret.name} (active)`);
  const where = sandbox === null ? '' : ` in the sandbox ${sandbox.name}`;
  const { env } = one;
  let n = 2;
  while (taken.has(`${env}_${n}`)) n += 1;
  const problem = `${env} is wanted by ${say(kept)} and ${say(added)}${where}`;
  const todo =
    sandbox === null
      ? `Deactivate one, or activate with "as": "${env}_${n}" (\`--as ${env}_${n}\`).`
      : `Deactivate one, or start the sandbox with another "as" or "only".`;
  return new StoreError('ENV_CONFLICT', `${problem}. ${todo}`, { problems: [{ pointer: '/as', detail: problem }] });
}

interface CeilingRow {
  id: string;
  name: string;
  ceiling: number;
  delivery: DeliveryKind;
  only: string;
  own: string;
}

/** The live sandboxes of a session. */
export function ceilingsOf(context: Context, session: SessionId): Ceiling[] {
  const text = `SELECT b.id, b.name, b.ceiling, b.delivery,
      (SELECT json_group_array(selector) FROM sandboxCeiling WHERE sandbox = b.id) AS "only",
      (SELECT json_group_object(secretName, env) FROM sandboxVariable WHERE sandbox = b.id) AS own
    FROM sandbox b WHERE b.session = ? AND b.endedAt IS NULL ORDER BY b.name`;
  return (sql(context.db, text).all(session) as CeilingRow[]).map((row) => ({
    name: row.name,
    delivery: row.delivery,
    only: row.ceiling === 1 ? (JSON.parse(row.only) as string[]) : null,
    as: JSON.parse(row.own) as Record<string, string>,
  }));
}

/** Throws as `assertFits` for what is active in a session as it stands; for a change of secrets, inside its act. */
export function assertStillFits(context: Context, session: SessionId): void {
  const active = activationsOf(context, session).filter((activation) => inForce(context, activation));
  const candidates = active.map(({ secret, env }) => ({ secret, env: env ?? secret.env, fresh: false }));
  assertFits(context, session, candidates);
}
