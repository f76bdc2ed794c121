import { readFileSync } from 'node:fs';
import t from 'tap';
import type { NewToken } from '../../store/types.js';
import { agentOf, codeOf, daemon, domain, HOUR, launcherWith, operator, refusal } from './domain-fixture.js';

t.test('minted once, recognised, stored as a digest', async (t) => {
  const v = await domain(t);
  const shapes = { operator: 'op', launcher: 'la', metrics: 'me' } as const;
  for (const [kind, letters] of Object.entries(shapes)) {
    const { token, secret } = v.tokens.create(daemon, { kind: kind as NewToken['kind'], name: 'laptop' });
    t.match(secret, new RegExp(`^amp_${letters}_[A-Za-z0-9_-]{43}$`));
    const known = v.tokens.authenticate(secret);
    t.match(known, { caller: { kind, token: token.id, name: 'laptop' }, token: { id: token.id } });
    const bytes = Buffer.concat([v.core.db.name, `${v.core.db.name}-wal`].map((file) => readFileSync(file)));
    t.equal(bytes.includes(secret), false);
    t.equal(bytes.includes(token.id), true);
    t.equal(v.tokens.authenticate(`${secret.slice(0, -2)}AA`), null);
  }
  for (const nonsense of ['', 'amp_op_', 'x'.repeat(5000), `amp_xx_${'A'.repeat(43)}`])
    t.equal(v.tokens.authenticate(nonsense), null);
  t.equal(JSON.stringify(v.audit('token.create')).includes('amp_'), false);
});

t.test('a launcher’s allowance comes with it', async (t) => {
  const v = await domain(t);
  const allow = { secrets: ['github'], maxSandboxes: 3 };
  const { secret } = v.tokens.create(operator, { kind: 'launcher', name: 'ci', allow });
  t.match(v.tokens.authenticate(secret), { caller: { kind: 'launcher', allow } });
  const error = refusal(() => v.tokens.create(operator, { kind: 'launcher', name: 'ci', allow: { secrets: ['*'] } }));
  t.same(error.problems[0]?.pointer, '/allow/secrets/0');
});

t.test('what cannot be minted', async (t) => {
  const v = await domain(t);
  v.session('dev');
  const pointers = (input: NewToken) =>
    refusal(() => v.tokens.create(operator, input)).problems.map(({ pointer }) => pointer);
  t.same(pointers({ kind: 'operator', name: '' }), ['/name']);
  t.same(pointers({ kind: 'operator', name: 'a\nb' }), ['/name']);
  t.same(pointers({ kind: 'agent', name: 'a' }), ['/session']);
  t.same(pointers({ kind: 'operator', name: 'a', session: 'dev' }), ['/session']);
  t.same(pointers({ kind: 'metrics', name: 'a', allow: {} }), ['/allow']);
  t.same(pointers({ kind: 'operator', name: 'a', ttl: 0 }), ['/ttl']);
  t.equal(
    codeOf(() => v.tokens.create(operator, { kind: 'agent', name: 'a', session: 'nope' })),
    'SESSION_NOT_FOUND',
  );
});

t.test('expiry and revocation', async (t) => {
  const v = await domain(t);
  const brief = v.tokens.create(operator, { kind: 'operator', name: 'brief', ttl: HOUR });
  t.equal(brief.token.expiresAt, v.clock.now() + HOUR);
  v.clock.advance(HOUR - 1);
  t.ok('caller' in (v.tokens.authenticate(brief.secret) ?? {}));
  v.clock.advance(1);
  t.same(v.tokens.authenticate(brief.secret), { problem: 'expired' });
  const other = v.tokens.create(operator, { kind: 'operator', name: 'other' });
  const revoked = v.tokens.revoke(operator, other.token.id);
  t.equal(revoked.revokedAt, v.clock.now());
  t.same(v.tokens.authenticate(other.secret), { problem: 'revoked' });
  v.clock.advance(1);
  t.same(v.tokens.revoke(operator, other.token.id), revoked, 'twice is once');
  t.equal(v.audit('token.revoke').length, 1);
  t.equal(
    codeOf(() => v.tokens.revoke(operator, 'tok_NONE')),
    'TOKEN_NOT_FOUND',
  );
});

t.test('a launcher mints agent tokens for its own sessions, and they go with it', async (t) => {
  const v = await domain(t);
  const minted = v.tokens.create(operator, { kind: 'launcher', name: 'ci' });
  const launcher = { ...launcherWith({}), token: minted.token.id };
  const { id } = v.sessions.create(launcher, { name: 'own' });
  v.session('foreign');
  const agent = v.tokens.create(launcher, { kind: 'agent', name: 'a', session: 'own' });
  t.match(v.tokens.authenticate(agent.secret), { caller: { kind: 'agent', session: id } });
  t.match(agent.token, { session: id, owner: launcher.token });
  t.equal(
    codeOf(() => v.tokens.create(launcher, { kind: 'agent', name: 'a', session: 'foreign' })),
    'SESSION_NOT_FOUND',
  );
  for (const kind of ['operator', 'launcher', 'metrics'] as const)
    t.equal(
      codeOf(() => v.tokens.create(launcher, { kind, name: 'more' })),
      'FORBIDDEN',
      kind,
    );
  t.same(
    v.tokens.list(launcher).items.map(({ id }) => id),
    [agent.token.id],
  );
  t.equal(v.tokens.list(operator).items.length, 2);
  t.equal(
    codeOf(() => v.tokens.revoke(launcher, minted.token.id)),
    'TOKEN_NOT_FOUND',
  );
  t.equal(
    codeOf(() => v.tokens.list(agentOf(id))),
    'FORBIDDEN',
  );
  t.equal(
    codeOf(() => v.tokens.create(agentOf(id), { kind: 'agent', name: 'b', session: 'own' })),
    'FORBIDDEN',
  );
  v.tokens.revoke(operator, minted.token.id);
  t.same(v.tokens.authenticate(agent.secret), { problem: 'revoked' });
});

t.test('an agent token dies with its session', async (t) => {
  const v = await domain(t);
  v.session('dev', { ttl: HOUR });
  const { secret } = v.tokens.create(operator, { kind: 'agent', name: 'a', session: 'dev' });
  v.clock.advance(HOUR);
  v.sessions.expire();
  t.same(v.tokens.authenticate(secret), { problem: 'revoked' });
});

t.test('last use is shown at once and written by flush', async (t) => {
  const v = await domain(t);
  const { token, secret } = v.tokens.create(operator, { kind: 'operator', name: 'laptop' });
  const stored = () => v.core.db.prepare('SELECT lastUsedAt FROM token').pluck().get();
  t.equal(v.tokens.list(operator).items[0]?.lastUsedAt, null);
  v.clock.advance(5);
  v.tokens.authenticate(secret);
  t.equal(v.tokens.list(operator).items[0]?.lastUsedAt, v.clock.now());
  t.equal(stored(), null);
  v.tokens.flush();
  t.equal(stored(), v.clock.now());
  v.clock.advance(5);
  v.tokens.flush();
  t.equal(stored(), v.clock.now() - 5, 'nothing new, nothing written');
  t.equal(v.tokens.revoke(operator, token.id).lastUsedAt, v.clock.now() - 5);
});

t.test('sealed: tokens work and can be revoked', async (t) => {
  const v = await domain(t);
  const { token, secret } = v.tokens.create(operator, { kind: 'operator', name: 'laptop' });
  v.core.guard.seal(operator);
  t.ok('caller' in (v.tokens.authenticate(secret) ?? {}));
  v.tokens.revoke(operator, token.id);
  t.same(v.tokens.authenticate(secret), { problem: 'revoked' });
});

t.test('a revocation that cannot be recorded is in force all the same', async (t) => {
  const v = await domain(t);
  v.session('dev');
  const launcher = v.tokens.create(operator, { kind: 'launcher', name: 'ci' });
  const caller = v.tokens.authenticate(launcher.secret);
  if (caller === null || 'problem' in caller) throw new Error('not recognised');
  v.sessions.create(caller.caller, { name: 'mine' });
  const agent = v.tokens.create(caller.caller, { kind: 'agent', name: 'helper', session: 'mine' });
  const { db, acts } = v.core;
  db.exec(`CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END`);
  t.equal(
    codeOf(() => v.tokens.revoke(operator, launcher.token.id)),
    'REVOKED_NOT_RECORDED',
  );
  t.same(v.tokens.authenticate(launcher.secret), { problem: 'revoked' });
  t.same(v.tokens.authenticate(agent.secret), { problem: 'revoked' }, 'what it minted goes with it');
  db.exec('DROP TRIGGER no');
  t.ok(acts.flush());
  t.same(v.tokens.authenticate(launcher.secret), { problem: 'revoked' });
  t.equal(v.audit('token.revoke').length, 1);
});
