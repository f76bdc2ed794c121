/** Signing in at providers as the routes know it: begins, receives who comes back, refreshes and ends. Keeps no token: the vault does. */

import type { Caller, Connection, ConnectionId, ConnectionProblem } from '../../store/index.js';
import { DaemonError } from '../errors.js';
import type { Chore } from '../upkeep.js';
import { applicationOf } from './application.js';
import { arrived } from './arrival.js';
import { waitForDevice } from './device-sign-in.js';
import type { OauthFact } from './fact.js';
import { makeFarewell } from './farewell.js';
import { placeOf } from './places.js';
import { refused } from './provider-failure.js';
import { callbackOf, providerWords } from './provider-words.js';
import { makeRefresher } from './refresher.js';
import type { Begun, ConnectWish, OauthService } from './service-types.js';
import { makeSignIns } from './sign-ins.js';
import { connectCommand, factOf, type OauthWorld, withProvider } from './world.js';

const DAEMON: Caller = { kind: 'daemon' };
/** Milliseconds that a stop waits for providers. */
const STOP_MS = 3_000;

/** The service as the process has it. */
export interface RunningOauth extends OauthService {
  /** For each look of the scheduler: refreshes and farewells that are due, sign-ins for which nobody came. They never wait. */
  chores(): Chore[];
  /** Nothing new begins; resolves when what was sent to providers has its answer, or after 3 s. */
  stop(): Promise<void>;
}

export function makeOauthService(world: OauthWorld): RunningOauth {
  const { connections } = world.vault;
  const { timers, publicUrl } = world;
  const signIns = makeSignIns(timers.now, world.secretText, publicUrl?.startsWith('https:') ?? false);
  const refresher = makeRefresher(world);
  const farewell = makeFarewell(world);
  const waiting = new Set<() => void>();
  let stopping = false;
  let swept = false;

  /** Something about a connection is different: who waits for it looks again. */
  const tell = (id: ConnectionId): void => {
    world.events.emit({ kind: 'connection', id });
    for (const look of [...waiting]) look();
  };

  const abandon = (id: ConnectionId, problem: Omit<ConnectionProblem, 'at'>): void => {
    signIns.forget(id);
    if (connections.get(DAEMON, id).state !== 'pending') return;
    connections.abandoned(id, problem);
    tell(id);
  };

  const expire = (id: ConnectionId): void => {
    const connection = connections.get(DAEMON, id);
    const message = `Nobody signed in at ${connection.provider} in time. Begin again: ${connectCommand(connection)}.`;
    abandon(id, { code: 'OAUTH_EXPIRED', message });
  };

  /** Does `act`; where it fails, the pending connection ends with what went wrong. */
  const orAbandon = async <T>(id: ConnectionId, act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      const ours = error instanceof Error && 'code' in error && /^(Daemon|Store)Error$/.test(error.name);
      const message = ours ? error.message : 'Something of ours went wrong. Try again.';
      abandon(id, { code: ours ? String(error.code) : 'INTERNAL', message });
      throw error;
    }
  };

  const byCode = (connection: Connection, fact: OauthFact, url: string): Promise<Begun> => {
    const state = `${fact.id}.${world.secretText()}`;
    const [verifier, redirectUri] = [world.secretText(), callbackOf(url)];
    return withProvider(world, connection, '', async ({ client }) => {
      const location = await client.authorizeUrl({ redirectUri, scopes: connection.scopes, state, verifier });
      const kept = { connection: connection.id, provider: fact.id, location, state, verifier, redirectUri };
      const { ticket, until } = signIns.issue(kept);
      return { connection, authorize: { url: `${url}/oauth/start/${ticket}`, expiresAt: until } };
    });
  };

  const byDevice = (connection: Connection): Promise<Begun> => {
    const todo = `Try again: ${connectCommand(connection).replace(/`$/, ' --device`')}.`;
    const { id, scopes } = connection;
    return withProvider(world, connection, todo, async ({ client }) => {
      const begun = await client.beginDevice(scopes);
      const expiresAt = timers.now() + begun.life;
      const gone = () => stopping || connections.get(DAEMON, id).state !== 'pending';
      // Its own opening of the application, for as long as a person takes.
      const wait = () =>
        withProvider(world, connection, todo, async (opened) => {
          const given = await waitForDevice(world, opened.client, begun, scopes, gone);
          if (given !== null) await arrived(world, id, opened, given).then(() => tell(id));
          else if (!stopping) expire(id);
        });
      void orAbandon(id, wait).catch(() => undefined);
      const { userCode, verificationUri, verificationUriComplete: complete } = begun;
      const device = { userCode, verificationUri, expiresAt };
      return { connection, device: complete === null ? device : { ...device, verificationUriComplete: complete } };
    });
  };

  return {
    providers: () => [...world.facts.values()].map((fact) => providerWords(fact, publicUrl)),

    async begin(caller, wish) {
      const fact = factOf(world, wish.provider);
      const url = flowUrl(fact, wish, publicUrl);
      const { base } = placeOf(fact, wish.base ?? null, world.bases[fact.id]);
      const { account = null, environment = null, flow } = wish;
      const clientId = applicationOf(world, caller, fact, wish, base);
      const scopes = wish.scopes ?? fact.scopes.filter(({ usual }) => usual).map(({ scope }) => scope);
      const asked = { provider: fact.id, base, account, environment, scopes, flow, clientId };
      const connection = connections.begin(caller, asked);
      tell(connection.id);
      return orAbandon(connection.id, () => (url === null ? byDevice(connection) : byCode(connection, fact, url)));
    },

    start: (ticket) => signIns.depart(ticket),

    async callback({ search, searchParams }, cookies) {
      const states = searchParams.getAll('state');
      const {
        connection: id,
        provider,
        state,
        verifier,
        redirectUri,
        cookie,
      } = signIns.arrive(states.length === 1 ? (states[0] ?? null) : null, cookies);
      const connection = connections.get(DAEMON, id);
      const fact = factOf(world, provider);
      const again = `Try again: ${connectCommand(connection)}.`;
      const signedIn = await orAbandon(id, async () => {
        const error = searchParams.get('error');
        if (error !== null) throw refused(error, fact.name, again);
        const back = new URL(`${redirectUri}${search}`);
        return withProvider(world, connection, again, async (opened) => {
          const given = await opened.client.redeem(back, { state, verifier, scopes: connection.scopes });
          return arrived(world, id, opened, given);
        });
      });
      tell(id);
      return { connection: signedIn, providerName: fact.name, cookie };
    },

    wait(caller, id, ms, signal) {
      const read = () => connections.get(caller, id);
      return new Promise((resolve, reject) => {
        const over = (): void => {
          waiting.delete(look);
          cancel();
          signal?.removeEventListener('abort', over);
          try {
            resolve(read());
          } catch (error) {
            reject(error);
          }
        };
        const look = (): void => {
          if (connections.get(DAEMON, id).state !== 'pending') over();
        };
        const cancel = timers.after(ms, over);
        signal?.addEventListener('abort', over, { once: true });
        waiting.add(look);
        try {
          if (ms <= 0 || signal?.aborted === true || read().state !== 'pending') over();
        } catch {
          over();
        }
      });
    },

    async refresh(caller, name) {
      return refresher.refresh(connections.get(caller, name).id);
    },

    async disconnect(caller, name) {
      const done = connections.disconnect(caller, name);
      signIns.forget(done.connection.id);
      tell(done.connection.id);
      farewell.look();
      return done;
    },

    chores: () => [
      { name: 'refresh connections', act: refresher.look },
      { name: 'tell providers of ends', act: farewell.look },
      {
        name: 'end sign-ins for which nobody came',
        act() {
          if (!swept) for (const id of pendingOnes(world)) expire(id);
          swept = true;
          for (const id of signIns.expired()) expire(id);
        },
      },
    ],

    async stop() {
      stopping = true;
      let cancel = (): void => undefined;
      const late = new Promise<void>((resolve) => {
        cancel = timers.after(STOP_MS, resolve);
      });
      await Promise.race([Promise.all([refresher.stop(), farewell.stop()]), late]);
      cancel();
    },
  };
}

/** The address of this daemon for the code flow, null for the device flow. @throws OAUTH_FLOW_UNAVAILABLE */
function flowUrl(fact: OauthFact, wish: ConnectWish, publicUrl: string | null): string | null {
  const { flow, provider, base = null, account } = wish;
  const command = connectCommand({ provider, base, account: account ?? null });
  if (!fact.flows.includes(flow))
    throw new DaemonError(
      'OAUTH_FLOW_UNAVAILABLE',
      `${fact.name} knows no ${flow} flow. Sign in the other way: ${flow === 'code' ? command.replace(/`$/, ' --device`') : command}.`,
    );
  if (flow === 'device') return null;
  if (publicUrl !== null) return publicUrl;
  throw new DaemonError(
    'OAUTH_FLOW_UNAVAILABLE',
    `No browser reaches this daemon: it listens on no address (AMPOULE_LISTEN=off). Sign in by a code: ${command.replace(/`$/, ' --device`')}.`,
  );
}

/** Those that a process before this one left waiting: what it knew of them is gone. */
function pendingOnes({ vault }: OauthWorld): ConnectionId[] {
  const found: ConnectionId[] = [];
  for (let cursor: string | null = null; ; ) {
    const page = vault.connections.list(DAEMON, { limit: 200, ...(cursor === null ? {} : { cursor }) });
    found.push(...page.items.filter(({ state }) => state === 'pending').map(({ id }) => id));
    cursor = page.next;
    if (cursor === null) return found;
  }
}
