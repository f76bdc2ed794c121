import t from 'tap';
import { FAILURES_PER_MINUTE } from '../../../daemon/http/limits.js';
import { world } from './fixture.js';

t.test('each token has its own count; 429 says when to come back', async (t) => {
  const w = await world(t, { rateLimit: 3 });
  for (let n = 0; n < 3; n += 1) t.equal((await w.call('GET', '/v1/vault')).status, 200);
  const { status, json, headers } = await w.call('GET', '/v1/vault');
  t.match({ status, json }, { status: 429, json: { code: 'RATE_LIMITED', detail: /Wait \d+ s/ } });
  t.match(headers['retry-after'], /^\d+$/);
  const other = w.vault.tokens.create({ kind: 'daemon' }, { kind: 'operator', name: 'other' }).secret;
  t.equal((await w.as(other)('GET', '/v1/vault')).status, 200);
  t.equal((await w.as(null)('GET', '/healthz')).status, 200, 'open routes are not counted');
  t.match(await w.parts.metrics.render(), 'ampoule_rate_limited_total{reason="token"} 1');
});

t.test('refused tokens are limited, and good ones do not wait for them', async (t) => {
  const w = await world(t, { rateLimit: 1000 });
  for (let n = 0; n < FAILURES_PER_MINUTE; n += 1) await w.as(null)('GET', '/v1/vault');
  t.match(await w.as(null)('GET', '/v1/vault'), { status: 429, headers: { 'retry-after': /\d/ } });
  t.equal((await w.call('GET', '/v1/vault')).status, 200);
});

t.test('0 is no limit', async (t) => {
  const w = await world(t);
  for (let n = 0; n < FAILURES_PER_MINUTE + 5; n += 1) t.equal((await w.as(null)('GET', '/v1/vault')).status, 401);
});
