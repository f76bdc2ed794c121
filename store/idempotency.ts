/** Idempotency keys: what a request that is sent twice made the first time. Keeps a keyed digest and an id, never a body. */

import { timingSafeEqual } from 'node:crypto';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { invalid } from './problems.js';
import { sql } from './statements.js';
import type { Caller, Millis } from './types.js';
import type { Idempotency } from './vault.js';

/** How long a key is remembered. */
export const KEPT: Millis = 24 * 3600 * 1000;
const PRUNE_EVERY: Millis = 3600 * 1000;
const KEY = /^[\x21-\x7e]{1,255}$/;

export function makeIdempotency(context: Context): Idempotency {
  let prunedAt: Millis = 0;
  const tokenOf = (caller: Caller) => (caller.kind === 'daemon' ? 'daemon' : caller.token);

  function prune(now: Millis): void {
    if (now - prunedAt < PRUNE_EVERY) return;
    prunedAt = now;
    sql(context.db, 'DELETE FROM idempotency WHERE createdAt <= ?').run(now - KEPT);
  }

  const begin: Idempotency['begin'] = (caller, route, key, body) => {
    if (!KEY.test(key))
      throw invalid([{ pointer: 'Idempotency-Key', detail: 'is not 1 to 255 visible ASCII characters' }]);
    const digest = context.keys.mac('idempotency', route, body);
    const token = tokenOf(caller);
    const now = context.clock.now();
    return context.write('idempotency.begin', () => {
      prune(now);
      const text = 'SELECT digest, resource, createdAt FROM idempotency WHERE token = ? AND route = ? AND key = ?';
      const row = sql(context.db, text).get(token, route, key) as Row | undefined;
      if (row === undefined || row.createdAt <= now - KEPT) {
        const insert = `INSERT OR REPLACE INTO idempotency (token, route, key, digest, resource, createdAt)
          VALUES (?, ?, ?, ?, NULL, ?)`;
        sql(context.db, insert).run(token, route, key, digest, now);
        return { state: 'fresh' };
      }
      if (!timingSafeEqual(row.digest, digest)) throw mismatch();
      if (row.resource === null) throw inFlight();
      return { state: 'replay', resource: row.resource };
    });
  };

  const finish: Idempotency['finish'] = (caller, route, key, resource) => {
    const text = 'UPDATE idempotency SET resource = ? WHERE token = ? AND route = ? AND key = ?';
    context.write('idempotency.finish', () => void sql(context.db, text).run(resource, tokenOf(caller), route, key));
  };

  return {
    begin,
    finish,

    once: (caller, route, key, body, make) =>
      context.write('idempotency.once', () => {
        const begun = begin(caller, route, key, body);
        if (begun.state === 'replay') return { resource: begun.resource, replayed: true };
        const resource = make();
        finish(caller, route, key, resource);
        return { resource, replayed: false };
      }),

    abandon(caller, route, key) {
      const text = 'DELETE FROM idempotency WHERE token = ? AND route = ? AND key = ? AND resource IS NULL';
      context.write('idempotency.abandon', () => void sql(context.db, text).run(tokenOf(caller), route, key));
    },
  };
}

interface Row {
  digest: Uint8Array;
  resource: string | null;
  createdAt: Millis;
}

function mismatch(): StoreError {
  const problem = 'This Idempotency-Key was used for a request with another body';
  return new StoreError('IDEMPOTENCY_MISMATCH', `${problem}. Use a new key for a new request.`);
}

function inFlight(): StoreError {
  const problem = 'The first request with this Idempotency-Key has not ended, or the daemon stopped during it';
  return new StoreError('IDEMPOTENCY_IN_FLIGHT', `${problem}. Wait, look whether it was made, or use a new key.`);
}
