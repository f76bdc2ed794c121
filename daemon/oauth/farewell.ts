/** Tells providers that a connection is over, until they heard. Here it ended before: nothing that happens in this file brings it back. */

import type { ConnectionId } from '../../store/index.js';
import { retryTime } from './refresh-time.js';
import { factOf, type OauthWorld, withProvider } from './world.js';

/** Providers that are told at once. */
const MOST = 4;

export interface Farewell {
  /** Begins to tell those whose time has come. Never waits. */
  look(): void;
  /** Nothing new begins; resolves when what runs has ended. */
  stop(): Promise<void>;
}

export function makeFarewell(world: OauthWorld): Farewell {
  const { connections } = world.vault;
  const running = new Map<ConnectionId, Promise<void>>();
  let stopping = false;

  const tell = async (id: ConnectionId): Promise<void> => {
    const connection = connections.get({ kind: 'daemon' }, id);
    const { provider, failures } = connection;
    const todo = `It is told again by itself; to end it at once: ${factOf(world, provider).revoke.page}.`;
    const { access, refresh } = connections.openTokens(id);
    let outcome = 'told';
    try {
      const told = await withProvider(world, connection, todo, ({ client }) => client.revoke({ access, refresh }));
      if (!told) outcome = 'impossible';
      connections.revoked(id);
    } catch (error) {
      outcome = 'failed';
      const problem = problemOf(error, `${provider} was not told. ${todo}`);
      connections.revokeFailed(id, problem, retryTime(world.timers.now(), failures, world.chance()));
    } finally {
      access?.fill(0);
      refresh?.fill(0);
    }
    world.metrics.count('ampoule_connection_revocations_total', { provider, outcome });
    world.events.emit({ kind: 'connection', id });
  };

  return {
    look() {
      if (stopping) return;
      for (const id of connections.due(world.timers.now()).revoke) {
        if (running.size >= MOST) break;
        if (running.has(id)) continue;
        const told = tell(id)
          .catch(() => world.log.warn('a provider was not told that a connection is over', { cause: id }))
          .finally(() => running.delete(id));
        running.set(id, told);
      }
    },
    async stop() {
      stopping = true;
      await Promise.allSettled([...running.values()]);
    },
  };
}

/** Errors of ours speak for themselves, of others nothing is repeated. */
function problemOf(error: unknown, otherwise: string): { code: string; message: string } {
  const ours = error instanceof Error && /^(Daemon|Store)Error$/.test(error.name) && 'code' in error;
  return ours ? { code: String(error.code), message: error.message } : { code: 'INTERNAL', message: otherwise };
}
