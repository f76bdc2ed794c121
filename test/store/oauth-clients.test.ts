import t from 'tap';
import { connect, textOf } from './connection-fixture.js';
import { agentOf, codeOf, daemon, domain, launcherWith, operator, plain, refusal } from './domain-fixture.js';

const github = { provider: 'github', base: null, clientId: 'Iv1.test', secret: null };
const own = { ...github, base: 'https://git.example.com' };

t.test('remembered, replaced and removed, its secret only for the daemon', async (t) => {
  const v = await domain(t);
  t.equal(v.connections.client(operator, 'github', null), null);
  t.equal(v.connections.openClient('github', null), null);
  const made = v.connections.setClient(operator, { ...github, secret: plain('hush-1').plain });
  t.match(made, { provider: 'github', base: null, clientId: 'Iv1.test', hasSecret: true, createdBy: 'operator:test' });
  v.connections.setClient(operator, own);
  t.match(v.connections.clients(operator), [
    { base: null, hasSecret: true },
    { base: 'https://git.example.com', hasSecret: false },
  ]);
  t.notMatch(JSON.stringify(v.connections.clients(operator)), /hush/);
  const opened = v.connections.openClient('github', null);
  t.equal(opened?.clientId, 'Iv1.test');
  t.equal(textOf(opened?.secret), 'hush-1');
  t.equal(v.connections.openClient('github', own.base)?.secret, null);
  v.connections.setClient(operator, { ...github, clientId: 'Iv2.test' });
  t.equal(v.connections.openClient('github', null)?.secret, null, 'the old secret is not kept for another application');
  t.equal(v.core.db.prepare('SELECT count(*) FROM sealedValue WHERE ciphertext IS NOT NULL').pluck().get(), 0);
  v.connections.removeClient(operator, 'github', null);
  t.equal(v.connections.client(operator, 'github', null), null);
  t.equal(
    codeOf(() => v.connections.removeClient(operator, 'github', null)),
    'OAUTH_CLIENT_NOT_FOUND',
  );
  t.match(v.audit('client.set'), [
    { detail: { clientId: 'Iv2.test', secret: false, replaced: 'Iv1.test' } },
    { detail: { secret: false } },
    { detail: { secret: true } },
  ]);
  t.match(v.audit('client.remove'), [{ detail: { clientId: 'Iv2.test' } }]);
});

t.test('one that connections need stays', async (t) => {
  const v = await domain(t);
  v.connections.setClient(operator, github);
  connect(v);
  const error = refusal(() => v.connections.removeClient(operator, 'github', null));
  t.equal(error.code, 'OAUTH_CLIENT_IN_USE');
  t.match(error.message, /`ampoule disconnect GITHUB_TOKEN@octocat`/);
  v.connections.disconnect(operator, 'GITHUB_TOKEN@octocat');
  v.connections.removeClient(operator, 'github', null);
  t.same(v.connections.clients(operator), []);
});

t.test('what cannot be one is refused, with every problem at once', async (t) => {
  const v = await domain(t);
  const error = refusal(() =>
    v.connections.setClient(operator, {
      provider: 'Git Hub',
      base: 'ftp://x',
      clientId: 'a b',
      secret: plain('hush\n').plain,
    }),
  );
  t.equal(error.code, 'INVALID_INPUT');
  t.same(
    error.problems.map(({ pointer }) => pointer),
    ['/provider', '/base', '/clientId', '/clientSecret'],
  );
  t.notMatch(error.message, /hush/);
  for (const base of ['https://u:p@git.example.com', 'https://git.example.com/?x', 'https://a/#b', 'nonsense', ''])
    t.equal(
      codeOf(() => v.connections.setClient(operator, { ...github, base })),
      'INVALID_INPUT',
      base,
    );
  t.same(v.connections.clients(operator), []);
});

t.test('only operators, and with its key', async (t) => {
  const v = await domain(t);
  for (const caller of [launcherWith({}), agentOf('ses_1')])
    for (const call of [
      () => v.connections.setClient(caller, github),
      () => v.connections.clients(caller),
      () => v.connections.client(caller, 'github', null),
      () => v.connections.removeClient(caller, 'github', null),
    ])
      t.equal(codeOf(call), 'FORBIDDEN');
  v.connections.setClient(daemon, github);
  v.core.keyring.wipe();
  t.equal(v.connections.client(operator, 'github', null)?.clientId, 'Iv1.test');
  t.equal(
    codeOf(() => v.connections.setClient(operator, github)),
    'VAULT_SEALED',
  );
  t.equal(
    codeOf(() => v.connections.openClient('github', null)),
    'VAULT_SEALED',
  );
});
