import t from 'tap';
import { agentOf, codeOf, domain, HOUR, launcherWith, operator, settings } from './domain-fixture.js';

t.test('list', async (t) => {
  const v = await domain(t);
  const launcher = launcherWith({});
  v.session('one');
  const own = v.sessions.create(launcher, { name: 'two' });
  const [a, b, c] = ['one', 'one', 'two'].map((session) => v.box(session).sandbox.id);
  const ids = (...args: Parameters<typeof v.sandboxes.list>) => v.sandboxes.list(...args).items.map(({ id }) => id);
  t.same(ids(operator), [c, b, a]);
  t.same(ids(operator, { session: 'one' }), [b, a]);
  t.same(ids(launcher), [c]);
  t.same(ids(agentOf(own.id)), [c]);
  t.equal(
    codeOf(() => ids(launcher, { session: 'one' })),
    'SESSION_NOT_FOUND',
  );
  v.sandboxes.end(operator, b ?? '');
  t.same(ids(operator, { state: 'live' }), [c, a]);
  t.same(ids(operator, { state: 'ended', session: 'one' }), [b]);
  const page = v.sandboxes.list(operator, {}, { limit: 2 });
  t.equal(page.items.length, 2);
  t.same(ids(operator, {}, { cursor: page.next ?? '' }), [a]);
});

t.test('the session’s last sandbox lapses what is active, others do not', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  v.session('dev');
  const one = v.box('dev', { secrets: [{ name: 'KEY' }] }).sandbox;
  const two = v.box('dev').sandbox;
  const before = v.sessions.get(operator, 'dev').generation;
  const first = v.sandboxes.end(operator, one.id, 'idle');
  t.match(first, {
    sandbox: { state: 'ended', endReason: 'idle' },
    session: { generation: before },
    sandboxes: [one.id],
  });
  t.same(v.given(two.id), { KEY: 'key' });
  const last = v.sandboxes.end(operator, two.id);
  t.match(last, { sessions: [two.session], session: { state: 'live', generation: before + 1 } });
  t.match(v.activations.table(operator, 'dev').items, [{ active: false, lapsed: true }]);
  const again = v.sandboxes.end(operator, two.id);
  t.same(again, last, 'twice is once');
  t.equal(v.audit('sandbox.end').length, 2);
});

t.test('restore keeps activations for the next sandbox', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  v.session('dev', { onResume: 'restore' });
  const { sandbox } = v.box('dev', { secrets: [{ name: 'KEY' }] });
  v.sandboxes.end(operator, sandbox.id);
  t.same(v.given(v.box('dev').sandbox.id), { KEY: 'key' });
});

t.test('activating before the first sandbox works', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'KEY' }]);
  t.same(v.given(v.box('dev').sandbox.id), { KEY: 'key' });
});

t.test('an inline session ends with its sandbox, and what else is in it', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  const { sandbox, session } = v.box({ name: 'inline' }, { name: 'box', secrets: [{ name: 'KEY' }] });
  const other = v.box('inline').sandbox;
  const ended = v.sandboxes.end(operator, 'box');
  t.match(ended.session, { id: session.id, state: 'ended', endReason: 'sandbox' });
  t.same(ended.sandboxes, [sandbox.id, other.id]);
  t.match(v.sandboxes.get(operator, other.id), { state: 'ended', endReason: 'session' });
  t.match(v.sandboxes.get(operator, sandbox.id), { state: 'ended', endReason: 'deleted' });
  t.same(v.sandboxes.end(operator, 'box'), ended, 'by name too');
});

t.test('the end works while sealed', async (t) => {
  const v = await domain(t);
  v.session('dev');
  const { sandbox } = v.box('dev');
  v.core.guard.seal(operator);
  t.equal(v.sandboxes.end(operator, sandbox.id).sandbox.state, 'ended');
});

t.test('idle', async (t) => {
  const v = await domain(t);
  v.session('dev');
  const { id } = v.box('dev', { idle: HOUR }).sandbox;
  v.box('dev', { idle: null });
  v.clock.advance(HOUR - 1);
  t.same(v.sandboxes.idle(), []);
  v.sandboxes.touch(id);
  v.clock.advance(1);
  t.same(v.sandboxes.idle(), []);
  v.clock.advance(HOUR);
  t.same(v.sandboxes.idle(), [id]);
  v.sandboxes.end(operator, id);
  t.same(v.sandboxes.idle(), []);
});

t.test('touch moves the session’s clock as well', async (t) => {
  const v = await domain(t);
  v.session('dev');
  const { id } = v.box('dev').sandbox;
  v.clock.advance(5000);
  v.sandboxes.touch(id);
  t.equal(v.sandboxes.get(operator, id).lastExecAt, v.clock.now());
  t.equal(v.sessions.get(operator, 'dev').lastUsedAt, v.clock.now());
});

t.test('an exec is written down before it runs', async (t) => {
  const v = await domain(t);
  const { id } = v.session('dev');
  v.session('other');
  const { sandbox } = v.box('dev', { name: 'box' });
  const detail = { command: 'env', user: 'root' };
  t.same(v.sandboxes.authorizeExec(agentOf(id), 'box', detail), sandbox);
  t.match(v.audit('sandbox.exec'), [{ caller: 'agent:agent', target: `${sandbox.id} box`, detail, outcome: 'done' }]);
  v.box('other', { name: 'foreign' });
  t.equal(
    codeOf(() => v.sandboxes.authorizeExec(agentOf(id), 'foreign', detail)),
    'SANDBOX_NOT_FOUND',
  );
  v.core.guard.seal(operator);
  t.equal(
    codeOf(() => v.sandboxes.authorizeExec(operator, 'box', detail)),
    'VAULT_SEALED',
  );
  await v.core.guard.unseal(operator, null);
  v.sandboxes.end(operator, 'box');
  t.equal(
    codeOf(() => v.sandboxes.authorizeExec(operator, sandbox.id, detail)),
    'SANDBOX_NOT_FOUND',
  );
});

t.test('ports are kept', async (t) => {
  const v = await domain(t);
  v.session('dev');
  const { id } = v.box('dev').sandbox;
  const ports = [{ container: 80, protocol: 'tcp', host: 32_001, ip: '127.0.0.1' }] as const;
  v.sandboxes.keepPorts(id, [...ports]);
  t.same(v.sandboxes.get(operator, id).settings.ports, ports);
  t.doesNotThrow(() => v.sandboxes.keepPorts('sbx_NONE', []));
});

t.test('unsettled: live, or ended with containers', async (t) => {
  const v = await domain(t);
  v.session('dev');
  const [a, b] = [v.box('dev').sandbox.id, v.box('dev').sandbox.id];
  const row = { role: 'current', nonce: 'n', epoch: 1, generation: 1, envMac: 'm', holds: [] } as const;
  const { id } = v.containers.intend({ ...row, holds: [], sandbox: a });
  v.sandboxes.end(operator, a);
  t.same(v.sandboxes.unsettled(), [a, b]);
  v.containers.ended(id);
  t.same(v.sandboxes.unsettled(), [b]);
});

t.test('a restart restores everything', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  const { sandbox } = v.box({ name: 'dev' }, { secrets: [{ name: 'KEY' }] });
  const wanted = JSON.stringify(v.sandboxes.wanted(sandbox.id));
  const file = v.core.db.name;
  v.core.close();
  const { open } = await import('./core-fixture.js');
  const { makeSandboxes } = await import('../../store/sandboxes.js');
  const core = await open(file.replace(/\/data\/[^/]+$/, ''), { clock: v.clock });
  t.teardown(() => core.close());
  t.equal(JSON.stringify(makeSandboxes(core.context).wanted(sandbox.id)), wanted);
});

t.test('an end that cannot be recorded takes the values away all the same', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  v.session('dev');
  const one = v.box('dev', { name: 'one', secrets: [{ name: 'KEY' }] }).sandbox;
  const two = v.box('dev', { name: 'two' }).sandbox;
  v.core.db.exec(`CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END`);
  t.equal(
    codeOf(() => v.sandboxes.end(operator, 'one')),
    'REVOKED_NOT_RECORDED',
  );
  t.same(v.given(one.id), {});
  t.same(v.given(two.id), { KEY: 'key' }, 'the others keep theirs');
});

t.test('a reset is another container, and counts as the end of a session’s last sandbox', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  v.session('dev');
  const { sandbox } = v.box('dev', { name: 'one', secrets: [{ name: 'KEY' }] });
  const { sandbox: other } = v.box('dev', { name: 'two' });
  const generation = () => v.sessions.get(operator, 'dev').generation;
  const before = generation();
  t.match(v.sandboxes.reset(operator, 'one'), { sandbox: { id: sandbox.id, resets: 1, state: 'live' } });
  t.ok(generation() > before, 'it is waited for');
  t.same(v.given(sandbox.id), { KEY: 'key' }, 'another one is there');
  v.sandboxes.end(operator, other.id);
  t.match(v.sandboxes.reset(operator, 'one').sandbox, { resets: 2 });
  t.same(v.given(sandbox.id), {});
  t.match(v.activations.table(operator, 'dev').items, [{ name: 'KEY', active: false, lapsed: true }]);
  t.match(v.audit('sandbox.reset'), [{ target: `${sandbox.id} one` }, {}]);
  v.session('kept', { onResume: 'restore' });
  const { sandbox: kept } = v.box('kept', { name: 'three', secrets: [{ name: 'KEY' }] });
  v.sandboxes.reset(operator, 'three');
  t.same(v.given(kept.id), { KEY: 'key' });
  v.sandboxes.end(operator, 'three');
  t.equal(
    codeOf(() => v.sandboxes.reset(operator, kept.id)),
    'SANDBOX_NOT_FOUND',
  );
});

t.test('how many there are, and which hold something for a lease', async (t) => {
  const v = await domain(t);
  const { id: secret } = v.add('KEY');
  v.session('dev');
  v.box('dev', { delivery: 'env' });
  const boxes = ([30_000, 60_000, null] as const).map((lease) =>
    v.box('dev', { delivery: 'memory', settings: settings({ lease }) }),
  );
  t.same(v.sandboxes.census(), { env: 1, memory: 3, leased: 0, longestLease: 0 });
  for (const [n, { sandbox }] of boxes.entries()) {
    const row = { sandbox: sandbox.id, role: 'current', nonce: `n${n}`, epoch: 1, generation: 1, envMac: 'm' } as const;
    const { id } = v.containers.intend({ ...row, holds: [{ env: 'KEY', secret, version: 1 }] });
    if (n !== 1) v.containers.started(id, { pid: 7, pidStart: null, bootId: null });
  }
  t.same(
    v.sandboxes.census(),
    { env: 1, memory: 3, leased: 1, longestLease: 30_000 },
    'one does not run, one has no lease',
  );
  v.sandboxes.end(operator, boxes[0]?.sandbox.id ?? '');
  t.same(v.sandboxes.census(), { env: 1, memory: 2, leased: 0, longestLease: 0 });
});
