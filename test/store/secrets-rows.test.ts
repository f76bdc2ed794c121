import t from 'tap';
import { allSecrets, findSecret, lookUpSecret, publicSecret, sessionsWith } from '../../store/secrets-rows.js';
import { domain, operator, plain, refusal } from './domain-fixture.js';

t.test('found by name and by id, until deleted', async (t) => {
  const v = await domain(t);
  const secret = v.add('KEY@work', { tags: ['b', 'a'], sensitive: false });
  t.match(findSecret(v.context, 'KEY@work'), { id: secret.id, tags: ['a', 'b'], sensitive: false, size: 8, floor: 1 });
  t.equal(findSecret(v.context, secret.id).name, 'KEY@work');
  t.same(publicSecret(findSecret(v.context, secret.id)), secret);
  v.secrets.delete(operator, 'KEY@work');
  t.equal(lookUpSecret(v.context, 'KEY@work'), undefined);
  t.equal(lookUpSecret(v.context, secret.id), undefined);
  const error = refusal(() => findSecret(v.context, 'KEY@work'));
  t.equal(error.code, 'SECRET_NOT_FOUND');
  t.match(error.message, /"KEY@work".*ampoule secret ls/);
});

t.test('all of them, by name; sessions that have one', async (t) => {
  const v = await domain(t);
  for (const name of ['B', 'A', 'C']) v.add(name);
  t.same(
    allSecrets(v.context).map(({ name }) => name),
    ['A', 'B', 'C'],
  );
  for (const name of ['two', 'one']) {
    v.session(name);
    v.activations.activate(operator, name, [{ name: 'A' }]);
  }
  const { id } = findSecret(v.context, 'A');
  t.same(
    sessionsWith(v.context, id).map(({ name }) => name),
    ['one', 'two'],
  );
  v.activations.deactivate(operator, 'one', { all: true });
  t.same(
    sessionsWith(v.context, id).map(({ name }) => name),
    ['two'],
  );
});

t.test('a version below the floor never becomes the current one again', async (t) => {
  const v = await domain(t);
  v.add('KEY', {}, 'one');
  v.secrets.setValue(operator, 'KEY', plain('two'), { revoke: true });
  t.match(findSecret(v.context, 'KEY'), { currentVersion: 2, floor: 2 });
  v.secrets.destroyVersion(operator, 'KEY', 2);
  t.match(findSecret(v.context, 'KEY'), { currentVersion: null, floor: 2, size: 0 });
});
