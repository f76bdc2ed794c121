import fc from 'fast-check';
import t from 'tap';
import { agentOf, codeOf, type Domain, domain, HOUR, launcherWith, operator, refusal } from './domain-fixture.js';

const generation = (v: Domain, name = 'dev') => v.sessions.get(operator, name).generation;
const activeIn = (v: Domain, name = 'dev') =>
  v.activations
    .table(operator, name)
    .items.filter(({ active }) => active)
    .map(({ name, as }) => (as === null ? name : `${name}=${as}`));

t.test('on and off', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  const { id } = v.session('dev');
  const { sandbox } = v.box('dev');
  const before = generation(v);
  t.match(v.activations.activate(operator, 'dev', [{ name: 'KEY' }]), {
    sessions: [id],
    session: { generation: before + 1 },
  });
  t.same(v.given(sandbox.id), { KEY: 'key' });
  t.match(v.audit('session.activate'), [{ target: `${id} dev`, detail: { on: ['KEY'] } }]);
  t.match(v.activations.deactivate(operator, 'dev', { names: ['KEY'] }), {
    sessions: [id],
    session: { generation: before + 2 },
  });
  t.same(v.given(sandbox.id), {});
  t.match(v.audit('session.deactivate'), [{ target: `${id} dev`, detail: { off: ['KEY'] } }]);
});

t.test('asking again changes nothing, but names the session, for whoever waits', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  const { id } = v.session('dev');
  const first = v.activations.activate(operator, 'dev', [{ name: 'KEY' }]);
  t.same(v.activations.activate(operator, 'dev', [{ name: 'KEY' }]), first);
  t.same(v.activations.set(operator, 'dev', [{ name: 'KEY' }]), first);
  t.equal(v.audit('session.activate').length, 1);
  const off = v.activations.deactivate(operator, 'dev', { all: true });
  t.same(v.activations.deactivate(operator, 'dev', { all: true }), off);
  t.same(v.activations.deactivate(operator, 'dev', { names: ['KEY'] }), {
    ...{ sessions: [id], session: off.session, inactive: ['KEY'] },
  });
  t.equal(v.audit('session.deactivate').length, 1);
  t.throws(() => v.activations.deactivate(operator, 'dev', { selectors: ['KEYY'] }), { code: 'SECRET_NOT_FOUND' });
});

t.test('a group is all or nothing', async (t) => {
  const v = await domain(t);
  v.add('A', { tags: ['g'] });
  v.add('B', { tags: ['g'] });
  v.add('B@x', { tags: ['g'] });
  v.session('dev');
  const before = generation(v);
  t.equal(
    codeOf(() => v.activations.activate(operator, 'dev', { tag: 'g' })),
    'ENV_CONFLICT',
  );
  t.same(activeIn(v), []);
  t.equal(generation(v), before);
  v.secrets.delete(operator, 'B@x');
  v.activations.activate(operator, 'dev', { tag: 'g' }, { ttl: HOUR });
  t.same(activeIn(v), ['A', 'B']);
  t.equal(generation(v), before + 1, 'one change, one generation');
  t.equal(
    codeOf(() => v.activations.activate(operator, 'dev', [])),
    'EMPTY_SELECTION',
  );
  t.equal(
    codeOf(() => v.activations.activate(operator, 'dev', {})),
    'EMPTY_SELECTION',
  );
});

t.test('set makes it exactly so', async (t) => {
  const v = await domain(t);
  for (const name of ['A', 'B', 'C']) v.add(name);
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'A', as: 'X', ttl: HOUR }, { name: 'B' }]);
  const before = generation(v);
  v.activations.set(operator, 'dev', [{ name: 'A' }, { name: 'C' }]);
  t.same(activeIn(v), ['A=X', 'C'], 'a bare name keeps what it has');
  t.equal(v.activations.table(operator, 'dev').items[0]?.until, v.clock.now() + HOUR);
  t.equal(generation(v), before + 1);
  t.match(v.audit('session.set'), [{ detail: { on: ['C'], off: ['B'] } }]);
  v.activations.set(operator, 'dev', [{ name: 'B', as: 'X' }]);
  t.same(activeIn(v), ['B=X'], 'a variable goes from one to another at once');
  v.activations.set(operator, 'dev', []);
  t.same(activeIn(v), []);
});

t.test('If-Match', async (t) => {
  const v = await domain(t);
  v.add('A');
  v.session('dev');
  const seen = generation(v);
  v.activations.set(operator, 'dev', [{ name: 'A' }], { ifGeneration: seen });
  const error = refusal(() => v.activations.set(operator, 'dev', [], { ifGeneration: seen }));
  t.equal(error.code, 'GENERATION_MISMATCH');
  t.same(activeIn(v), ['A']);
});

t.test('lapsed ones come back when they are activated again', async (t) => {
  const v = await domain(t);
  v.add('A');
  v.session('dev');
  const { sandbox } = v.box('dev', { secrets: [{ name: 'A' }] });
  v.sandboxes.end(operator, sandbox.id);
  t.match(v.activations.table(operator, 'dev').items, [{ active: false, lapsed: true }]);
  const again = v.box('dev');
  t.same(v.given(again.sandbox.id), {});
  v.activations.activate(operator, 'dev', [{ name: 'A' }]);
  t.match(v.activations.table(operator, 'dev').items, [{ active: true, lapsed: false }]);
  t.same(v.given(again.sandbox.id), { A: 'a' });
  v.sandboxes.end(operator, again.sandbox.id);
  const before = generation(v);
  v.activations.deactivate(operator, 'dev', { all: true });
  t.match(v.activations.table(operator, 'dev').items, [{ active: false, lapsed: false }]);
  t.equal(generation(v), before, 'what nobody has is no change for anybody');
});

t.test('sealed: off works, on is refused', async (t) => {
  const v = await domain(t);
  v.add('A');
  v.add('B');
  v.session('dev');
  const { sandbox } = v.box('dev', { secrets: [{ name: 'A' }] });
  v.core.guard.seal(operator);
  t.equal(
    codeOf(() => v.activations.activate(operator, 'dev', [{ name: 'B' }])),
    'VAULT_SEALED',
  );
  t.equal(
    codeOf(() => v.activations.set(operator, 'dev', [{ name: 'B' }])),
    'VAULT_SEALED',
  );
  t.same(activeIn(v), ['A']);
  v.activations.deactivate(operator, 'dev', { names: ['A'] });
  t.same(v.sandboxes.wanted(sandbox.id)?.values, []);
});

t.test('a launcher activates what it was allowed, in sessions of its own', async (t) => {
  const v = await domain(t);
  v.add('MINE', { provider: 'github' });
  v.add('THEIRS');
  const launcher = launcherWith({ secrets: ['github'] });
  v.session('foreign');
  v.sessions.create(launcher, { name: 'own' });
  v.activations.activate(launcher, 'own', [{ name: 'MINE' }]);
  const error = refusal(() => v.activations.activate(launcher, 'own', [{ name: 'MINE', as: 'X' }, { name: 'THEIRS' }]));
  t.equal(error.code, 'OUT_OF_BOUNDS');
  t.match(error.message, /secret THEIRS.*launcher:ci/);
  t.match(v.audit('session.activate')[0], {
    outcome: 'refused',
    caller: 'launcher:ci',
    detail: { outside: ['secret THEIRS'] },
  });
  t.same(activeIn(v, 'own'), ['MINE']);
  t.equal(
    codeOf(() => v.activations.set(launcher, 'own', [{ name: 'THEIRS' }])),
    'OUT_OF_BOUNDS',
  );
  t.equal(
    codeOf(() => v.activations.activate(launcher, 'foreign', [{ name: 'MINE' }])),
    'SESSION_NOT_FOUND',
  );
  t.same(
    v.activations.table(launcher, 'own').items.map(({ name }) => name),
    ['MINE'],
    'it learns no other names',
  );
  v.activations.activate(operator, 'own', [{ name: 'THEIRS' }]);
  t.equal(v.activations.table(launcher, 'own').items.length, 2, 'but those that are active in its session');
  v.activations.set(launcher, 'own', [{ name: 'THEIRS' }]);
  t.same(activeIn(v, 'own'), ['THEIRS'], 'and it may keep them, and take its own away');
  v.activations.deactivate(launcher, 'own', { all: true });
  t.same(activeIn(v, 'own'), []);
});

t.test('an agent sees the table and deactivates, and no more', async (t) => {
  const v = await domain(t);
  v.add('A');
  const agent = agentOf(v.session('dev').id);
  v.session('other');
  v.activations.activate(operator, 'dev', [{ name: 'A' }]);
  t.equal(v.activations.table(agent, 'dev').items.length, 1);
  t.equal(
    codeOf(() => v.activations.table(agent, 'other')),
    'SESSION_NOT_FOUND',
  );
  t.equal(
    codeOf(() => v.activations.activate(agent, 'dev', [{ name: 'A' }])),
    'FORBIDDEN',
  );
  t.equal(
    codeOf(() => v.activations.set(agent, 'dev', [])),
    'FORBIDDEN',
  );
  t.same(activeIn(v), ['A']);
  v.activations.deactivate(agent, 'dev', { all: true });
  t.same(activeIn(v), []);
  t.match(v.audit('session.deactivate')[0], { caller: 'agent:agent' });
});

t.test('what was taken away and could not be recorded is not given, and not activated again', async (t) => {
  const v = await domain(t);
  v.add('A');
  v.session('dev');
  const { sandbox } = v.box('dev', { secrets: [{ name: 'A' }] });
  v.core.db.exec('ALTER TABLE audit RENAME TO hidden');
  t.equal(
    codeOf(() => v.activations.deactivate(operator, 'dev', { all: true })),
    'REVOKED_NOT_RECORDED',
  );
  t.same(v.given(sandbox.id), {});
  v.core.db.exec('ALTER TABLE hidden RENAME TO audit');
  t.equal(
    codeOf(() => v.activations.activate(operator, 'dev', [{ name: 'A' }])),
    'REVOKED_NOT_RECORDED',
  );
  t.equal(v.core.acts.flush(), true);
  t.match(v.audit('session.deactivate')[0], { detail: { off: ['A'] } });
  v.activations.activate(operator, 'dev', [{ name: 'A' }]);
  t.same(v.given(sandbox.id), { A: 'a' });
});

t.test('ended sessions', async (t) => {
  const v = await domain(t);
  v.add('A');
  const { id } = v.session('dev');
  v.sessions.end(operator, 'dev');
  t.equal(
    codeOf(() => v.activations.activate(operator, id, [{ name: 'A' }])),
    'SESSION_ENDED',
  );
  t.equal(
    codeOf(() => v.activations.deactivate(operator, id, { all: true })),
    'SESSION_ENDED',
  );
  t.match(v.activations.table(operator, id).items, [{ active: false }]);
});

t.test('whatever is switched in whatever order, table, variables and sandbox agree', async (t) => {
  const v = await domain(t);
  const names = ['A', 'A@x', 'B', 'C'];
  for (const name of names) v.add(name);
  v.session('dev');
  const { sandbox } = v.box('dev');
  const name = fc.constantFrom(...names);
  const as = fc.option(fc.constantFrom('A', 'B', 'Z'), { nil: undefined });
  const wish = fc.record({ name, as }).map(({ name, as }) => (as === undefined ? { name } : { name, as }));
  const step = fc.oneof(
    fc.record({ kind: fc.constant('activate' as const), wishes: fc.array(wish, { minLength: 1, maxLength: 3 }) }),
    fc.record({ kind: fc.constant('set' as const), wishes: fc.array(wish, { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('deactivate' as const), wishes: fc.array(wish, { minLength: 1, maxLength: 1 }) }),
  );
  let refused = 0;
  let last = generation(v);
  const one = (step: { kind: 'activate' | 'set' | 'deactivate'; wishes: { name: string; as?: string }[] }) => {
    const before = JSON.stringify(activeIn(v));
    let failed = false;
    try {
      if (step.kind === 'deactivate')
        v.activations.deactivate(operator, 'dev', { names: step.wishes.map(({ name }) => name) });
      else v.activations[step.kind](operator, 'dev', step.wishes);
    } catch {
      refused += 1;
      failed = true;
    }
    const after = activeIn(v);
    const now = generation(v);
    const changed = JSON.stringify(after) !== before;
    const moved = now !== last;
    last = now;
    const variables = v.activations
      .table(operator, 'dev')
      .items.filter(({ active }) => active)
      .map(({ as, env }) => as ?? env);
    const given = Object.keys(v.given(sandbox.id));
    return (
      changed === moved &&
      !(failed && changed) &&
      new Set(variables).size === variables.length &&
      given.length === variables.length &&
      variables.every((env) => given.includes(env))
    );
  };
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => steps.every(one)),
    { numRuns: 40 },
  );
  t.ok(refused > 0, 'conflicts were among them');
});

t.test('a launcher reaches no environment outside its allowance by asking across environments', async (t) => {
  const v = await domain(t);
  v.add('URL.production');
  v.add('URL.staging');
  const caller = launcherWith({ secrets: ['URL.production', 'URL.staging'], environments: ['staging'] });
  v.sessions.create(caller, { name: 'mine' });
  const across = { acrossEnvironments: true };
  const error = refusal(() => v.activations.activate(caller, 'mine', [{ name: 'URL.production' }], across));
  t.equal(error.code, 'OUT_OF_BOUNDS');
  t.match(error.message, /environment production/);
  t.equal(
    codeOf(() => v.activations.set(caller, 'mine', [{ name: 'URL.production' }], across)),
    'OUT_OF_BOUNDS',
  );
  v.activations.activate(caller, 'mine', [{ name: 'URL.staging' }], across);
  t.same(activeIn(v, 'mine'), ['URL.staging']);
});

t.test('a secret may be called as something that every object has', async (t) => {
  const v = await domain(t);
  for (const name of ['constructor', 'toString', '__proto__']) v.add(name);
  v.session('dev');
  const { sandbox } = v.box('dev');
  v.activations.activate(operator, 'dev', { all: true });
  const given = v.sandboxes.wanted(sandbox.id)?.values.map(({ env }) => env);
  t.same(given?.sort(), ['__proto__', 'constructor', 'toString']);
});
