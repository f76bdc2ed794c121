/**
 * Sign-ins by a browser that are under way: tickets, states and cookies, each good once and for ten minutes. Kept in memory as digests;
 * what a browser is sent with is made when it starts. Asks nobody.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { ConnectionId } from '../../store/index.js';
import { DaemonError } from '../errors.js';

/** Milliseconds. */
export const GOOD_FOR = 10 * 60_000;
/** Under way at once; the oldest give way. */
const MOST = 200;

/** What is kept of one. */
export interface SignIn {
  connection: ConnectionId;
  provider: string;
  /** Where a browser goes at the provider. */
  location: string;
  /** What was sent with it, to be compared with what comes back. */
  state: string;
  /** Of PKCE. */
  verifier: string;
  redirectUri: string;
}

interface Waiting extends SignIn {
  until: number;
  /** Absent: no browser has started yet. */
  cookie?: { name: string; digest: Buffer };
}

export interface SignIns {
  issue(signIn: SignIn): { ticket: string; until: number };
  /** A ticket, once. @throws OAUTH_STATE_INVALID */
  depart(ticket: string): { location: string; cookie: string };
  /**
   * A browser is back with this state, once. @param cookies the `Cookie` header
   * @throws OAUTH_STATE_INVALID where the state is unknown, used or too old, or the browser is another one.
   */
  arrive(state: string | null, cookies: string | undefined): SignIn & { cookie: string };
  /** Forgets this connection's. */
  forget(connection: ConnectionId): void;
  /** Connections for which nobody came in time; they are forgotten. */
  expired(): ConnectionId[];
}

/** @param secure cookies go over TLS alone. @param secretText 256 bits as base64url */
export function makeSignIns(now: () => number, secretText: () => string, secure: boolean): SignIns {
  const byTicket = new Map<string, Waiting>();
  const byState = new Map<string, Waiting>();
  const late: ConnectionId[] = [];
  const attributes = `Path=/oauth; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;

  const sweep = (): void => {
    for (const [key, { until, connection }] of byState)
      if (until <= now()) {
        byState.delete(key);
        late.push(connection);
      }
    for (const [key, { until }] of byTicket) if (until <= now()) byTicket.delete(key);
  };

  return {
    issue(signIn) {
      sweep();
      for (const [key, { connection }] of byState) {
        if (byState.size < MOST) break;
        byState.delete(key);
        late.push(connection);
      }
      const ticket = secretText();
      const waiting: Waiting = { ...signIn, until: now() + GOOD_FOR };
      byTicket.set(keyOf(ticket), waiting);
      byState.set(keyOf(signIn.state), waiting);
      return { ticket, until: waiting.until };
    },

    depart(ticket) {
      sweep();
      const key = keyOf(ticket);
      const found = byTicket.get(key);
      byTicket.delete(key);
      if (found === undefined || !byState.has(keyOf(found.state))) throw unknown();
      const value = secretText();
      found.cookie = { name: `ampoule_oauth_${keyOf(found.state).slice(0, 16)}`, digest: digestOf(value) };
      const left = Math.max(1, Math.ceil((found.until - now()) / 1000));
      return {
        location: found.location,
        cookie: `${found.cookie.name}=${value}; Max-Age=${left}; ${attributes}`,
      };
    },

    arrive(state, cookies) {
      sweep();
      const key = keyOf(state ?? '');
      const found = byState.get(key);
      // Of another browser it stays: whoever learned the state cannot spoil it for the one that began.
      if (found?.cookie === undefined || !holds(cookies, found.cookie)) throw unknown();
      byState.delete(key);
      const { until: _until, cookie, ...signIn } = found;
      return { ...signIn, cookie: `${cookie.name}=; Max-Age=0; ${attributes}` };
    },

    forget(connection) {
      for (const map of [byState, byTicket])
        for (const [key, waiting] of map) if (waiting.connection === connection) map.delete(key);
    },

    expired() {
      sweep();
      return late.splice(0);
    },
  };
}

function keyOf(text: string): string {
  return digestOf(text).toString('hex');
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function holds(cookies: string | undefined, { name, digest }: { name: string; digest: Buffer }): boolean {
  return (cookies ?? '').split(';').some((part) => {
    const [given = '', value = ''] = part.trim().split('=', 2);
    return given === name && timingSafeEqual(digestOf(value), digest);
  });
}

function unknown(): DaemonError {
  return new DaemonError(
    'OAUTH_STATE_INVALID',
    'This sign-in was not begun in this browser within the last 10 minutes, or it was used already. Begin again: `ampoule connect PROVIDER`.',
  );
}
