/** `Idempotency-Key`: the same key and body make one thing once, for a day and per token. Keeps the id of what was made, never the body. */

import type { FastifyRequest } from 'fastify';
import { invalid } from '../errors.js';
import type { Parts } from '../parts.js';
import { callerOf } from './authentication.js';

const NO_BYTES = new Uint8Array(0);

/**
 * Makes it, or finds what an earlier request with this key made.
 * @param make makes it and gives its id; it must be durable when it returns.
 */
export function once(
  parts: Pick<Parts, 'vault'>,
  request: FastifyRequest,
  make: () => string,
): { resource: string; replayed: boolean } {
  const key = keyOf(request);
  if (key === null) return { resource: make(), replayed: false };
  const caller = callerOf(request);
  const route = `${request.method} ${request.routeOptions.url ?? ''}`;
  return parts.vault.idempotency.once(caller, route, key, request.rawBody ?? NO_BYTES, make);
}

/** As `once`, for what takes a while: until it is made, the same key is IDEMPOTENCY_IN_FLIGHT. What fails may be sent again. */
export async function onceSlowly(
  parts: Pick<Parts, 'vault'>,
  request: FastifyRequest,
  make: () => Promise<string>,
): Promise<{ resource: string; replayed: boolean }> {
  const key = keyOf(request);
  if (key === null) return { resource: await make(), replayed: false };
  const { idempotency } = parts.vault;
  const caller = callerOf(request);
  const route = `${request.method} ${request.routeOptions.url ?? ''}`;
  const begun = idempotency.begin(caller, route, key, request.rawBody ?? NO_BYTES);
  if (begun.state === 'replay') return { resource: begun.resource, replayed: true };
  try {
    const resource = await make();
    idempotency.finish(caller, route, key, resource);
    return { resource, replayed: false };
  } catch (error) {
    idempotency.abandon(caller, route, key);
    throw error;
  }
}

function keyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  const detail =
    'The key must be 1 to 255 visible ASCII characters. Send a random one, such as the output of `uuidgen`.';
  throw invalid('Idempotency-Key', detail);
}
