import t from 'tap';
import { agentOf, codeOf, domain, operator, plain, refusal } from './domain-fixture.js';

const bundle = (...names: string[]) => ({
  provider: 'aws',
  items: names.map((name) => ({ secret: { name, provider: 'aws' }, value: plain(name.toLowerCase()) })),
});

t.test('all of a bundle at once, with an entry for it and for each', async (t) => {
  const v = await domain(t);
  const done = v.secrets.register(operator, bundle('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'));
  t.match(done, {
    created: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    ...{ rotated: [], sessions: [], secrets: [{ name: 'AWS_ACCESS_KEY_ID', currentVersion: 1 }, { provider: 'aws' }] },
  });
  t.notOk('floor' in (done.secrets[0] ?? {}), 'nothing of the vault’s own');
  t.equal(v.audit('secret.create').length, 2);
  t.match(v.audit('provider.register'), [{ target: 'aws', detail: { created: done.created } }]);
});

t.test('none of it where one cannot be', async (t) => {
  const v = await domain(t);
  const bad = bundle('GOOD', 'BAD');
  bad.items[1] = { secret: { name: 'BAD', provider: 'aws' }, value: { plain: new Uint8Array(0) } };
  t.equal(
    codeOf(() => v.secrets.register(operator, bad)),
    'INVALID_INPUT',
  );
  t.same(v.secrets.list(operator).items, []);
  t.same(v.audit('secret.create'), []);
  t.same(v.audit('provider.register'), []);
});

t.test('what is there is named, all of it, and rotated together when that was meant', async (t) => {
  const v = await domain(t);
  v.secrets.register(operator, bundle('A', 'B'));
  const error = refusal(() => v.secrets.register(operator, bundle('A', 'B', 'C')));
  t.equal(error.code, 'SECRET_EXISTS');
  t.match(error.message, /^A, B are registered\. .*"rotate": true \(`ampoule add aws --rotate`\)/);
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'A' }, { name: 'B' }]);
  const { id } = v.box('dev').sandbox;
  const next = bundle('A', 'B', 'C');
  for (const item of next.items) item.value = plain('new');
  const done = v.secrets.register(operator, next, { rotate: true, revoke: true });
  t.match(done, { created: ['C'], rotated: ['A', 'B'], secrets: [{ currentVersion: 2 }, { currentVersion: 2 }, {}] });
  t.equal(done.sessions.length, 1);
  t.same(v.given(id), { A: 'new', B: 'new' });
});

t.test('values are looked at before anything is written, sealed ones too', async (t) => {
  const v = await domain(t);
  const seen: string[] = [];
  const items = bundle('A', 'B').items.map((item) => ({
    ...item,
    look: (bytes: Uint8Array) => void seen.push(new TextDecoder().decode(bytes)),
  }));
  const accept = () => {
    t.same(seen, ['a', 'b']);
    throw new Error('refused');
  };
  t.throws(() => v.secrets.register(operator, { provider: 'aws', items }, { accept }), { message: 'refused' });
  t.same(v.secrets.list(operator).items, []);
  const wrong = { provider: 'aws', items: [{ secret: { name: 'A' }, value: { sealed: new Uint8Array(64) } }] };
  t.equal(
    codeOf(() => v.secrets.register(operator, wrong)),
    'SEALED_VALUE_INVALID',
  );
});

t.test('for operators, and unsealed', async (t) => {
  const v = await domain(t);
  const session = v.session('dev');
  t.equal(
    codeOf(() => v.secrets.register(agentOf(session.id), bundle('A'))),
    'FORBIDDEN',
  );
  v.core.guard.seal(operator);
  t.equal(
    codeOf(() => v.secrets.register(operator, bundle('A'))),
    'VAULT_SEALED',
  );
});

t.test('what nobody gave is stored where it is missing, and stays where it is there', async (t) => {
  const v = await domain(t);
  const of = (...names: string[]) => {
    const { provider, items } = bundle(...names);
    return { provider, items: items.map((item) => ({ ...item, usual: item.secret.name === 'REGION' })) };
  };
  t.same(v.secrets.register(operator, of('A', 'REGION')).created, ['A', 'REGION']);
  const beside = v.secrets.register(operator, of('B', 'REGION'));
  t.match(beside, { created: ['B'], rotated: [], secrets: [{ name: 'B' }, { name: 'REGION', currentVersion: 1 }] });
  const other = of('A', 'REGION');
  for (const item of other.items) item.value = plain('other');
  const again = v.secrets.register(operator, other, { rotate: true });
  t.match(again, { created: [], rotated: ['A'], secrets: [{ currentVersion: 2 }, { currentVersion: 1 }] });
});
