/** Requests per minute: of each token, and of failed authentications from one address. A good token never waits for bad ones. */

import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { DaemonError } from '../errors.js';
import type { Metrics } from '../parts.js';
import type { App } from './fastify.js';

/** Failed authentications per minute and address, while there is a limit at all. */
export const FAILURES_PER_MINUTE = 60;

const MINUTE = 60_000;

type Check = (request: FastifyRequest) => Promise<void>;

/**
 * Checks that throw RATE_LIMITED with `Retry-After`.
 * @param perMinute of each token; 0 switches both limits off.
 */
export async function rateLimits(
  app: App,
  perMinute: number,
  metrics: Pick<Metrics, 'count'>,
): Promise<{ token: Check; failure: Check }> {
  if (perMinute === 0) return { token: async () => {}, failure: async () => {} };
  await app.register(rateLimit, { global: false });
  const limit = (reason: string, max: number, keyGenerator: (request: FastifyRequest) => string): Check => {
    const check = app.createRateLimit({ max, timeWindow: MINUTE, keyGenerator });
    return async (request) => {
      const state = await check(request);
      if (state.isAllowed || !state.isExceeded) return;
      metrics.count('ampoule_rate_limited_total', { reason });
      const seconds = Math.max(1, state.ttlInSeconds);
      throw new DaemonError(
        'RATE_LIMITED',
        `More than ${max} ${reason === 'token' ? 'requests of this token' : 'refused tokens from this address'} in a minute. ` +
          `Wait ${seconds} s and try again.`,
        { headers: { 'retry-after': String(seconds) } },
      );
    };
  };
  return {
    token: limit('token', perMinute, ({ caller }) => (caller === null || caller.kind === 'daemon' ? '' : caller.token)),
    failure: limit('failure', FAILURES_PER_MINUTE, (request) => request.ip ?? 'socket'),
  };
}
