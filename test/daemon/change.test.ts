import t from 'tap';
import { holdersOf, revoking, settle, settleChange } from '../../daemon/change.js';
import { type Caller, type SandboxId, StoreError } from '../../store/index.js';
import { world } from './http/fixture.js';

const DAEMON: Caller = { kind: 'daemon' };

async function withSandbox(t: Parameters<typeof world>[0]) {
  const w = await world(t);
  const session = w.vault.sessions.create(DAEMON, { name: 'dev' });
  const made = await w.call('POST', '/v1/sandboxes', { name: 'box', session: 'dev' });
  w.woken.length = 0;
  return { w, session: w.vault.sessions.get(DAEMON, session.id), id: made.json.id as string };
}

t.test('in effect everywhere: 200, with what each sandbox reached', async (t) => {
  const { w, session, id } = await withSandbox(t);
  const seen: string[] = [];
  w.parts.events.subscribe((_, event) => void seen.push(`${event.kind} ${event.id}`));
  const { status, body } = await settleChange(w.parts, { session, sessions: [session.id] }, 1000);
  t.equal(status, 200);
  t.same(body, {
    generation: session.generation,
    sandboxes: [{ id, name: 'box', session: 'dev', generation: session.generation, state: 'applied', tookMs: 1 }],
    notices: [],
  });
  t.same(w.woken, [id]);
  t.same(seen, [`session ${session.id}`]);
});

t.test('something pending or failed: 202, with code and reason', async (t) => {
  const { w, session, id } = await withSandbox(t);
  w.outcomes.set(id, { state: 'failed', code: 'START_FAILED', reason: 'It ended at once.', notices: ['a', 'a'] });
  const { status, body } = await settleChange(w.parts, { sessions: [session.id] }, 0);
  t.equal(status, 202);
  t.match(body, {
    sandboxes: [{ state: 'failed', code: 'START_FAILED', reason: 'It ended at once.' }],
    notices: ['a'],
  });
  t.equal(body.generation, session.generation, 'one session is concerned');
});

t.test('where there is no container it says so', async (t) => {
  const { w, session, id } = await withSandbox(t);
  w.outcomes.set(id, { empty: true });
  const { status, body } = await settleChange(w.parts, { sessions: [session.id] }, 1000);
  t.equal(status, 200);
  t.same(body.notices, ['box has no container yet; it starts with what is active then.']);
  t.equal(body.sandboxes[0]?.empty, true);
  const asked: unknown[] = [];
  const { reconciler } = w.parts;
  w.parts.reconciler = {
    ...reconciler,
    settle: (id, target, wait, options) => {
      asked.push(options);
      return reconciler.settle(id, target, wait, options);
    },
  };
  await settleChange(w.parts, { sessions: [session.id] }, 1000);
  await settleChange(w.parts, { sessions: [session.id], remade: id as SandboxId }, 1000);
  t.same(asked, [{ orEmpty: true }, { orEmpty: false }], 'one that is made anew has to run');
});

t.test('two sessions: no generation on top; nothing concerned: nothing to wait for', async (t) => {
  const { w, session } = await withSandbox(t);
  const other = w.vault.sessions.create(DAEMON, { name: 'other' });
  const both = await settleChange(w.parts, { sessions: [session.id, other.id] }, 0);
  t.notOk('generation' in both.body);
  t.same((await settleChange(w.parts, { sessions: [] }, 0)).body, { sandboxes: [], notices: [] });
});

t.test('an ended sandbox is waited for too', async (t) => {
  const { w, id } = await withSandbox(t);
  const ended = w.vault.sandboxes.end(DAEMON, id);
  const { body } = await settleChange(w.parts, { sessions: ended.sessions, ended: [ended.sandbox.id] }, 0);
  t.same(
    body.sandboxes.map((sandbox) => sandbox.id),
    [id],
  );
});

t.test('a daemon that stops does not wait on', async (t) => {
  const never = { settle: () => new Promise<never>(() => {}) } as never;
  const stop = new AbortController();
  const waiting = settle({ reconciler: never }, 'sbx_1', { epoch: 1, generation: 2 }, 60_000, { signal: stop.signal });
  stop.abort();
  t.match(await waiting, { state: 'pending', generation: 2, reason: /stopping/ });
  t.match(await settle({ reconciler: never }, 'sbx_1', { epoch: 1, generation: 2 }, 60_000, { signal: stop.signal }), {
    state: 'pending',
  });
});

t.test('a revocation that cannot be recorded is in effect before it is refused', async (t) => {
  const { w, id } = await withSandbox(t);
  const refusal = new StoreError('REVOKED_NOT_RECORDED', 'Not recorded. Try again.');
  const fail = () => {
    throw refusal;
  };
  const holders = () => w.parts.sandboxesOf([w.vault.sandboxes.get(DAEMON, id).session]);
  await t.rejects(revoking(w.parts, holders, fail), refusal);
  t.same(w.revoked, [id]);
  t.same(w.woken, [id]);

  const stuck = { ...w.parts, delivery: () => ({ ...w.parts.delivery('sbx_1'), revoke: async () => fail() }) };
  await t.rejects(revoking(stuck, holders, fail), { code: 'REVOKED_NOT_RECORDED', message: /1 of 1 sandboxes/ });

  w.revoked.length = 0;
  await t.rejects(
    revoking(w.parts, holders, () => {
      throw new StoreError('SECRET_NOT_FOUND', 'No.');
    }),
    { code: 'SECRET_NOT_FOUND' },
  );
  t.equal(await revoking(w.parts, holders, () => 7), 7);
  t.same(w.revoked, [], 'other outcomes end nothing here');
});

t.test('holders are the sandboxes whose containers were given the secret', async (t) => {
  const { w, id } = await withSandbox(t);
  const sandbox = w.vault.sandboxes.get(DAEMON, id);
  const secret = w.vault.secrets.create(DAEMON, { name: 'API_KEY' }, { plain: Buffer.from('v') });
  t.same(holdersOf(w.parts, secret.id), []);
  w.vault.containers.intend({
    sandbox: sandbox.id,
    role: 'current',
    nonce: w.vault.nonce(),
    epoch: 1,
    generation: 1,
    envMac: '00',
    holds: [{ env: 'API_KEY', secret: secret.id, version: 1 }],
  });
  t.same(holdersOf(w.parts, secret.id), [sandbox.id]);
  t.same(holdersOf(w.parts, null), []);
});
