import t from 'tap';
import { agentOf, codeOf, domain, HOUR, launcherWith, metrics, operator, refusal } from './domain-fixture.js';

t.test('create, get, list', async (t) => {
  const v = await domain(t);
  const dev = v.session('dev', { environment: 'staging', ttl: HOUR });
  t.match(dev, {
    name: 'dev',
    environment: 'staging',
    state: 'live',
    until: v.clock.now() + HOUR,
    onResume: 'require-activation',
  });
  t.same(v.sessions.get(operator, 'dev'), dev);
  t.same(v.sessions.get(operator, dev.id), dev);
  t.equal(
    codeOf(() => v.session('dev')),
    'NAME_TAKEN',
  );
  const unnamed = v.sessions.create(operator, {});
  t.equal(unnamed.name, unnamed.id);
  t.same(
    v.sessions.list(operator).items.map(({ id }) => id),
    [unnamed.id, dev.id],
    'newest first',
  );
  v.sessions.end(operator, 'dev');
  t.same(
    v.sessions.list(operator, { state: 'live' }).items.map(({ id }) => id),
    [unnamed.id],
  );
  t.same(
    v.sessions.list(operator, { state: 'ended' }).items.map(({ id }) => id),
    [dev.id],
  );
  t.match(v.audit('session.create')[1], { target: `${dev.id} dev`, detail: { environment: 'staging' } });
});

t.test('get or create', async (t) => {
  const v = await domain(t);
  const first = v.sessions.ensure(operator, 'dev', { environment: 'staging', ttl: HOUR });
  t.equal(first.created, true);
  v.clock.advance(1000);
  const second = v.sessions.ensure(operator, 'dev', { ttl: HOUR, environment: 'staging' });
  t.same(second, { session: first.session, created: false });
  const error = refusal(() => v.sessions.ensure(operator, 'dev', { ttl: 2 * HOUR }));
  t.equal(error.code, 'SESSION_DIFFERS');
  t.match(error.message, /environment, ttl/);
  t.same(
    error.problems.map(({ pointer }) => pointer),
    ['/environment', '/ttl'],
  );
  t.equal(
    codeOf(() => v.sessions.ensure(launcherWith({}), 'dev', {})),
    'NAME_TAKEN',
  );
  t.match(v.audit('session.create')[0], { outcome: 'refused', caller: 'launcher:ci' });
  t.equal(
    codeOf(() => v.sessions.ensure(operator, 'Dev', {})),
    'INVALID_INPUT',
  );
});

t.test('patch', async (t) => {
  const v = await domain(t);
  const { id } = v.session('dev', { ttl: HOUR });
  v.session('other');
  v.clock.advance(1000);
  const patched = v.sessions.update(operator, 'dev', {
    name: 'prod-1',
    ttl: 2 * HOUR,
    idle: null,
    onResume: 'restore',
  });
  t.match(patched, {
    id,
    name: 'prod-1',
    until: v.clock.now() + 2 * HOUR,
    idle: null,
    onResume: 'restore',
    generation: 1,
  });
  t.equal(v.sessions.ensure(operator, 'prod-1', { ttl: 2 * HOUR, idle: null, onResume: 'restore' }).created, false);
  t.equal(
    codeOf(() => v.sessions.update(operator, id, { name: 'other' })),
    'NAME_TAKEN',
  );
  t.match(v.sessions.update(operator, id, { delivery: 'memory' }), { delivery: 'memory' });
  t.match(v.sessions.update(operator, id, { name: 'prod-1', delivery: 'env' }), { name: 'prod-1', delivery: 'env' });
  v.sessions.end(operator, id);
  t.equal(
    codeOf(() => v.sessions.update(operator, id, { idle: HOUR })),
    'SESSION_ENDED',
  );
});

t.test('a launcher has sessions of its own, in environments it was allowed', async (t) => {
  const v = await domain(t);
  const one = launcherWith({ environments: ['staging'] }, 'one');
  const two = launcherWith({}, 'two');
  v.session('theirs');
  const mine = v.sessions.create(one, { name: 'mine', environment: 'staging' });
  t.equal(mine.owner, one.kind === 'launcher' ? one.token : null);
  const error = refusal(() => v.sessions.create(two, { environment: 'staging' }));
  t.equal(error.code, 'OUT_OF_BOUNDS');
  t.match(error.message, /environment staging.*launcher:two/);
  t.equal(
    codeOf(() => v.sessions.ensure(one, 'x', { environment: 'prod' })),
    'OUT_OF_BOUNDS',
  );
  t.same(
    v.sessions.list(one).items.map(({ name }) => name),
    ['mine'],
  );
  t.same(v.sessions.list(two).items, []);
  for (const call of [
    () => v.sessions.get(two, 'mine'),
    () => v.sessions.update(two, 'mine', { idle: null }),
    () => v.sessions.end(two, mine.id),
  ])
    t.equal(codeOf(call), 'SESSION_NOT_FOUND');
  t.equal(v.sessions.get(operator, 'mine').state, 'live');
});

t.test('an agent sees its own and changes none; metrics sees nothing', async (t) => {
  const v = await domain(t);
  const { id } = v.session('dev');
  v.session('other');
  const agent = agentOf(id);
  t.same(
    v.sessions.list(agent).items.map(({ name }) => name),
    ['dev'],
  );
  t.equal(
    codeOf(() => v.sessions.get(agent, 'other')),
    'SESSION_NOT_FOUND',
  );
  for (const call of [
    () => v.sessions.create(agent, {}),
    () => v.sessions.ensure(agent, 'dev', {}),
    () => v.sessions.update(agent, 'dev', {}),
    () => v.sessions.end(agent, 'dev'),
    () => v.sessions.list(metrics),
    () => v.sessions.get(metrics, 'dev'),
  ])
    t.equal(codeOf(call), 'FORBIDDEN');
});

t.test('the end takes everything along, and can be asked for twice', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  const { id } = v.session('dev');
  const { sandbox } = v.box('dev', { secrets: [{ name: 'KEY' }] });
  const { secret } = v.tokens.create(operator, { kind: 'agent', name: 'a', session: 'dev' });
  const before = v.sessions.get(operator, 'dev').generation;
  const ended = v.sessions.end(operator, 'dev');
  t.match(ended, { sessions: [id], sandboxes: [sandbox.id], session: { state: 'ended', endReason: 'deleted' } });
  t.equal(ended.session.generation, before + 1);
  t.same(v.given(sandbox.id), {});
  t.equal(v.sandboxes.get(operator, sandbox.id).state, 'ended');
  t.same(v.tokens.authenticate(secret), { problem: 'revoked' });
  t.same(v.sessions.end(operator, 'dev'), ended);
  t.same(v.sessions.end(operator, id), ended);
  t.equal(v.audit('session.end').length, 1);
  t.equal(
    codeOf(() => v.sessions.end(operator, 'never')),
    'SESSION_NOT_FOUND',
  );
});

t.test('sealed: sessions can be made, read and ended', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'KEY' }]);
  v.core.guard.seal(operator);
  t.doesNotThrow(() => v.session('more'));
  t.equal(v.sessions.end(operator, 'dev').session.state, 'ended');
});

t.test('touch moves the idle clock, at most once a second', async (t) => {
  const v = await domain(t);
  const { id } = v.session('dev');
  const lastUsed = () => v.sessions.get(operator, 'dev').lastUsedAt;
  v.clock.advance(5000);
  const at = v.clock.now();
  v.sessions.touch(id);
  t.equal(lastUsed(), at);
  v.clock.advance(999);
  v.sessions.touch(id);
  t.equal(lastUsed(), at);
  v.clock.advance(1);
  v.sessions.touch(id);
  t.equal(lastUsed(), at + 1000);
});

t.test('expire and nextExpiry look at the same things', async (t) => {
  const v = await domain(t);
  t.equal(v.sessions.nextExpiry(), null);
  v.session('dev', { ttl: HOUR });
  t.equal(v.sessions.nextExpiry(), v.clock.now() + HOUR);
  t.same(v.sessions.expire(), { sessions: [], sandboxes: [] });
  v.clock.advance(HOUR);
  t.equal(v.sessions.expire().sessions.length, 1);
  t.equal(v.sessions.nextExpiry(), null);
});
