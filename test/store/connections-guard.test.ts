import t from 'tap';
import { connect } from './connection-fixture.js';
import { codeOf, domain, operator, plain, refusal } from './domain-fixture.js';

t.test('nobody changes by hand what a connection keeps fresh', async (t) => {
  const v = await domain(t);
  connect(v);
  const name = 'GITHUB_TOKEN@octocat';
  const bundle = { provider: 'github', items: [{ secret: { name }, value: plain('x') }] };
  const calls: Record<string, () => unknown> = {
    set: () => v.secrets.setValue(operator, name, plain('x')),
    register: () => v.secrets.register(operator, bundle, { rotate: true }),
    rollback: () => v.secrets.rollback(operator, name, 1),
    destroy: () => v.secrets.destroyVersion(operator, name, 1),
    delete: () => v.secrets.delete(operator, name, { force: true }),
  };
  for (const [what, call] of Object.entries(calls)) t.equal(codeOf(call), 'SECRET_CONNECTED', what);
  const { message } = refusal(() => v.secrets.delete(operator, name));
  t.match(message, /`ampoule connection refresh GITHUB_TOKEN@octocat`.*`ampoule disconnect GITHUB_TOKEN@octocat`/);
  t.match(v.secrets.get(operator, name), { currentVersion: 1, deletedAt: null });
  v.secrets.update(operator, name, { description: 'it may still be described', tags: ['a'] });
  v.secrets.reveal(operator, name, 'and shown');
});

t.test('everybody may again once it is over', async (t) => {
  const v = await domain(t);
  const connection = connect(v);
  v.connections.refreshFailed(connection.id, { code: 'REFRESH_REFUSED', message: 'No.' }, null);
  t.equal(
    codeOf(() => v.secrets.delete(operator, 'GITHUB_TOKEN@octocat')),
    'SECRET_CONNECTED',
    'the last good token stays until somebody disconnects',
  );
  v.connections.disconnect(operator, connection.id);
  v.add('GITHUB_TOKEN@octocat');
  v.secrets.setValue(operator, 'GITHUB_TOKEN@octocat', plain('x'));
  v.secrets.delete(operator, 'GITHUB_TOKEN@octocat');
});
