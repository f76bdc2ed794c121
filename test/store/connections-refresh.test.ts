import { once } from 'node:events';
import fc from 'fast-check';
import t from 'tap';
import type { ConnectionId } from '../../store/connection-types.js';
import { makeConnections } from '../../store/connections.js';
import { openVault } from '../../store/open.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { startChild } from './child.js';
import { begin, connect, signIn, textOf, tokens } from './connection-fixture.js';
import { options as optionsIn } from './core-fixture.js';
import { codeOf, domain, operator, plain, refusal } from './domain-fixture.js';

const NAME = 'GITHUB_TOKEN@octocat';
const away = { code: 'PROVIDER_UNREACHABLE', message: 'The provider does not answer.' };
const unknown = { code: 'REFRESH_UNKNOWN', message: 'Nobody knows.' };

t.test('a refresh: the token goes out once, both new ones are kept, and sandboxes get the new value', async (t) => {
  const v = await domain(t);
  const { id } = connect(v);
  v.session('dev');
  v.activations.activate(operator, 'dev', { names: [NAME] });
  const { sandbox } = v.box('dev');
  const { generation } = v.sessions.get(operator, 'dev');
  t.equal(v.connections.nextDue(), v.clock.now() + 3_000_000);
  t.same(v.connections.due(v.clock.now()), { refresh: [], revoke: [] });
  v.clock.advance(3_000_000);
  t.same(v.connections.due(v.clock.now()), { refresh: [id], revoke: [] });
  const begun = v.connections.beginRefresh(id);
  t.equal(textOf(begun?.refresh), 'refresh-first');
  t.equal(begun?.connection.refreshingSince, v.clock.now());
  t.same(v.connections.due(v.clock.now()), { refresh: [], revoke: [] }, 'it is not due while it is being refreshed');
  t.equal(v.connections.nextDue(), null);
  const error = refusal(() => v.connections.beginRefresh(id));
  t.match(error, { code: 'REFRESH_RUNNING', message: /being refreshed since 2030-01-01T00:50:00/ });
  const { connection, sessions } = v.connections.refreshed(id, tokens(v, 'second'));
  t.same(sessions, [sandbox.session]);
  t.match(connection, {
    ...{ state: 'connected', refreshes: 1, failures: 0, refreshingSince: null, refreshedAt: v.clock.now() },
    ...{ refreshAt: v.clock.now() + 3_000_000, expiresAt: v.clock.now() + 3_600_000 },
  });
  t.same(v.given(sandbox.id), { GITHUB_TOKEN: 'access-second', GH_TOKEN: 'access-second' });
  t.ok(v.sessions.get(operator, 'dev').generation > generation);
  t.equal(textOf(v.connections.beginRefresh(id)?.refresh), 'refresh-second');
  t.equal(v.audit('connection.attempt').length, 2);
  t.match(v.audit('connection.refresh'), [{ caller: 'daemon', target: `${id} github@octocat`, outcome: 'done' }]);
  t.notMatch(JSON.stringify(v.core.audit.list(operator).items), /refresh-|access-/);
});

t.test('a refresh token that the provider did not replace stays', async (t) => {
  const v = await domain(t);
  const { id } = connect(v);
  v.connections.beginRefresh(id);
  v.connections.refreshed(id, tokens(v, 'second', { refresh: null }));
  t.equal(textOf(v.connections.beginRefresh(id)?.refresh), 'refresh-first');
});

t.test('without a refresh token there is nothing to refresh with', async (t) => {
  const v = await domain(t);
  const { id } = signIn(v, begin(v), 'x', { refresh: null, expiresAt: null, refreshAt: null }).connection;
  t.equal(v.connections.nextDue(), null);
  t.equal(v.connections.beginRefresh(id), null);
  t.same(v.audit('connection.attempt'), [], 'and nothing is written down');
  t.equal(v.connections.beginRefresh(begin(v).id), null);
});

t.test('a failure: it is tried again, and for good a person must sign in; the last good token stays', async (t) => {
  const v = await domain(t);
  const { id } = connect(v);
  for (const failures of [1, 2, 3]) {
    t.equal(textOf(v.connections.beginRefresh(id)?.refresh), 'refresh-first');
    const retryAt = v.clock.now() + failures;
    const failed = v.connections.refreshFailed(id, away, retryAt);
    t.match(failed, { state: 'connected', failures, refreshAt: retryAt, refreshingSince: null, problem: away });
  }
  t.match(v.audit('connection.fail'), [{ detail: { code: 'PROVIDER_UNREACHABLE' } }]);
  t.equal(v.audit('connection.fail').length, 1, 'the first of several alike');
  v.connections.beginRefresh(id);
  const final = v.connections.refreshFailed(id, { code: 'REFRESH_REFUSED', message: 'Revoked there.' }, null);
  t.match(final, { state: 'reauthorize', refreshAt: null, failures: 4, problem: { code: 'REFRESH_REFUSED' } });
  t.match(v.audit('connection.fail')[0], { detail: { code: 'REFRESH_REFUSED', final: true } });
  t.equal(v.connections.nextDue(), null);
  t.equal(textOf(v.secrets.reveal(operator, NAME, 'a test').value), 'access-first');
  t.equal(textOf(v.connections.beginRefresh(id)?.refresh), 'refresh-first', 'a person may have it tried again');
  t.match(v.connections.refreshed(id, tokens(v, 'second')).connection, {
    ...{ state: 'connected', problem: null, failures: 0 },
  });
});

t.test(
  'a token that may have been used is never given out again, and still tells the provider of the end',
  async (t) => {
    const v = await domain(t);
    const { id } = connect(v);
    v.connections.beginRefresh(id);
    t.same(v.connections.interrupted(), [], 'this process knows of it');
    const next = makeConnections(v.context, v.secrets);
    t.match(next.interrupted(), [{ id, refreshingSince: v.clock.now() }], 'another one does not');
    t.equal(
      codeOf(() => next.beginRefresh(id)),
      'REFRESH_RUNNING',
    );
    t.match(next.refreshFailed(id, unknown, null), { state: 'reauthorize', problem: unknown });
    t.same(next.interrupted(), []);
    t.equal(next.beginRefresh(id), null);
    t.equal(textOf(next.openTokens(id).refresh), 'refresh-first');
    t.equal(textOf(v.secrets.reveal(operator, NAME, 'a test').value), 'access-first');
    signIn(v, begin(v), 'second');
    t.equal(textOf(v.connections.beginRefresh(v.connections.get(operator, NAME).id)?.refresh), 'refresh-second');
  },
);

t.test('sealed: nothing is due, nothing goes out, and what comes in meanwhile is kept afterwards', async (t) => {
  const directory = directoryUntilEnd(t);
  const vault = await openVault(optionsIn(directory));
  t.teardown(() => vault.close());
  const clock = { now: () => 1e12, boot: () => 0, bootId: () => '' };
  const { id } = vault.connections.begin(operator, { provider: 'github', scopes: [], flow: 'device', clientId: 'x' });
  const signedIn = { login: 'octocat', account: 'octocat', variable: 'GITHUB_TOKEN', followers: [] };
  vault.connections.established(id, { ...signedIn, tokens: tokens({ clock: { ...clock, advance() {} } }, 'first') });
  t.same(vault.connections.due(1e13), { refresh: [id], revoke: [] });
  vault.seal(operator);
  t.same(vault.connections.due(1e13), { refresh: [], revoke: [] });
  t.equal(vault.connections.nextDue(), null);
  t.equal(
    codeOf(() => vault.connections.beginRefresh(id)),
    'VAULT_SEALED',
  );
  t.equal(vault.connections.get(operator, id).refreshingSince, null, 'nothing was begun');
  await vault.unseal(operator, null);
  const begun = vault.connections.beginRefresh(id);
  t.equal(textOf(begun?.refresh), 'refresh-first');
  vault.seal(operator);
  const second = tokens({ clock: { ...clock, advance() {} } }, 'second');
  t.equal(
    codeOf(() => vault.connections.refreshed(id, second)),
    'VAULT_SEALED',
  );
  await vault.unseal(operator, null);
  t.match(vault.connections.refreshed(id, second).connection, { refreshes: 1, refreshingSince: null });
  t.equal(textOf(vault.connections.beginRefresh(id)?.refresh), 'refresh-second');
});

t.test('what came after a disconnect only tells the provider of the end', async (t) => {
  const v = await domain(t);
  const { id } = connect(v);
  v.connections.beginRefresh(id);
  v.connections.disconnect(operator, id);
  t.same(v.connections.due(v.clock.now()), { refresh: [], revoke: [] }, 'first the answer is waited for');
  const { connection, sessions } = v.connections.refreshed(id, tokens(v, 'second'));
  t.match(connection, { state: 'disconnecting', refreshes: 0, secretName: NAME });
  t.same(sessions, []);
  t.equal(
    codeOf(() => v.secrets.get(operator, NAME)),
    'SECRET_NOT_FOUND',
  );
  t.same(v.connections.due(v.clock.now()).revoke, [id]);
  const opened = v.connections.openTokens(id);
  t.same([textOf(opened.access), textOf(opened.refresh)], ['access-second', 'refresh-second']);
  const other = connect(v);
  v.connections.beginRefresh(other.id);
  v.connections.disconnect(operator, other.id);
  t.match(v.connections.refreshFailed(other.id, unknown, null), { state: 'disconnecting', problem: null });
  t.same(v.connections.due(v.clock.now()).revoke, [id, other.id]);
  v.connections.revoked(other.id);
  t.same(v.connections.refreshed(other.id, tokens(v, 'late')).sessions, []);
  t.same(v.connections.openTokens(other.id), { access: null, refresh: null });
});

t.test(
  'a value that there is no room for is kept, sandboxes keep the last one, and the connection says so',
  async (t) => {
    const v = await domain(t);
    const { id } = connect(v);
    v.connections.beginRefresh(id);
    const large = tokens(v, 'second', { access: plain('x'.repeat(140_000)).plain });
    const { connection, sessions } = v.connections.refreshed(id, large);
    t.match(connection, { state: 'connected', refreshes: 1, problem: { code: 'VALUE_TOO_LARGE' } });
    t.same(sessions, []);
    t.equal(textOf(v.secrets.reveal(operator, NAME, 'a test').value), 'access-first');
    t.equal(textOf(v.connections.beginRefresh(id)?.refresh), 'refresh-second');
    t.match(v.connections.refreshed(id, tokens(v, 'third')).connection, { problem: null });
  },
);

t.test('a full disk stops a refresh before the provider hears of it', async (t) => {
  let free = 1e12;
  const v = await domain(t, { freeBytes: () => free });
  const { id } = connect(v);
  free = 0;
  t.equal(
    codeOf(() => v.connections.beginRefresh(id)),
    'DISK_FULL',
  );
  t.equal(v.connections.get(operator, id).refreshingSince, null);
});

t.test(
  'whatever happens in whatever order, no two refreshes of a connection run, and no token goes out twice',
  async (t) => {
    const v = await domain(t);
    const steps = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom('begin', 'refreshed', 'signIn') },
        { weight: 3, arbitrary: fc.constantFrom('kept', 'failed', 'refused', 'restart', 'settle') },
        { weight: 1, arbitrary: fc.constantFrom('disconnect', 'revoked') },
      ),
      { minLength: 20, maxLength: 40 },
    );
    let round = 0;
    let attempts = 0;
    fc.assert(
      fc.property(steps, (todo) => {
        round += 1;
        let connections = makeConnections(v.context, v.secrets);
        const world = { ...v, connections };
        let id: ConnectionId = connect(world, `${round}-0`).id;
        let issued = 0;
        /** Tokens that a provider that takes each once would have seen. */
        const used = new Set<string>();
        let running = 0;
        const names = () => `${round}-${++issued}`;
        for (const step of todo) {
          const { state } = connections.get(operator, id);
          try {
            if (step === 'begin') {
              const begun = connections.beginRefresh(id);
              if (begun === null) continue;
              attempts += 1;
              if (++running > 1) return false;
              const token = textOf(begun.refresh) ?? '';
              if (used.has(token)) return false;
              used.add(token);
            } else if (step === 'refreshed' && running === 1) {
              connections.refreshed(id, tokens(v, names()));
              running = 0;
            } else if (step === 'kept' && running === 1) {
              const fresh = connections.refreshed(id, tokens(v, names(), { refresh: null }));
              running = 0;
              if (fresh.connection.state === 'connected') used.clear();
            } else if ((step === 'failed' || step === 'refused') && running === 1) {
              // It never reached the provider.
              connections.refreshFailed(id, away, step === 'failed' ? v.clock.now() : null);
              used.clear();
              running = 0;
            } else if (step === 'restart') connections = makeConnections(v.context, v.secrets);
            else if (step === 'settle')
              for (const one of connections.interrupted()) {
                connections.refreshFailed(one.id, unknown, null);
                if (one.id === id) running = 0;
              }
            else if (step === 'disconnect') connections.disconnect(operator, id);
            else if (step === 'revoked' && running === 0) connections.revoked(id);
            else if (step === 'signIn') {
              id = connect({ ...v, connections }, names()).id;
              running = 0;
            }
          } catch (error) {
            const { code } = error as { code?: string };
            if (code !== 'REFRESH_RUNNING' || running !== 1) throw new Error(`${step} in ${state}: ${String(error)}`);
          }
        }
        return true;
      }),
      { numRuns: 150, seed: 7 },
    );
    t.ok(attempts > 200, `${attempts} attempts`);
  },
);

t.test(
  'killed at any step, what is on the disk is either before or after, and the token is not used twice',
  async (t) => {
    const directory = directoryUntilEnd(t);
    const kills = [
      ['connection.attempt:recorded', false, 'first'],
      ['connection.attempt:committed', true, 'first'],
      ['connection.value:recorded', true, 'first'],
      ['connection.refresh:recorded', true, 'first'],
      ['connection.refresh:committed', false, 'second'],
    ] as const;
    for (const [point, begun, value] of kills) {
      const { child, line } = await startChild('./refresh-child.ts', directory, point);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      t.equal(child.signalCode, 'SIGKILL', `${point}: ${line}`);
      const vault = await openVault(optionsIn(directory));
      const connection = vault.connections.get(operator, NAME);
      t.equal(textOf(vault.secrets.reveal(operator, NAME, 'a test').value), `access-${value}`, point);
      t.equal(textOf(vault.connections.openTokens(connection.id).refresh), `refresh-${value}`);
      t.equal(textOf(vault.connections.openTokens(connection.id).access), `access-${value}`);
      t.same(
        vault.connections.interrupted().map(({ id }) => id),
        begun ? [connection.id] : [],
      );
      if (begun) {
        t.equal(
          codeOf(() => vault.connections.beginRefresh(connection.id)),
          'REFRESH_RUNNING',
        );
        vault.connections.refreshFailed(connection.id, unknown, null);
        t.equal(vault.connections.beginRefresh(connection.id), null);
      }
      vault.connections.disconnect(operator, connection.id);
      vault.connections.revoked(connection.id);
      vault.close();
    }
  },
);
