import t from 'tap';
import { begin, connect, signIn, textOf, tokens } from './connection-fixture.js';
import { codeOf, domain, operator, plain, refusal } from './domain-fixture.js';

t.test('the token becomes a secret, named after who signed in', async (t) => {
  const v = await domain(t);
  const done = signIn(v, begin(v, { environment: 'production' }), 'first');
  t.match(done, { created: true, sessions: [] });
  t.match(done.secret, {
    name: 'GITHUB_TOKEN@octocat.production',
    env: 'GITHUB_TOKEN',
    ...{ followers: ['GH_TOKEN'], account: 'octocat', login: 'OctoCat', environment: 'production' },
    ...{ provider: 'github', expiresAt: null, connection: done.connection.id, currentVersion: 1 },
  });
  t.match(done.connection, {
    ...{ state: 'connected', account: 'octocat', login: 'OctoCat', secret: done.secret.id },
    ...{ secretName: 'GITHUB_TOKEN@octocat.production', granted: ['repo'], connectedAt: v.clock.now() },
    ...{ expiresAt: v.clock.now() + 3_600_000, refreshAt: v.clock.now() + 3_000_000, refreshes: 0, problem: null },
  });
  t.equal(textOf(v.secrets.reveal(operator, done.secret.name, 'a test').value), 'access-first');
  t.match(v.audit('connection.establish'), [
    {
      caller: 'daemon',
      target: `${done.connection.id} github@octocat`,
      detail: { login: 'OctoCat', granted: ['repo'], created: ['GITHUB_TOKEN@octocat.production'] },
    },
  ]);
  t.equal(v.audit('secret.create').length, 1);
});

t.test('signing in again takes the place of the connection before, and sandboxes get the new token', async (t) => {
  const v = await domain(t);
  const first = connect(v, 'first');
  v.session('dev');
  v.activations.activate(operator, 'dev', { names: ['GITHUB_TOKEN@octocat'] });
  const { sandbox } = v.box('dev');
  t.same(v.given(sandbox.id), { GITHUB_TOKEN: 'access-first', GH_TOKEN: 'access-first' });
  const done = signIn(v, begin(v), 'second');
  t.match(done, { created: false, sessions: [sandbox.session], secret: { id: first.secret, currentVersion: 2 } });
  t.same(v.given(sandbox.id), { GITHUB_TOKEN: 'access-second', GH_TOKEN: 'access-second' });
  t.match(v.connections.get(operator, first.id), { state: 'ended', refreshAt: null });
  t.equal(v.connections.get(operator, 'GITHUB_TOKEN@octocat').id, done.connection.id);
  t.same(v.connections.openTokens(first.id), { access: null, refresh: null });
  t.equal(
    v.core.db
      .prepare('SELECT count(*) FROM sealedValue WHERE ciphertext IS NOT NULL AND id LIKE ?')
      .pluck()
      .get(`${first.id}%`),
    0,
  );
  t.match(v.audit('connection.establish')[0]?.detail, { ended: first.id, rotated: ['GITHUB_TOKEN@octocat'] });
});

t.test('a token that was pasted becomes one that is kept fresh', async (t) => {
  const v = await domain(t);
  const until = v.clock.now() + 1000;
  v.add('GITHUB_TOKEN@octocat', { description: 'mine', expiresAt: until, rotateEvery: 1000 }, 'pasted');
  const { secret, created } = signIn(v, begin(v), 'first');
  t.equal(created, false);
  t.match(secret, { description: 'mine', currentVersion: 2, expiresAt: null, rotateEvery: null, provider: 'github' });
});

t.test('what cannot be established leaves everything as it was', async (t) => {
  const v = await domain(t);
  const one = connect(v);
  t.equal(
    codeOf(() => signIn(v, one, 'again')),
    'CONNECTION_CLOSED',
    'each is signed in to once',
  );
  t.equal(
    codeOf(() => signIn(v, { id: 'con_NONE' }, 'x')),
    'CONNECTION_NOT_FOUND',
  );
  const other = begin(v, { base: 'https://git.example.com' });
  const error = refusal(() => signIn(v, other, 'other'));
  t.equal(error.code, 'NAME_TAKEN', 'the same login of another server');
  t.match(error.message, /--account/);
  v.connections.established(other.id, {
    ...{ login: 'OctoCat', account: 'work', variable: 'GITHUB_TOKEN', followers: [] },
    tokens: tokens(v, 'other'),
  });
  t.match(v.secrets.get(operator, 'GITHUB_TOKEN@work'), { login: 'OctoCat', account: 'work' });
  t.equal(v.connections.get(operator, one.id).state, 'connected');
  const pending = begin(v);
  const bad = { login: 'x', account: 'x', variable: 'GITHUB_TOKEN', followers: [] };
  t.equal(
    codeOf(() => v.connections.established(pending.id, { ...bad, tokens: tokens(v, '', { access: plain('').plain }) })),
    'INVALID_INPUT',
  );
  t.match(v.connections.get(operator, pending.id), { state: 'pending', secret: null });
  v.core.keyring.wipe();
  t.equal(
    codeOf(() => signIn(v, pending, 'x')),
    'VAULT_SEALED',
  );
});

t.test('somebody else does not take the place of an account unseen', async (t) => {
  const v = await domain(t);
  const first = connect(v);
  const as = (login: string) => {
    const { id } = begin(v, { account: 'octocat' });
    const signedIn = { login, account: 'octocat', variable: 'GITHUB_TOKEN', followers: [] };
    return v.connections.established(id, { ...signedIn, tokens: tokens(v, login) });
  };
  const error = refusal(() => as('Mallory'));
  t.equal(error.code, 'NAME_TAKEN');
  t.match(
    error.message,
    /"Mallory" signed in, and GITHUB_TOKEN@octocat is the token of "OctoCat"\. .*ampoule disconnect/,
  );
  t.match(v.connections.get(operator, first.id), { state: 'connected' });
  t.match(v.secrets.get(operator, 'GITHUB_TOKEN@octocat'), { currentVersion: 1 });
  t.match(as('octocat').connection, { state: 'connected' }, 'the same one, however it is written');
});
