/** Finds the sandbox that a session's commands run in, or launches one with defaults, and says what of the session has lapsed. */

import { type Sandbox, type SandboxId, type Session, StoreError } from '../../store/index.js';
import { DaemonError } from '../errors.js';
import type { Caller } from '../parts.js';
import { lapsedIn } from './lapses.js';
import { type Launch, launched, planLaunch } from './launch-run.js';
import type { Http } from './respond.js';

export interface SessionSandbox {
  sandbox: Sandbox;
  notices: string[];
}

/**
 * The session's only live sandbox, or the one of its name, or one that is launched as POST /v1/sandboxes does, in the caller's bounds.
 * Throws SANDBOX_AMBIGUOUS where several could be meant.
 */
export async function sandboxForSession(
  http: Http,
  caller: Caller,
  name: string,
  waitMs: number,
): Promise<SessionSandbox> {
  const { parts, streams } = http;
  const { sandboxes, sessions } = parts.vault;
  const session = sessions.get(caller, name);
  if (session.state === 'ended')
    throw new StoreError('SESSION_ENDED', `The session ${session.name} has ended. Begin one: \`ampoule session new\`.`);
  const there = (): Sandbox | null => only(liveOf(http, caller, session), session);
  const known = there();
  if (known !== null) return { sandbox: known, notices: lapsedIn(parts, caller, session.id) };

  const launch = await planLaunch(parts, caller, { session: session.id, name: session.name });
  const nameless = await planLaunch(parts, caller, { session: session.id });
  // Somebody else may have asked the same meanwhile; from here on nothing waits.
  const meanwhile = there();
  const sandbox = meanwhile ?? sandboxes.get(caller, make(launch, nameless));
  const outcome = await launched(parts, caller, sandbox.id, waitMs, streams.stopping);
  const started = meanwhile === null ? [`Started the sandbox ${sandbox.name} for it.`] : [];
  const notices = [...started, ...launch.notices, ...outcome.notices, ...lapsedIn(parts, caller, session.id)];
  return { sandbox, notices: [...new Set(notices)] };
}

/** Under the session's name if that is free, else under its own id. */
function make(named: Launch, nameless: Launch): SandboxId {
  try {
    return named.make();
  } catch (error) {
    const taken = error instanceof StoreError && ['NAME_TAKEN', 'NAME_RESERVED', 'INVALID_INPUT'].includes(error.code);
    if (!taken) throw error;
    return nameless.make();
  }
}

function liveOf({ parts }: Http, caller: Caller, session: Session): Sandbox[] {
  return parts.vault.sandboxes.list(caller, { session: session.id, state: 'live' }, { limit: 200 }).items;
}

function only(live: Sandbox[], session: Session): Sandbox | null {
  const [first, ...more] = live;
  if (first === undefined || more.length === 0) return first ?? null;
  const named = live.find(({ name }) => name === session.name);
  if (named !== undefined) return named;
  const names = live.map(({ name }) => name).sort();
  throw new DaemonError(
    'SANDBOX_AMBIGUOUS',
    `Which sandbox? The session ${session.name} has ${names.join(', ')}. Name one: \`ampoule exec --sandbox ${names[0]} -- CMD\`.`,
  );
}
