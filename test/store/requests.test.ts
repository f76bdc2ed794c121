import t from 'tap';
import { REQUEST_LASTS } from '../../store/requests.js';
import { MOST_PENDING } from '../../store/requests-ask.js';
import type { Ask } from '../../store/types.js';
import {
  agentOf,
  codeOf,
  daemon,
  domain,
  HOUR,
  launcherWith,
  operator,
  refusal,
  type TestOf,
} from './domain-fixture.js';

const asking = (...names: string[]): Ask => ({
  action: 'activate',
  what: names.map((name) => ({ name })),
  reason: 'to deploy',
});

/** A session with an agent, and three secrets that it has not. */
async function scene(t: TestOf) {
  const v = await domain(t);
  for (const name of ['A', 'B', 'C']) v.add(name, { provider: 'aws' });
  const session = v.session('dev');
  return { ...v, dev: session, agent: agentOf(session.id), sandbox: v.box('dev').sandbox.id };
}

t.test('what is asked for is kept, and in effect once a person approves', async (t) => {
  const v = await scene(t);
  const { request, created } = v.requests.ask(v.agent, 'dev', { ...asking('A', 'B'), ttl: HOUR });
  t.ok(created);
  t.match(request, {
    ...{ state: 'pending', action: 'activate', askedBy: 'agent:agent', reason: 'to deploy', sessionName: 'dev' },
    secrets: [
      { name: 'A', granted: null },
      { name: 'B', granted: null },
    ],
  });
  t.same(v.given(v.sandbox), {}, 'nothing is given for asking');
  const { generation } = v.sessions.get(operator, 'dev');
  const done = v.requests.approve(operator, request.id, { names: ['A'], ttl: HOUR / 2 });
  t.match(done, {
    sessions: [v.dev.id],
    request: {
      ...{ state: 'approved', decidedBy: 'operator:test', grantedTtl: HOUR / 2 },
      secrets: [
        { name: 'A', granted: true },
        { name: 'B', granted: false },
      ],
    },
  });
  t.same(v.given(v.sandbox), { A: 'a' });
  t.equal(v.sessions.get(operator, 'dev').generation, generation + 1);
  t.match(v.activations.table(operator, 'dev').items[0], {
    active: true,
    confirmedBy: 'operator:test',
    until: v.clock.now() + HOUR / 2,
  });
  t.match(v.audit('request.approve'), [
    { caller: 'operator:test', target: request.id, detail: { askedBy: 'agent:agent', activate: ['A'], left: ['B'] } },
  ]);
  const row = v.context.db.prepare('SELECT requestId FROM activation').get();
  t.same(row, { requestId: request.id });
});

t.test('approving twice acts once, and what is closed stays so', async (t) => {
  const v = await scene(t);
  const { request } = v.requests.ask(v.agent, 'dev', asking('A'));
  v.requests.approve(operator, request.id);
  v.activations.deactivate(operator, 'dev', { names: ['A'] });
  t.match(v.requests.approve(operator, request.id), { sessions: [], request: { state: 'approved' } });
  t.same(v.given(v.sandbox), {}, 'the second one gives nothing back');
  t.equal(
    codeOf(() => v.requests.deny(operator, request.id)),
    'REQUEST_CLOSED',
  );
  const { request: other } = v.requests.ask(v.agent, 'dev', asking('B'));
  t.match(v.requests.deny(operator, other.id, 'not today'), { state: 'denied', answer: 'not today' });
  t.match(v.requests.deny(operator, other.id), { state: 'denied', answer: 'not today' }, 'denied already');
  const error = refusal(() => v.requests.approve(operator, other.id));
  t.match(error, { code: 'REQUEST_CLOSED', message: /was denied by operator:test\./ });
  t.same(v.given(v.sandbox), {});
});

t.test('approving twice otherwise than it was is refused', async (t) => {
  const v = await scene(t);
  const { request } = v.requests.ask(v.agent, 'dev', { ...asking('A', 'B'), ttl: HOUR });
  v.requests.approve(operator, request.id, { names: ['A'], ttl: HOUR / 2 });
  for (const same of [{}, { names: ['A'] }, { ttl: HOUR / 2 }, { names: ['A'], ttl: HOUR / 2 }])
    t.same(v.requests.approve(operator, request.id, same).sessions, [], JSON.stringify(same));
  for (const other of [{ names: ['B'] }, { names: ['A', 'B'] }, { ttl: HOUR }, { names: ['A'], ttl: 1000 }])
    t.match(
      refusal(() => v.requests.approve(operator, request.id, other)),
      { code: 'REQUEST_CLOSED', message: /approved by operator:test already, otherwise than this: A for 1800 s\./ },
    );
  t.equal(
    codeOf(() => v.requests.approve(operator, request.id, { names: ['C'] })),
    'INVALID_INPUT',
  );
  t.same(v.given(v.sandbox), { A: 'a' });
  const { request: plainly } = v.requests.ask(v.agent, 'dev', asking('C'));
  v.requests.approve(operator, plainly.id);
  t.match(
    refusal(() => v.requests.approve(operator, plainly.id, { ttl: HOUR })),
    { code: 'REQUEST_CLOSED', message: /otherwise than this: C without a time\./ },
  );
});

t.test('only a person decides', async (t) => {
  const v = await scene(t);
  const launcher = launcherWith({ secrets: ['A'] });
  const own = v.sessions.create(launcher, { name: 'own' });
  const { request } = v.requests.ask(launcher, 'own', asking('B'));
  for (const caller of [launcher, agentOf(own.id), v.agent]) {
    t.equal(
      codeOf(() => v.requests.approve(caller, request.id)),
      'FORBIDDEN',
      caller.kind,
    );
    t.equal(
      codeOf(() => v.requests.deny(caller, request.id)),
      'FORBIDDEN',
      caller.kind,
    );
  }
  t.equal(v.audit('request.decide').filter(({ outcome }) => outcome === 'refused').length, 6);
  t.equal(v.requests.get(agentOf(own.id), request.id).state, 'pending');
  v.requests.approve(operator, request.id);
  t.match(
    v.activations.table(operator, 'own').items,
    [{}, { name: 'B', active: true }, {}],
    'beyond the allowance of the token',
  );
});

t.test('each sees its own sessions alone', async (t) => {
  const v = await scene(t);
  const launcher = launcherWith({});
  v.sessions.create(launcher, { name: 'own' });
  v.requests.ask(launcher, 'own', asking('B'));
  const { request } = v.requests.ask(v.agent, 'dev', asking('A'));
  const seen = (caller: typeof launcher | typeof v.agent | typeof operator) =>
    v.requests.list(caller).items.map(({ sessionName }) => sessionName);
  t.same(seen(operator), ['dev', 'own']);
  t.same(seen(launcher), ['own']);
  t.same(seen(v.agent), ['dev']);
  t.equal(
    codeOf(() => v.requests.get(launcher, request.id)),
    'REQUEST_NOT_FOUND',
  );
  t.equal(
    codeOf(() => v.requests.withdraw(launcher, request.id)),
    'REQUEST_NOT_FOUND',
  );
  t.equal(
    codeOf(() => v.requests.ask(launcher, 'dev', asking('A'))),
    'SESSION_NOT_FOUND',
  );
  t.equal(
    codeOf(() => v.requests.list(v.agent, { session: 'own' })),
    'SESSION_NOT_FOUND',
  );
  t.same(v.requests.list(operator, { session: 'own', state: 'denied' }).items, []);
  const first = v.requests.list(operator, {}, { limit: 1 });
  t.match(v.requests.list(operator, {}, { limit: 1, cursor: first.next ?? '' }), {
    items: [{ sessionName: 'own' }],
    next: null,
  });
});

t.test('the same ask again is the one that waits', async (t) => {
  const v = await scene(t);
  const { request } = v.requests.ask(v.agent, 'dev', asking('A', 'B'));
  t.match(v.requests.ask(v.agent, 'dev', { ...asking('B', 'A'), reason: 'again' }), {
    created: false,
    request: { id: request.id },
  });
  t.ok(v.requests.ask(v.agent, 'dev', { ...asking('A', 'B'), ttl: HOUR }).created, 'for another time');
  t.ok(v.requests.ask(v.agent, 'dev', asking('A')).created, 'less');
  v.requests.deny(operator, request.id);
  t.ok(v.requests.ask(v.agent, 'dev', asking('A', 'B')).created, 'after it was closed');
});

t.test('so many may wait, and no more', async (t) => {
  const v = await scene(t);
  for (let n = 0; n < MOST_PENDING; n++) v.requests.ask(v.agent, 'dev', { ...asking('A'), ttl: HOUR + n });
  t.equal(v.requests.pending(), MOST_PENDING);
  t.equal(
    codeOf(() => v.requests.ask(v.agent, 'dev', asking('A'))),
    'REQUEST_LIMIT',
  );
});

t.test('nobody decides in time, or the session ends', async (t) => {
  const v = await scene(t);
  const { request } = v.requests.ask(v.agent, 'dev', asking('A'));
  t.same(v.requests.expire(), []);
  v.clock.advance(REQUEST_LASTS);
  t.equal(
    codeOf(() => v.requests.approve(operator, request.id)),
    'REQUEST_CLOSED',
    'before it is recorded too',
  );
  t.same(v.requests.expire(), [request.id]);
  t.same(v.requests.expire(), []);
  t.match(v.requests.get(operator, request.id), { state: 'expired', answer: 'Nobody decided in time.' });
  t.match(v.audit('request.expire'), [{ caller: 'daemon', target: request.id }]);
  const { request: other } = v.requests.ask(operator, 'dev', asking('B'));
  v.sessions.end(operator, 'dev');
  t.match(v.requests.get(operator, other.id), { state: 'expired', answer: 'The session ended.' });
  t.equal(
    codeOf(() => v.requests.approve(operator, other.id)),
    'REQUEST_CLOSED',
  );
});

t.test('what cannot be granted stays pending, and says why', async (t) => {
  const v = await scene(t);
  v.add('A@work', { provider: 'aws' });
  v.activations.activate(operator, 'dev', [{ name: 'A@work' }]);
  const { request } = v.requests.ask(v.agent, 'dev', asking('A', 'B'));
  t.equal(
    codeOf(() => v.requests.approve(operator, request.id)),
    'ENV_CONFLICT',
  );
  t.equal(v.requests.get(operator, request.id).state, 'pending');
  t.same(v.given(v.sandbox), { A: 'a@work' }, 'nor the rest of it');
  t.match(
    refusal(() => v.requests.approve(operator, request.id, { names: ['C'] })),
    {
      code: 'INVALID_INPUT',
      problems: [{ pointer: '/names/0' }],
    },
  );
  t.equal(
    codeOf(() => v.requests.approve(operator, request.id, { names: [] })),
    'INVALID_INPUT',
  );
  v.requests.approve(operator, request.id, { names: ['B'] });
  t.match(v.given(v.sandbox), { B: 'b' });
  const { request: gone } = v.requests.ask(v.agent, 'dev', asking('C'));
  v.secrets.delete(operator, 'C');
  t.equal(
    codeOf(() => v.requests.approve(operator, gone.id)),
    'SECRET_NOT_FOUND',
  );
});

t.test('taking away is asked for in the same way, and granted while sealed', async (t) => {
  const v = await scene(t);
  v.activations.activate(operator, 'dev', [{ name: 'A' }, { name: 'B' }]);
  const { request } = v.requests.ask(v.agent, 'dev', {
    action: 'deactivate',
    what: { provider: 'aws' },
    reason: 'done',
  });
  t.match(request, { action: 'deactivate', secrets: [{ name: 'A' }, { name: 'B' }] });
  v.core.guard.seal(operator);
  v.requests.approve(operator, request.id, { names: ['A'] });
  t.match(v.activations.table(operator, 'dev').items, [{ active: false }, { active: true }, {}]);
});

t.test('an activation waits for the key', async (t) => {
  const v = await scene(t);
  const { request } = v.requests.ask(v.agent, 'dev', asking('A'));
  v.core.guard.seal(operator);
  t.equal(
    codeOf(() => v.requests.approve(operator, request.id)),
    'VAULT_SEALED',
  );
  t.equal(v.requests.get(operator, request.id).state, 'pending');
});

t.test('who asked may take it back, and so may a person', async (t) => {
  const v = await scene(t);
  const { request } = v.requests.ask(v.agent, 'dev', asking('A'));
  t.match(v.requests.withdraw(v.agent, request.id), { state: 'withdrawn' });
  const { request: other } = v.requests.ask(daemon, 'dev', asking('A'));
  t.equal(
    codeOf(() => v.requests.withdraw(v.agent, other.id)),
    'REQUEST_NOT_FOUND',
    'not what somebody else asked',
  );
  t.match(v.requests.withdraw(operator, other.id), { state: 'withdrawn' });
  t.equal(
    codeOf(() => v.requests.get(operator, 'req_none')),
    'REQUEST_NOT_FOUND',
  );
});
