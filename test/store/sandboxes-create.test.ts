import t from 'tap';
import { createSandbox } from '../../store/sandboxes-create.js';
import type { NewSandbox } from '../../store/types.js';
import { agentOf, codeOf, domain, launcherWith, operator, refusal, settings } from './domain-fixture.js';

const input = (more: Partial<NewSandbox> = {}): NewSandbox => ({
  session: 'dev',
  settings: settings(),
  requestedDelivery: 'auto',
  delivery: 'env',
  idle: null,
  ...more,
});

t.test('one call launches', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  v.add('OTHER');
  const { sandbox, session } = createSandbox(
    v.context,
    operator,
    input({ session: { name: 'inline', ttl: 1000 }, name: 'box', secrets: [{ name: 'KEY', as: 'MINE' }] }),
  );
  t.match(sandbox, { name: 'box', session: session.id, endsSession: true, owner: 'tok_TEST', settings: settings() });
  t.match(session, { name: 'inline', until: v.clock.now() + 1000, generation: 2 });
  t.same(v.given(sandbox.id), { MINE: 'key' });
  t.match(v.audit('sandbox.create'), [
    { target: `${sandbox.id} box`, detail: { image: 'busybox', privileges: 'standard', secrets: ['KEY'] } },
  ]);
});

t.test('it is all or nothing', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  v.add('KEY@x');
  const secrets = [{ name: 'KEY' }, { name: 'KEY@x' }];
  t.equal(
    codeOf(() => createSandbox(v.context, operator, input({ session: { name: 'in' }, secrets }))),
    'ENV_CONFLICT',
  );
  t.same(v.sessions.list(operator).items, []);
  t.same(v.sandboxes.list(operator).items, []);
});

t.test('in a session that has secrets already', async (t) => {
  const v = await domain(t);
  v.add('A');
  v.add('B');
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'A' }]);
  const { sandbox } = createSandbox(v.context, operator, input({ secrets: [{ name: 'B' }], only: ['B'] }));
  t.same(v.given(sandbox.id), { B: 'b' });
  t.match(refusal(() => createSandbox(v.context, operator, input({ as: { B: 'A' } }))).code, 'ENV_CONFLICT');
  t.equal(v.sandboxes.list(operator).items.length, 1);
});

t.test('names, sessions, input', async (t) => {
  const v = await domain(t);
  v.session('dev');
  const code = (more: Partial<NewSandbox>) => codeOf(() => createSandbox(v.context, operator, input(more)));
  createSandbox(v.context, operator, input({ name: 'box' }));
  t.equal(code({ name: 'box' }), 'NAME_TAKEN');
  t.equal(code({ name: 'github' }), 'NAME_RESERVED');
  t.equal(code({ session: 'nope' }), 'SESSION_NOT_FOUND');
  t.equal(code({ session: { name: 'dev' } }), 'NAME_TAKEN');
  t.equal(code({ idle: 0 }), 'INVALID_INPUT');
  t.equal(code({ secrets: [{ name: 'NOPE' }] }), 'SECRET_NOT_FOUND');
  const bad = { only: ['ok', '**'], as: { '9': 'X', A: 'Y', B: 'Y', 'C/D~': 'E F' } };
  const error = refusal(() => createSandbox(v.context, operator, input(bad)));
  t.same(
    error.problems.map(({ pointer }) => pointer),
    ['/only/1', '/as/9', '/as/B', '/as/C~1D~0', '/as/C~1D~0'],
  );
  t.equal(code({ as: { A: 'LD_PRELOAD' } }), 'NAME_RESERVED');
  v.sessions.end(operator, 'dev');
  t.equal(code({}), 'SESSION_NOT_FOUND');
});

t.test('a launcher within its bounds', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  v.add('URL.staging');
  const launcher = launcherWith({ secrets: ['URL.staging'], environments: ['staging'], maxSandboxes: 2 });
  const make = (more: Partial<NewSandbox>) => createSandbox(v.context, launcher, input({ session: {}, ...more }));
  v.session('foreign');
  t.equal(
    codeOf(() => make({ session: 'foreign' })),
    'SESSION_NOT_FOUND',
  );
  t.equal(
    codeOf(() => make({ session: { environment: 'production' } })),
    'OUT_OF_BOUNDS',
  );
  const error = refusal(() => make({ settings: settings({ privileges: 'sudo', network: 'host' }) }));
  t.equal(error.code, 'OUT_OF_BOUNDS');
  t.match(error.message, /privileges sudo, network host.*launcher:ci/);
  t.equal(
    codeOf(() => make({ secrets: [{ name: 'KEY' }] })),
    'OUT_OF_BOUNDS',
  );
  t.equal(v.sandboxes.list(operator).items.length + v.sessions.list(launcher).items.length, 0, 'nothing half done');
  const session = { environment: 'staging' };
  const { sandbox } = make({ session, secrets: [{ name: 'URL.staging' }] });
  t.same(v.given(sandbox.id), { URL: 'url.staging' });
  make({});
  t.equal(
    codeOf(() => make({})),
    'SANDBOX_LIMIT',
  );
  t.match(v.audit('sandbox.create')[0], { outcome: 'refused', detail: { reason: 'SANDBOX_LIMIT' } });
  v.sandboxes.end(launcher, sandbox.id);
  t.doesNotThrow(() => make({}), 'live ones count');
});

t.test('agents and a sealed vault start none', async (t) => {
  const v = await domain(t);
  const { id } = v.session('dev');
  t.equal(
    codeOf(() => createSandbox(v.context, agentOf(id), input())),
    'FORBIDDEN',
  );
  v.core.guard.seal(operator);
  t.equal(
    codeOf(() => createSandbox(v.context, operator, input())),
    'VAULT_SEALED',
  );
});
