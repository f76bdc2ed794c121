/** Tickets for terminals: random, for one connection within half a minute, bound to a token and a sandbox. Kept in memory as digests alone. */

import { createHash, randomBytes } from 'node:crypto';
import type { SandboxId } from '../../store/index.js';
import { DaemonError } from '../errors.js';
import type { TerminalBody } from './schemas/execs.js';
import type { Opener } from './streams.js';

/** Milliseconds that a ticket is good for. */
export const GOOD_FOR = 30_000;
/** Tickets that wait at once; more are refused, the oldest give way. */
const MOST = 1_000;

/** What a ticket was given for. */
export interface Ticket {
  sandbox: SandboxId;
  opener: Opener;
  body: TerminalBody;
}

export interface Tickets {
  /** @returns the ticket, and until when it is good (milliseconds since the epoch). */
  issue(ticket: Ticket): { ticket: string; until: number };
  /** Once. Throws TICKET_INVALID for one that is unknown, used, too old, or another sandbox's. */
  redeem(ticket: string | null, fits: (sandbox: SandboxId) => boolean): Ticket;
}

/** @param now milliseconds since the epoch */
export function createTickets(now: () => number): Tickets {
  const waiting = new Map<string, Ticket & { until: number }>();
  const digest = (ticket: string): string => createHash('sha256').update(ticket).digest('base64');

  const sweep = (): void => {
    for (const [key, { until }] of waiting) if (until <= now()) waiting.delete(key);
    for (const key of waiting.keys()) {
      if (waiting.size < MOST) break;
      waiting.delete(key);
    }
  };

  return {
    issue(ticket) {
      sweep();
      const text = randomBytes(32).toString('base64url');
      const until = now() + GOOD_FOR;
      waiting.set(digest(text), { ...ticket, until });
      return { ticket: text, until };
    },
    redeem(text, fits) {
      sweep();
      const key = digest(text ?? '');
      const found = waiting.get(key);
      waiting.delete(key);
      if (found !== undefined && fits(found.sandbox)) return found;
      throw new DaemonError(
        'TICKET_INVALID',
        "The ticket was used, is older than 30 s, or is another sandbox's. Get a new one: POST /v1/sandboxes/NAME/terminal.",
      );
    },
  };
}
