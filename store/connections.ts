/**
 * Connections: accounts at providers whose tokens are kept fresh. Writes down who signed in, what was refreshed and what ended, each
 * in one transaction with its audit entry, and gives tokens to the daemon alone. Talks to no provider.
 */

import { callerName } from './caller.js';
import type { Connections, NewConnection } from './connection-types.js';
import { closed, establish } from './connections-establish.js';
import { failed, makeRefreshes } from './connections-refresh.js';
import {
  changeConnection,
  connectionById,
  connectionTarget,
  findConnection,
  liveConnections,
  problemColumns,
  publicConnection,
} from './connections-rows.js';
import { sealedOf } from './connections-tokens.js';
import type { Context } from './context.js';
import type { InputProblem } from './errors.js';
import { accountProblem, environmentProblem } from './names.js';
import { makeOauthClients, placeProblems } from './oauth-clients.js';
import { pageStart, toPage } from './paging.js';
import { assertUnsealed, authorize } from './policy.js';
import { assertNone, quote } from './problems.js';
import { openSealed, wipeSealed } from './sealed-values.js';
import { sessionsWith } from './secrets-rows.js';
import { deleteSecret } from './secrets-write.js';
import { sql } from './statements.js';
import type { Caller } from './types.js';
import type { Secrets } from './vault.js';

const MOST_SCOPES = 64;
const daemon: Caller = { kind: 'daemon' };

export function makeConnections(context: Context, secrets: Pick<Secrets, 'create' | 'setValue'>): Connections {
  return {
    ...makeOauthClients(context),
    ...makeRefreshes(context, secrets),

    begin(caller, input) {
      authorize(context, caller, 'connection.begin', input.provider);
      assertUnsealed(context, 'connecting an account');
      assertNone(problemsOf(input), 'See what there is: `ampoule connect --help`.');
      const id = context.id('con');
      const { provider, base = null, account = null, environment = null, scopes, flow, clientId } = input;
      const detail = { flow, scopes, ...(environment === null ? {} : { environment }) };
      const entry = { action: 'connection.begin', target: connectionTarget({ id, provider, account }), detail };
      return context.act(caller, entry, () => {
        const text = `INSERT INTO connection
            (id, provider, base, account, environment, clientId, flow, scopes, granted, state, createdAt, createdBy)
          VALUES (@id, @provider, @base, @account, @environment, @clientId, @flow, @scopes, '[]', 'pending', @now, @by)`;
        const row = { id, provider, base, account, environment, clientId, flow, scopes: JSON.stringify(scopes) };
        sql(context.db, text).run({ ...row, now: context.clock.now(), by: callerName(caller) });
        return publicConnection(connectionById(context, id));
      });
    },

    abandoned(id, problem) {
      const connection = connectionById(context, id);
      if (connection.state === 'ended') return publicConnection(connection);
      if (connection.state !== 'pending') throw closed(connection);
      const entry = { action: 'connection.fail', target: connectionTarget(connection), detail: { code: problem.code } };
      return context.act(daemon, entry, () => {
        changeConnection(context, id, { state: 'ended', ...problemColumns(context, problem) });
        return publicConnection(connectionById(context, id));
      });
    },

    established: (id, signedIn) => establish(context, secrets, id, signedIn),

    list(caller, page = {}) {
      authorize(context, caller, 'connection.list', 'connection');
      const { limit, after } = pageStart(page);
      return toPage(liveConnections(context, after, limit + 1).map(publicConnection), limit, ({ id }) => id);
    },

    get(caller, id) {
      authorize(context, caller, 'connection.get', id);
      return publicConnection(findConnection(context, id));
    },

    census() {
      const text = `SELECT provider, state, count(*) AS count FROM connection WHERE state <> 'ended'
        GROUP BY provider, state ORDER BY provider, state`;
      return sql(context.db, text).all() as ReturnType<Connections['census']>;
    },

    disconnect(caller, name) {
      authorize(context, caller, 'connection.disconnect', name);
      const connection = findConnection(context, name);
      const { id, state, secret } = connection;
      if (state === 'disconnecting' || state === 'ended')
        return { connection: publicConnection(connection), sessions: [] };
      const sessions = secret === null ? [] : sessionsWith(context, secret).map((session) => session.id);
      const detail = { ...(connection.secretName === null ? {} : { secret: connection.secretName }), sessions };
      const entry = { action: 'connection.disconnect', target: connectionTarget(connection), detail };
      const pairs = () => (secret === null ? [] : sessions.map((session) => ({ session, secret })));
      context.revoke(caller, entry, pairs, () => {
        if (secret !== null) deleteSecret(context, secret);
        const next = state === 'pending' ? { state: 'ended' as const } : { state: 'disconnecting' as const };
        const at = state === 'pending' ? null : context.clock.now();
        changeConnection(context, id, { ...next, refreshAt: at, failures: 0, ...problemColumns(context, null) });
      });
      return { connection: publicConnection(connectionById(context, id)), sessions };
    },

    openTokens(id) {
      const { state } = connectionById(context, id);
      if (state === 'ended' || state === 'pending') return { access: null, refresh: null };
      assertUnsealed(context, 'speaking to a provider');
      const access = openSealed(context, sealedOf(id, 'access'));
      try {
        return { access, refresh: openSealed(context, sealedOf(id, 'refresh')) };
      } catch (error) {
        access?.fill(0);
        throw error;
      }
    },

    revoked(id) {
      const connection = connectionById(context, id);
      if (connection.state !== 'disconnecting') return publicConnection(connection);
      const entry = { action: 'connection.revoke', target: connectionTarget(connection) };
      return context.act(daemon, entry, () => {
        wipeSealed(context, sealedOf(id, 'access'), sealedOf(id, 'refresh'));
        changeConnection(context, id, {
          ...{ state: 'ended', refreshAt: null, refreshingSince: null },
          ...problemColumns(context, null),
        });
        return publicConnection(connectionById(context, id));
      });
    },

    revokeFailed(id, problem, retryAt) {
      const connection = connectionById(context, id);
      if (connection.state !== 'disconnecting') return publicConnection(connection);
      failed(context, connection, problem, retryAt, () =>
        changeConnection(context, id, {
          ...{ refreshAt: retryAt, failures: connection.failures + 1 },
          ...problemColumns(context, problem),
        }),
      );
      return publicConnection(connectionById(context, id));
    },
  };
}

function problemsOf({ provider, base = null, account, environment, scopes }: NewConnection): InputProblem[] {
  const problems = placeProblems(provider, base);
  const add = (pointer: string, detail: string | null) => {
    if (detail !== null) problems.push({ pointer, detail });
  };
  if (account != null) add('/account', accountProblem(account));
  if (environment != null) add('/environment', environmentProblem(environment));
  if (scopes.length > MOST_SCOPES) add('/scopes', `has ${scopes.length} scopes; at most ${MOST_SCOPES}`);
  // The characters of RFC 6749, section 3.3.
  for (const [at, scope] of scopes.entries())
    if (scope.length > 200 || !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))
      add(`/scopes/${at}`, `${quote(scope)} is no scope`);
  return problems;
}
