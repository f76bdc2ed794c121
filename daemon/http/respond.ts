/** What every answer to a change does: waits as asked, and gives the responses that a route documents. */

import { type Committed, type Settled, settleChange } from '../change.js';
import type { Parts } from '../parts.js';
import { parseDuration } from './duration.js';
import type { Execs } from './execs.js';
import { Change } from './schemas/shared.js';
import type { Streams } from './streams.js';

const DEFAULT_WAIT = 10_000;
const LONGEST_WAIT = 60_000;

/** What routes are given. */
export interface Http {
  parts: Parts;
  streams: Streams;
  execs: Execs;
}

/** Responses of a route that answers as a change does. */
export const changeResponses = { 200: Change, 202: Change } as const;

/** Milliseconds of `?wait=`. Throws INVALID_INPUT. */
export function waitOf(query: { wait?: string }): number {
  return query.wait === undefined ? DEFAULT_WAIT : parseDuration(query.wait, 'wait', { max: LONGEST_WAIT });
}

/**
 * Settles a committed change; a daemon that stops answers 202 instead of waiting on.
 * @param notices what the change brought about, said before what settling notices.
 */
export async function settled(
  { parts, streams }: Http,
  change: Committed,
  waitMs: number,
  notices: readonly string[] = [],
): Promise<Settled> {
  const { body, ...more } = await settleChange(parts, change, waitMs, streams.stopping);
  return { ...more, body: { ...body, notices: [...new Set([...notices, ...body.notices])] } };
}
