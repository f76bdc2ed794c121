/**
 * Keeps tokens fresh: one refresh of a connection at a time, few at once, each written down before the provider is asked. What the vault
 * cannot take now is kept in memory until it can. Knows nothing of sign-ins, and decides nothing that the vault decides.
 */

import type { Affected, Connection, ConnectionId, ConnectionProblem } from '../../store/index.js';
import { DaemonError, type ErrorCode } from '../errors.js';
import { tokensFrom } from './arrival.js';
import { ProviderFailure } from './provider-failure.js';
import { retryTime } from './refresh-time.js';
import { type Given, wipeGiven } from './token-answer.js';
import { connectCommand, factOf, type OauthWorld, withProvider } from './world.js';

/** Refreshes that run at once. */
const MOST = 8;

type Done = Affected & { connection: Connection };

export interface Refresher {
  /** Begins what is due. Never waits. */
  look(): void;
  /** Now; joins one that runs. @throws DaemonError, StoreError */
  refresh(id: ConnectionId): Promise<Done>;
  /** Nothing new begins; resolves when what runs has ended. Tokens that could not be kept are wiped. */
  stop(): Promise<void>;
}

export function makeRefresher(world: OauthWorld): Refresher {
  const { connections } = world.vault;
  const running = new Map<ConnectionId, Promise<Done>>();
  /** What the vault did not take: tried again at each look. `wipe` where it never will. */
  const unwritten = new Map<ConnectionId, { write: () => Done; wipe: () => void }>();
  let recovered = false;
  let stopping = false;

  const count = (provider: string, outcome: string) =>
    world.metrics.count('ampoule_connection_refreshes_total', { provider, outcome });

  /** Tells who listens. */
  const told = (done: Done): Done => {
    const { id, secret } = done.connection;
    if (done.sessions.length > 0) world.changed(done.sessions);
    if (secret !== null) world.events.emit({ kind: 'secret', id: secret });
    world.events.emit({ kind: 'connection', id });
    return done;
  };

  /** Writes down, or keeps for the next look what cannot be written down now. */
  const written = (id: ConnectionId, write: () => Done, wipe: () => void): Done => {
    try {
      const done = write();
      unwritten.delete(id);
      wipe();
      return told(done);
    } catch (error) {
      if (codeOf(error) === 'CONNECTION_NOT_FOUND') {
        unwritten.delete(id);
        wipe();
      } else unwritten.set(id, { write, wipe });
      throw error;
    }
  };

  const failed = (connection: Connection, error: unknown): unknown => {
    const { id, provider } = connection;
    const single = factOf(world, provider).refreshTokens === 'single-use';
    const { problem, final, outcome } = judged(connection, error, single);
    count(provider, outcome);
    world.log.warn('a connection was not refreshed', { code: problem.code, cause: id });
    const retryAt = final ? null : retryTime(world.timers.now(), connection.failures, world.chance());
    const write = () => ({ connection: connections.refreshFailed(id, problem, retryAt), sessions: [] });
    try {
      written(id, write, () => undefined);
    } catch (unable) {
      world.log.error('the end of a refresh is not written down yet', { code: codeOf(unable), cause: id });
    }
    return final ? new DaemonError(problem.code as ErrorCode, problem.message) : error;
  };

  /** What the provider gives for the token, which is wiped. */
  const asked = async (connection: Connection, token: Uint8Array): Promise<Given> => {
    try {
      await world.failpoint('connection.refresh:begun');
      const todo = 'It is tried again by itself.';
      return await withProvider(world, connection, todo, ({ client }) => client.refresh(token, connection.granted));
    } catch (error) {
      throw failed(connection, error);
    } finally {
      token.fill(0);
    }
  };

  /** A token that ends, and no other to get one with: a person hears of it ahead. */
  const nothing = (connection: Connection): DaemonError => {
    const error = unavailable(connection);
    const { id, state } = connection;
    if (state === 'connected') {
      const problem = { code: error.code, message: error.message };
      told({ connection: connections.refreshFailed(id, problem, null), sessions: [] });
    }
    return error;
  };

  const refreshOne = async (id: ConnectionId): Promise<Done> => {
    const begun = connections.beginRefresh(id);
    if (begun === null) throw nothing(connections.get({ kind: 'daemon' }, id));
    const { connection } = begun;
    const given = await asked(connection, begun.refresh);
    await world.failpoint('connection.refresh:answered');
    const tokens = tokensFrom(world, given);
    try {
      const done = written(
        id,
        () => connections.refreshed(id, tokens),
        () => wipeGiven(given),
      );
      count(connection.provider, 'refreshed');
      await world.failpoint('connection.refresh:committed');
      return done;
    } catch (error) {
      world.log.error('a refreshed token is not written down yet', { code: codeOf(error), cause: id });
      throw error;
    }
  };

  const refresh = (id: ConnectionId): Promise<Done> => {
    const there = running.get(id);
    if (there !== undefined) return there;
    const made = refreshOne(id).finally(() => running.delete(id));
    running.set(id, made);
    // Whoever asked hears of it; of the others the connection tells.
    made.catch(() => undefined);
    return made;
  };

  /** Of refreshes before this process: a token for one use is never sent again, others are tried again. */
  const recover = (): void => {
    for (const connection of connections.interrupted()) {
      const { id, provider } = connection;
      const single = world.facts.get(provider)?.refreshTokens === 'single-use';
      const { problem } = judged(connection, null, single);
      connections.refreshFailed(id, problem, single ? null : world.timers.now());
      count(provider, single ? 'unknown' : 'interrupted');
      world.events.emit({ kind: 'connection', id });
    }
    recovered = true;
  };

  return {
    look() {
      if (stopping) return;
      if (!recovered) recover();
      for (const [id, { write, wipe }] of [...unwritten]) {
        try {
          written(id, write, wipe);
        } catch {
          // It stays, and the next look tries again.
        }
      }
      for (const id of connections.due(world.timers.now()).refresh) {
        if (running.size >= MOST) break;
        if (!running.has(id) && !unwritten.has(id)) void refresh(id).catch(() => undefined);
      }
    },
    refresh,
    async stop() {
      stopping = true;
      await Promise.allSettled([...running.values()]);
      for (const { wipe } of unwritten.values()) wipe();
      unwritten.clear();
    },
  };
}

type Problem = Omit<ConnectionProblem, 'at'>;

/** What a failure means. @param single a refresh token is good once */
function judged(
  connection: Connection,
  error: unknown,
  single: boolean,
): { problem: Problem; final: boolean; outcome: string } {
  const again = `Authorize again: ${connectCommand(connection)}.`;
  if (error instanceof ProviderFailure && error.final) {
    const said = error.said === null ? '' : ` (${error.said})`;
    const message = `${connection.provider} refuses to refresh the token${said}. ${again}`;
    return { problem: { code: 'REFRESH_REFUSED', message }, final: true, outcome: 'refused' };
  }
  if (codeOf(error) === 'OAUTH_CLIENT_NOT_FOUND' && error instanceof Error)
    return { problem: { code: 'OAUTH_CLIENT_NOT_FOUND', message: error.message }, final: true, outcome: 'refused' };
  // What is no failure of the provider did not get as far as asking it.
  const untouched = error instanceof ProviderFailure ? error.untouched : error instanceof Error && codeOf(error) !== '';
  if (single && !untouched) {
    const message = `It is not known whether ${connection.provider} took the last refresh, and its tokens are good for one use. ${again}`;
    return { problem: { code: 'REFRESH_UNKNOWN', message }, final: true, outcome: 'unknown' };
  }
  if (error instanceof Error && codeOf(error) !== '')
    return { problem: { code: codeOf(error), message: error.message }, final: false, outcome: 'failed' };
  const message = `A refresh at ${connection.provider} was interrupted. It is tried again by itself.`;
  return { problem: { code: 'OAUTH_UNREACHABLE', message }, final: false, outcome: 'failed' };
}

function unavailable(connection: Connection): DaemonError {
  const { provider, state } = connection;
  const again = `Authorize again: ${connectCommand(connection)}.`;
  return new DaemonError(
    'REFRESH_UNAVAILABLE',
    `The connection with ${provider} is ${state}, and there is no token that it could be refreshed with. ${again}`,
  );
}

/** Of an error of ours; '' for a foreign one. */
function codeOf(error: unknown): string {
  const ours = error instanceof DaemonError || (error instanceof Error && error.name === 'StoreError');
  return ours && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
