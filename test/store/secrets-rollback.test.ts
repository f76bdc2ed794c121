import t from 'tap';
import { agentOf, codeOf, domain, operator, plain } from './domain-fixture.js';

t.test('an older value is a new version, and sandboxes get it', async (t) => {
  const v = await domain(t);
  v.add('KEY', {}, 'one');
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'KEY' }]);
  const { id } = v.box('dev').sandbox;
  v.secrets.setValue(operator, 'KEY', plain('two'));
  t.match(v.secrets.rollback(operator, 'KEY', 1), { name: 'KEY', version: 3, same: false, sessions: [String] });
  t.same(v.given(id), { KEY: 'one' });
  t.match(v.secrets.rollback(operator, 'KEY', 1), { version: 3, same: true }, 'it is that value already');
  t.match(v.secrets.versions(operator, 'KEY').length, 3);
  v.secrets.rollback(operator, 'KEY', 2, { revoke: true });
  t.match(v.sandboxes.wanted(id)?.values, [{ version: 4, floor: 4 }]);
});

t.test('what cannot be taken up again', async (t) => {
  const v = await domain(t);
  v.add('KEY', {}, 'one');
  v.secrets.setValue(operator, 'KEY', plain('two'));
  v.secrets.destroyVersion(operator, 'KEY', 1);
  t.equal(
    codeOf(() => v.secrets.rollback(operator, 'KEY', 1)),
    'VERSION_NOT_FOUND',
  );
  t.equal(
    codeOf(() => v.secrets.rollback(operator, 'KEY', 9)),
    'VERSION_NOT_FOUND',
  );
  t.equal(
    codeOf(() => v.secrets.rollback(operator, 'NONE', 1)),
    'SECRET_NOT_FOUND',
  );
  v.leaks.report(operator, 'KEY', 'pushed');
  v.secrets.setValue(operator, 'KEY', plain('three'));
  t.equal(
    codeOf(() => v.secrets.rollback(operator, 'KEY', 2)),
    'SECRET_LEAKED',
  );
  const session = v.session('dev');
  t.equal(
    codeOf(() => v.secrets.rollback(agentOf(session.id), 'KEY', 2)),
    'FORBIDDEN',
  );
  v.core.guard.seal(operator);
  t.equal(
    codeOf(() => v.secrets.rollback(operator, 'KEY', 3)),
    'VAULT_SEALED',
  );
});

t.test('the current version again, with revoke, ends what holds an older one', async (t) => {
  const v = await domain(t);
  v.add('KEY', {}, 'one');
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'KEY' }]);
  const { id } = v.box('dev').sandbox;
  v.secrets.setValue(operator, 'KEY', plain('two'));
  t.match(v.sandboxes.wanted(id)?.values, [{ version: 2, floor: 1 }]);
  t.match(v.secrets.rollback(operator, 'KEY', 2, { revoke: true }), { same: true, version: 2 });
  t.match(v.sandboxes.wanted(id)?.values, [{ version: 2, floor: 2 }]);
});
