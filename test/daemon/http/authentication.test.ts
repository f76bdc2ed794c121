import t from 'tap';
import { callerOf, forbidden } from '../../../daemon/http/authentication.js';
import { world } from './fixture.js';

t.test('401 says why, challenges, and is counted', async (t) => {
  const w = await world(t);
  const expired = await w.mint('operator', { ttl: '1ms' });
  const revoked = await w.mint('operator');
  const { id } = w.vault.tokens.list({ kind: 'daemon' }).items[0] ?? { id: '' };
  await w.call('DELETE', `/v1/tokens/${id}`);
  const ask = (authorization?: string) =>
    w.as(null)('GET', '/v1/vault', undefined, authorization === undefined ? {} : { headers: { authorization } });
  const unknown = `amp_op_${'A'.repeat(43)}`;
  for (const [header, code, reason] of [
    [undefined, 'TOKEN_MISSING', 'missing'],
    ['', 'TOKEN_MISSING', 'missing'],
    ['Basic dXNlcjpwYXNz', 'TOKEN_MALFORMED', 'malformed'],
    ['Bearer', 'TOKEN_MALFORMED', 'malformed'],
    ['Bearer ghp_xyz', 'TOKEN_MALFORMED', 'malformed'],
    [`Bearer ${unknown} x`, 'TOKEN_MALFORMED', 'malformed'],
    [`Bearer ${unknown}`, 'TOKEN_UNKNOWN', 'unknown'],
    [`Bearer ${expired}`, 'TOKEN_EXPIRED', 'expired'],
    [`Bearer ${revoked}`, 'TOKEN_REVOKED', 'revoked'],
  ] as const) {
    const { status, json, headers } = await ask(header);
    t.equal(status, 401, code);
    t.equal(json.code, code);
    t.match(headers['www-authenticate'], reason === 'missing' ? /^Bearer realm="ampoule"$/ : new RegExp(reason));
    t.match(await w.parts.metrics.render(), `ampoule_unauthenticated_total{reason="${reason}"}`);
  }
  t.equal((await ask(`bearer ${w.token}`)).status, 200, 'the scheme is of any case');
});

t.test('unknown routes tell nothing without a token; open ones need none', async (t) => {
  const w = await world(t);
  t.equal((await w.as(null)('GET', '/v1/nothing')).status, 401);
  t.equal((await w.as(null)('GET', '/healthz')).status, 200);
});

t.test('who calls, and what a refusal says of them', async (t) => {
  t.throws(() => callerOf({ caller: null } as never), { code: 'TOKEN_MISSING' });
  const caller = { kind: 'agent', token: 'tok_1', name: 'a', session: 'ses_1' } as const;
  t.equal(callerOf({ caller } as never), caller);
  t.match(
    forbidden(caller, 'This is for people').message,
    /^This is for people, and this is the agent token a \(tok_1\)\./,
  );
});
