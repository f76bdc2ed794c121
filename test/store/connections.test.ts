import { execFileSync } from 'node:child_process';
import t from 'tap';
import { openVault } from '../../store/open.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { begin, connect, signIn, textOf, tokens } from './connection-fixture.js';
import { options as optionsIn } from './core-fixture.js';
import { agentOf, codeOf, daemon, domain, launcherWith, operator, plain, refusal } from './domain-fixture.js';

const NAME = 'GITHUB_TOKEN@octocat';
const away = { code: 'PROVIDER_UNREACHABLE', message: 'The provider does not answer.' };

t.test('begun, and nobody came', async (t) => {
  const v = await domain(t);
  const pending = begin(v, { account: 'work', environment: 'production', base: 'https://git.example.com' });
  t.match(pending, {
    ...{ provider: 'github', base: 'https://git.example.com', account: 'work', environment: 'production' },
    ...{ clientId: 'Iv1.test', flow: 'code', scopes: ['repo'], granted: [], state: 'pending', secret: null },
    ...{ createdAt: v.clock.now(), createdBy: 'operator:test', connectedAt: null, problem: null },
  });
  t.notOk('spent' in pending);
  const ended = v.connections.abandoned(pending.id, { code: 'SIGN_IN_DENIED', message: 'They said no.' });
  t.match(ended, { state: 'ended', problem: { code: 'SIGN_IN_DENIED', at: v.clock.now() } });
  t.equal(v.connections.abandoned(pending.id, away).problem?.code, 'SIGN_IN_DENIED', 'once is enough');
  t.equal(
    codeOf(() => signIn(v, pending, 'late')),
    'CONNECTION_CLOSED',
  );
  t.equal(
    codeOf(() => v.connections.abandoned(connect(v).id, away)),
    'CONNECTION_CLOSED',
  );
  t.match(v.audit('connection.begin').at(-1), {
    caller: 'operator:test',
    target: `${pending.id} github@work`,
    detail: { flow: 'code', scopes: ['repo'], environment: 'production' },
  });
  t.match(v.audit('connection.fail'), [{ target: `${pending.id} github@work`, detail: { code: 'SIGN_IN_DENIED' } }]);
});

t.test('what cannot be one is refused', async (t) => {
  const v = await domain(t);
  const error = refusal(() =>
    begin(v, { provider: 'X Y', account: 'A B', environment: '1', scopes: ['ok', 'a b', ''], base: 'x' }),
  );
  t.same(
    error.problems.map(({ pointer }) => pointer),
    ['/provider', '/base', '/account', '/environment', '/scopes/1', '/scopes/2'],
  );
  t.equal(
    codeOf(() => begin(v, { scopes: Array.from({ length: 65 }, () => 'repo') })),
    'INVALID_INPUT',
  );
  v.core.keyring.wipe();
  t.equal(
    codeOf(() => begin(v)),
    'VAULT_SEALED',
  );
});

t.test('listed newest first, without those that ended, and found by the name of their secret', async (t) => {
  const v = await domain(t);
  const one = connect(v);
  const pending = begin(v, { provider: 'gitlab' });
  const gone = begin(v);
  v.connections.abandoned(gone.id, away);
  const ids = (page?: { limit: number; cursor?: string }) => {
    const { items, next } = v.connections.list(operator, page);
    return { ids: items.map(({ id }) => id), next };
  };
  t.same(ids().ids, [pending.id, one.id]);
  const first = ids({ limit: 1 });
  t.same(first.ids, [pending.id]);
  t.same(ids({ limit: 1, cursor: first.next ?? '' }), { ids: [one.id], next: null });
  t.equal(v.connections.get(operator, NAME).id, one.id);
  t.equal(v.connections.get(operator, gone.id).state, 'ended');
  t.same(v.connections.census(), [
    { provider: 'github', state: 'connected', count: 1 },
    { provider: 'gitlab', state: 'pending', count: 1 },
  ]);
  for (const name of ['con_NONE', 'GITHUB_TOKEN@nobody', ''])
    t.equal(
      codeOf(() => v.connections.get(operator, name)),
      'CONNECTION_NOT_FOUND',
    );
});

t.test('disconnected: gone here at once, and what the provider is told with is wiped when it heard', async (t) => {
  const v = await domain(t);
  const { id, secret } = connect(v);
  v.session('dev');
  v.activations.activate(operator, 'dev', { names: [NAME] });
  const { sandbox } = v.box('dev');
  const done = v.connections.disconnect(operator, NAME);
  t.same(done.sessions, [sandbox.session]);
  t.match(done.connection, { state: 'disconnecting', secret, secretName: NAME, refreshAt: v.clock.now() });
  t.same(v.given(sandbox.id), {});
  t.equal(
    codeOf(() => v.secrets.get(operator, NAME)),
    'SECRET_NOT_FOUND',
  );
  t.same(v.connections.due(v.clock.now()), { refresh: [], revoke: [id] });
  const opened = v.connections.openTokens(id);
  t.same([textOf(opened.access), textOf(opened.refresh)], ['access-first', 'refresh-first']);
  t.match(v.connections.disconnect(operator, NAME), { connection: { id }, sessions: [] }, 'again is the same');
  const retryAt = v.clock.now() + 1000;
  t.match(v.connections.revokeFailed(id, away, retryAt), { state: 'disconnecting', failures: 1, problem: away });
  v.connections.revokeFailed(id, away, retryAt);
  t.equal(v.audit('connection.fail').length, 1);
  t.same(v.connections.due(v.clock.now()).revoke, []);
  t.equal(v.connections.nextDue(), retryAt);
  const bytes = () => execFileSync('sh', ['-c', 'cat "$1" "$1-wal"', 'sh', v.core.db.name], { maxBuffer: 2 ** 28 });
  const sealed = v.core.db.prepare('SELECT ciphertext FROM sealedValue').pluck().all() as Buffer[];
  t.ok(sealed.every((value) => bytes().includes(value)));
  t.match(v.connections.revoked(id), { state: 'ended', refreshAt: null, problem: null, secretName: NAME });
  t.notOk(
    sealed.some((value) => bytes().includes(value)),
    'no byte of the tokens is left',
  );
  t.same(v.connections.openTokens(id), { access: null, refresh: null });
  t.same(v.connections.list(operator).items, []);
  t.match(v.connections.revoked(id), { state: 'ended' });
  t.equal(v.audit('connection.revoke').length, 1);
  t.match(v.audit('connection.disconnect'), [
    { target: `${id} github@octocat`, detail: { secret: NAME, sessions: [sandbox.session] } },
  ]);
});

t.test('disconnecting works while sealed, and a pending one just ends', async (t) => {
  const v = await domain(t);
  const { id } = connect(v);
  const pending = begin(v);
  v.core.keyring.wipe();
  t.match(v.connections.disconnect(operator, id).connection, { state: 'disconnecting' });
  t.match(v.connections.disconnect(operator, pending.id).connection, { state: 'ended' });
  t.equal(
    codeOf(() => v.connections.openTokens(id)),
    'VAULT_SEALED',
  );
});

t.test('a disconnect that cannot be recorded is in force all the same', async (t) => {
  let failing = false;
  const v = await domain(t, {
    failpoint(name) {
      if (failing && name === 'connection.disconnect:recorded')
        throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
    },
  });
  const { id } = connect(v);
  v.session('dev');
  v.activations.activate(operator, 'dev', { names: [NAME] });
  const { sandbox } = v.box('dev');
  failing = true;
  t.equal(
    codeOf(() => v.connections.disconnect(operator, id)),
    'REVOKED_NOT_RECORDED',
  );
  t.same(v.given(sandbox.id), {});
  failing = false;
  v.core.acts.flush();
  t.equal(v.connections.get(operator, id).state, 'disconnecting');
});

t.test('tokens of a connection are no secrets: nothing lists, activates, reveals or exports them', async (t) => {
  const v = await domain(t);
  const { id, secret } = connect(v);
  v.connections.setClient(operator, {
    provider: 'github',
    base: null,
    clientId: 'x',
    secret: plain('client-hush').plain,
  });
  const { items } = v.secrets.list(operator);
  t.match(items, [{ id: secret, name: NAME, connection: id }]);
  t.equal(items.length, 1);
  v.session('dev');
  for (const name of [id, `${id}/refresh`, `${id}/access`]) {
    t.notOk(['done', undefined].includes(codeOf(() => v.secrets.reveal(operator, name, 'a test'))), name);
    t.equal(
      codeOf(() => v.secrets.get(operator, name)),
      'SECRET_NOT_FOUND',
    );
    t.match(
      codeOf(() => v.activations.activate(operator, 'dev', { names: [name] })),
      /NOT_FOUND|INVALID_INPUT|EMPTY_SELECTION/,
    );
  }
  v.activations.activate(operator, 'dev', { all: true });
  const { sandbox } = v.box('dev');
  t.same(v.given(sandbox.id), { GITHUB_TOKEN: 'access-first', GH_TOKEN: 'access-first' });
});

t.test('only operators', async (t) => {
  const v = await domain(t);
  const { id } = connect(v);
  for (const caller of [launcherWith({ secrets: ['*'] }), agentOf('ses_1')])
    for (const call of [
      () => v.connections.begin(caller, { provider: 'github', scopes: [], flow: 'code', clientId: 'x' }),
      () => v.connections.list(caller),
      () => v.connections.get(caller, id),
      () => v.connections.disconnect(caller, id),
    ])
      t.equal(codeOf(call), 'FORBIDDEN');
  t.equal(v.connections.get(daemon, id).state, 'connected');
});

t.test('encrypted anew with everything else, and there after a backup is restored', async (t) => {
  const directory = directoryUntilEnd(t);
  const vault = await openVault(optionsIn(directory));
  t.teardown(() => vault.close());
  const clock = { now: () => Date.UTC(2030, 0, 1), boot: () => 0, bootId: () => '', advance() {} };
  vault.connections.setClient(operator, {
    ...{ provider: 'github', base: null, clientId: 'x', secret: plain('hush').plain },
  });
  const { id } = vault.connections.begin(operator, { provider: 'github', scopes: [], flow: 'code', clientId: 'x' });
  const signedIn = { login: 'octocat', account: 'octocat', variable: 'GITHUB_TOKEN', followers: [] };
  vault.connections.established(id, { ...signedIn, tokens: tokens({ clock }, 'first') });
  vault.rotate(operator, { reencrypt: true });
  t.equal(vault.reencryption.left(), 4, 'the secret, both tokens, and the secret of the application');
  const steps = [];
  for (let step = vault.reencryption.step(); step !== null; step = vault.reencryption.step()) steps.push(step.done);
  t.same(steps, [1, 3, 0]);
  t.match(vault.audit.list(operator, { action: 'vault.erase-key' }).items, [{ detail: { keyIds: [1] } }]);
  t.equal(textOf(vault.connections.openTokens(id).refresh), 'refresh-first');
  t.equal(textOf(vault.connections.openClient('github', null)?.secret), 'hush');
});
