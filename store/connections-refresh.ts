/**
 * One refresh of a connection, from the token that is handed out to what the provider answered. A refresh token may be good for one
 * use, so each attempt is written down before it is made, and one whose end is unknown stands in the way of the next. Sends nothing.
 */

import type { Connection, ConnectionId, ConnectionProblem, Connections, Tokens } from './connection-types.js';
import {
  changeConnection,
  connectionById,
  connectionTarget,
  problemColumns,
  publicConnection,
  refreshingConnections,
  type StoredConnection,
} from './connections-rows.js';
import { forgetVersions, keepTokens, sealedOf } from './connections-tokens.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { assertUnsealed } from './policy.js';
import { openSealed } from './sealed-values.js';
import { sql } from './statements.js';
import type { Affected, Caller, Millis, SessionId } from './types.js';
import type { Secrets } from './vault.js';

const daemon: Caller = { kind: 'daemon' };

/** The provider may have heard of it, and nobody knows: its refresh token is never sent as one again. */
const UNKNOWN = 'REFRESH_UNKNOWN';

/** There is no room for the value where it is active, or it is one that got out. The refresh token is good all the same. */
const NOT_TAKEN: readonly string[] = ['ENV_TOO_LARGE', 'SECRET_LEAKED', 'VALUE_NOT_UTF8', 'VALUE_TOO_LARGE'];

export function makeRefreshes(
  context: Context,
  secrets: Pick<Secrets, 'setValue'>,
): Pick<Connections, 'due' | 'nextDue' | 'beginRefresh' | 'refreshed' | 'refreshFailed' | 'interrupted'> {
  /** Begun by this process. */
  const mine = new Set<ConnectionId>();

  return {
    due(now) {
      if (context.keys.state === 'sealed') return { refresh: [], revoke: [] };
      const text = `SELECT id, state FROM connection
        WHERE state IN ('connected', 'disconnecting') AND refreshAt <= ? AND refreshingSince IS NULL ORDER BY refreshAt`;
      const rows = sql(context.db, text).all(now) as Pick<Connection, 'id' | 'state'>[];
      const of = (state: Connection['state']) => rows.filter((row) => row.state === state).map(({ id }) => id);
      return { refresh: of('connected'), revoke: of('disconnecting') };
    },

    nextDue() {
      if (context.keys.state === 'sealed') return null;
      const text = `SELECT min(refreshAt) AS at FROM connection
        WHERE state IN ('connected', 'disconnecting') AND refreshingSince IS NULL`;
      return (sql(context.db, text).get() as { at: Millis | null }).at;
    },

    beginRefresh(id) {
      const connection = connectionById(context, id);
      if (connection.refreshingSince !== null) throw running(connection, connection.refreshingSince);
      if (!(connection.state === 'connected' || connection.state === 'reauthorize') || connection.spent) return null;
      assertUnsealed(context, 'refreshing a token');
      context.requireRoom();
      const refresh = openSealed(context, sealedOf(id, 'refresh'));
      if (refresh === null) return null;
      try {
        const entry = { action: 'connection.attempt', target: connectionTarget(connection) };
        context.act(daemon, entry, () => changeConnection(context, id, { refreshingSince: context.clock.now() }));
      } catch (error) {
        refresh.fill(0);
        throw error;
      }
      mine.add(id);
      return { connection: publicConnection(connectionById(context, id)), refresh };
    },

    refreshed(id, tokens) {
      const connection = connectionById(context, id);
      if (isOver(connection)) {
        mine.delete(id);
        return { connection: publicConnection(connection), sessions: [] };
      }
      assertUnsealed(context, 'keeping a token');
      const problem = { found: null as ConnectionProblem | null };
      const entry = () => ({
        action: 'connection.refresh',
        target: connectionTarget(connection),
        detail: problem.found === null ? {} : { problem: problem.found.code },
      });
      const sessions = context.act(daemon, entry, () => {
        keepTokens(context, id, tokens);
        // To tell the provider with: it has no secret any more.
        if (connection.state === 'disconnecting') {
          changeConnection(context, id, { refreshAt: context.clock.now() });
          return [];
        }
        const done = stored(context, secrets, connection, tokens);
        problem.found = done.problem;
        changeConnection(context, id, {
          ...{ state: 'connected', refreshedAt: context.clock.now(), refreshes: connection.refreshes + 1 },
          ...problemColumns(context, done.problem),
        });
        return done.sessions;
      });
      mine.delete(id);
      return { connection: publicConnection(connectionById(context, id)), sessions };
    },

    refreshFailed(id, problem, retryAt) {
      const connection = connectionById(context, id);
      const { state } = connection;
      if (isOver(connection)) {
        mine.delete(id);
        return publicConnection(connection);
      }
      const change = () => {
        const unknown = problem.code === UNKNOWN ? { spent: 1 } : {};
        if (state === 'disconnecting') changeConnection(context, id, { refreshingSince: null, ...unknown });
        else
          changeConnection(context, id, {
            ...{ state: retryAt === null ? 'reauthorize' : state, refreshAt: retryAt },
            ...{ refreshingSince: null, failures: connection.failures + 1, ...unknown },
            ...problemColumns(context, problem),
          });
      };
      failed(context, connection, problem, retryAt, change);
      mine.delete(id);
      return publicConnection(connectionById(context, id));
    },

    interrupted: () =>
      refreshingConnections(context)
        .filter(({ id }) => !mine.has(id))
        .map(publicConnection),
  };
}

/** The first of several alike is audited; the others only counted, or a provider that is away would fill the audit. */
export function failed(
  context: Context,
  connection: StoredConnection,
  { code }: Pick<ConnectionProblem, 'code'>,
  retryAt: Millis | null,
  change: () => void,
): void {
  const again = connection.failures > 0 && connection.problem?.code === code && retryAt !== null;
  if (again) context.write('connection.fail-again', change);
  else {
    const detail = { code, ...(retryAt === null ? { final: true } : {}) };
    context.act(daemon, { action: 'connection.fail', target: connectionTarget(connection), detail }, change);
  }
}

/** The new value where the old one was. Where there is no room for it, sandboxes keep the old one. */
function stored(
  context: Context,
  secrets: Pick<Secrets, 'setValue'>,
  { secret }: StoredConnection,
  tokens: Tokens,
): Affected & { problem: ConnectionProblem | null } {
  if (secret === null) return { sessions: [], problem: null };
  try {
    const { sessions } = context.write<{ sessions: SessionId[] }>('connection.value', () => {
      const done = secrets.setValue(daemon, secret, { plain: tokens.access });
      forgetVersions(context, secret);
      return done;
    });
    return { sessions, problem: null };
  } catch (error) {
    if (!(error instanceof StoreError) || !NOT_TAKEN.includes(error.code)) throw error;
    return { sessions: [], problem: { code: error.code, message: error.message, at: context.clock.now() } };
  }
}

/** Nothing that a provider says of it is of use any more. */
function isOver({ state }: Connection): boolean {
  return state === 'ended' || state === 'pending';
}

function running({ id, provider }: Connection, since: Millis): StoreError {
  const when = new Date(since).toISOString();
  const todo = 'Wait for its end: `ampoule connections`';
  return new StoreError(
    'REFRESH_RUNNING',
    `The connection ${id} with ${provider} is being refreshed since ${when}. ${todo}.`,
  );
}
