/** A leaked secret is taken from everybody and given to nobody, until it has a new value. */

import t from 'tap';
import { codeOf, domain, launcherWith, operator, plain, refusal } from './domain-fixture.js';

t.test('reported: inactive everywhere, marked, refused until it has a new value', async (t) => {
  const d = await domain(t);
  d.add('KEY');
  d.secrets.setValue(operator, 'KEY', plain('second'));
  d.add('OTHER');
  for (const name of ['one', 'two']) {
    d.session(name);
    d.activations.activate(operator, name, [{ name: 'KEY' }, { name: 'OTHER' }]);
  }
  const { sandbox } = d.box('one');
  const before = d.sessions.get(operator, 'one').generation;
  const { secret, sessions } = d.leaks.report(operator, 'KEY', 'pushed');
  t.equal(sessions.length, 2);
  t.equal(secret.leakedAt, d.clock.now());
  t.equal(secret.currentVersion, 2);
  t.ok(d.sessions.get(operator, 'one').generation > before);
  t.same(d.given(sandbox.id), { OTHER: 'other' });
  t.match(d.audit('secret.leak'), [{ detail: { version: 2, reason: 'pushed', sessions } }]);
  const refused = refusal(() => d.activations.activate(operator, 'one', [{ name: 'KEY' }]));
  t.match(refused, { code: 'SECRET_LEAKED', message: /ampoule secret set KEY/ });
  t.equal(
    codeOf(() => d.activations.set(operator, 'one', [{ name: 'KEY' }])),
    'SECRET_LEAKED',
  );
  t.equal(
    codeOf(() => d.box('one', { name: 'b', secrets: [{ name: 'KEY' }] })),
    'SECRET_LEAKED',
  );
  t.equal(
    codeOf(() => d.secrets.setValue(operator, 'KEY', plain('second'))),
    'SECRET_LEAKED',
    'the same value is no new one',
  );
  t.ok(d.secrets.get(operator, 'KEY').leakedAt);
  d.secrets.setValue(operator, 'KEY', plain('third'));
  t.equal(d.secrets.get(operator, 'KEY').leakedAt, null);
  d.activations.activate(operator, 'one', [{ name: 'KEY' }]);
  t.same(d.given(sandbox.id), { OTHER: 'other', KEY: 'third' });
});

t.test('taken back, and reported twice', async (t) => {
  const d = await domain(t);
  d.add('KEY');
  d.session('one');
  t.equal(d.leaks.withdraw(operator, 'KEY', '').leakedAt, null, 'there was none');
  t.same(d.audit('secret.unleak'), []);
  d.leaks.report(operator, 'KEY', '');
  d.clock.advance(1000);
  t.equal(d.leaks.report(operator, 'KEY', '').secret.leakedAt, d.clock.now());
  t.equal(d.leaks.withdraw(operator, 'KEY', 'it was a test').leakedAt, null);
  t.match(d.audit('secret.unleak'), [{ detail: { reason: 'it was a test' } }]);
  d.activations.activate(operator, 'one', [{ name: 'KEY' }]);
});

t.test('an older version does not come back by destroying the newer one', async (t) => {
  const d = await domain(t);
  d.add('KEY');
  d.leaks.report(operator, 'KEY', '');
  d.secrets.setValue(operator, 'KEY', plain('new'));
  d.secrets.destroyVersion(operator, 'KEY', 2);
  t.ok(d.secrets.get(operator, 'KEY').leakedAt);
});

t.test('works while sealed; who may not, is refused', async (t) => {
  const d = await domain(t);
  d.add('KEY');
  d.session('one');
  d.activations.activate(operator, 'one', [{ name: 'KEY' }]);
  t.equal(
    codeOf(() => d.leaks.report(launcherWith({ secrets: ['KEY'] }), 'KEY', '')),
    'FORBIDDEN',
  );
  t.equal(
    codeOf(() => d.leaks.endAll(launcherWith({}))),
    'FORBIDDEN',
  );
  t.equal(
    codeOf(() => d.leaks.report(operator, 'ABSENT', '')),
    'SECRET_NOT_FOUND',
  );
  t.equal(
    codeOf(() => d.leaks.report(operator, 'KEY', 'x'.repeat(501))),
    'INVALID_INPUT',
  );
  d.core.guard.seal(operator);
  t.equal(d.leaks.report(operator, 'KEY', '').sessions.length, 1);
  t.notOk(d.activations.table(operator, 'one').items.some(({ active }) => active));
});

t.test('exposures: what lasts first, with names, and how many', async (t) => {
  const d = await domain(t);
  const { id: secret } = d.add('KEY');
  d.session('one');
  const { sandbox } = d.box('one', { name: 'box' });
  const holds = [{ env: 'KEY', secret, version: 1 }];
  const row = () =>
    d.containers.intend({
      sandbox: sandbox.id,
      role: 'current',
      nonce: `${Math.random()}`,
      epoch: 1,
      generation: 1,
      envMac: '',
      holds,
    });
  const first = row();
  d.containers.starting(first.id);
  d.containers.stopped(first.id);
  d.containers.ended(first.id);
  d.clock.advance(1000);
  const second = row();
  d.containers.starting(second.id);
  const { items, total, open } = d.leaks.exposures(operator, 'KEY', 10);
  t.match({ total, open }, { total: 2, open: 1 });
  t.match(items, [{ sessionName: 'one', sandboxName: 'box', env: 'KEY', version: 1, until: null }, { until: Number }]);
  t.equal(d.leaks.exposures(operator, 'KEY', 1).items.length, 1);
  const values = d.leaks.values(secret).map(({ version, open }) => `${version} ${Buffer.from(open())}`);
  t.same(values, ['1 key']);
});

t.test('everything ends in every session, also what lapsed', async (t) => {
  const d = await domain(t);
  d.add('A_KEY');
  d.add('B_KEY');
  for (const name of ['one', 'two', 'three']) d.session(name);
  d.activations.activate(operator, 'one', [{ name: 'A_KEY' }, { name: 'B_KEY' }]);
  d.activations.activate(operator, 'two', [{ name: 'A_KEY' }]);
  d.core.guard.seal(operator);
  const { sessions, activations } = d.leaks.endAll(operator);
  t.equal(sessions.length, 2);
  t.equal(activations, 3);
  t.same(d.leaks.endAll(operator), { sessions: [], activations: 0 });
  t.match(d.audit('vault.panic'), [{ detail: { activations: 0 } }, { detail: { sessions: 2, activations: 3 } }]);
});
