import t from 'tap';
import { agentOf, codeOf, domain, launcherWith, metrics, operator } from './domain-fixture.js';

t.test('who has a variable, who would, and in which sandboxes', async (t) => {
  const v = await domain(t);
  v.add('TOKEN@work');
  v.add('TOKEN@home');
  v.add('TOKEN.staging');
  v.add('OTHER');
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'TOKEN@work' }, { name: 'OTHER', as: 'TOKEN_2' }]);
  const { sandbox } = v.box('dev', { name: 'box' });
  v.box('dev', { name: 'second' });
  const names = (variable: string) => v.diagnosis.explain(operator, 'dev', variable).claims.map(({ name }) => name);
  t.same(names('TOKEN'), ['TOKEN.staging', 'TOKEN@home', 'TOKEN@work']);
  t.same(names('TOKEN_2'), ['OTHER'], 'by the name it has here');
  t.same(names('OTHER'), ['OTHER'], 'and by its own');
  t.same(names('NOTHING'), []);
  const found = v.diagnosis.explain(operator, 'dev', 'TOKEN', 'box');
  t.same(
    found.known.map(({ name, variable, active }) => [name, variable, active]),
    [
      ['OTHER', 'TOKEN_2', true],
      ['TOKEN.staging', 'TOKEN', false],
      ['TOKEN@home', 'TOKEN', false],
      ['TOKEN@work', 'TOKEN', true],
    ],
  );
  t.same(
    found.sandboxes.map(({ id }) => id),
    [sandbox.id],
  );
  t.equal(
    codeOf(() => v.diagnosis.explain(operator, 'dev', 'TOKEN', 'absent')),
    'SANDBOX_NOT_FOUND',
  );
  v.session('else');
  t.equal(
    codeOf(() => v.diagnosis.explain(operator, 'else', 'TOKEN', 'box')),
    'SANDBOX_NOT_FOUND',
    'one of another session',
  );
  t.same(v.audit('session.explain'), [], 'reading metadata has no entry');
});

t.test('an examination is audited before it gives any way to a value', async (t) => {
  const v = await domain(t);
  const { id: secret } = v.add('KEY', {}, 'value one');
  v.add('IDLE');
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'KEY' }]);
  const { sandbox } = v.box('dev', { name: 'box' });
  const shape = { sandbox: sandbox.id, role: 'current', epoch: 1, generation: 2, envMac: 'mac' } as const;
  const { id: container } = v.containers.intend({ ...shape, nonce: 'aa', holds: [] });
  v.containers.created(container, 'docker1', null);
  const holds = [{ env: 'KEY', secret, version: 1 }];
  const began = { event: 'began', container, kind: 'main', pid: 7, program: 'node', since: 10, holds } as const;
  v.containers.holders([
    { ...began, holder: 'main-1' },
    { ...began, holder: 'exe_over' },
    { event: 'ended', container, holder: 'exe_over', at: 20 },
  ]);

  const { claims, examined } = v.diagnosis.examine(operator, 'dev', { live: true });
  t.same(
    claims.map(({ name }) => name),
    ['KEY'],
    'without a variable: what is or was active',
  );
  t.match(examined, [{ container: 'docker1', values: [{ env: 'KEY' }], holders: [{ id: 'main-1', holds }] }]);
  t.equal(examined[0]?.holders.length, 1, 'holders that run');
  t.same(Buffer.from(examined[0]?.values[0]?.open() ?? []).toString(), 'value one');
  t.match(v.audit('session.doctor'), [{ caller: 'operator:test', detail: { compared: ['KEY'], live: true } }]);

  const idle = v.diagnosis.examine(operator, 'dev', { variable: 'IDLE', sandbox: 'box' });
  t.match(idle, { claims: [{ name: 'IDLE', open: null }], examined: [{ values: [] }] });
  t.match(v.audit('session.doctor')[0]?.detail, { compared: [], variable: 'IDLE', sandbox: 'box' });
});

t.test('for a check at the provider, what belongs together comes together', async (t) => {
  const v = await domain(t);
  for (const name of ['MAILGUN_API_KEY', 'MAILGUN_DOMAIN', 'MAILGUN_DOMAIN@two']) v.add(name, { provider: 'mailgun' });
  v.add('OTHER');
  v.session('dev');
  const as = { 'MAILGUN_DOMAIN@two': 'D2' } as Record<string, string>;
  const all = ['MAILGUN_API_KEY', 'MAILGUN_DOMAIN', 'MAILGUN_DOMAIN@two', 'OTHER'];
  v.activations.activate(
    operator,
    'dev',
    all.map((name) => ({ name, ...(as[name] === undefined ? {} : { as: as[name] }) })),
  );
  const names = (live: boolean) =>
    v.diagnosis.examine(operator, 'dev', { variable: 'MAILGUN_API_KEY', live }).claims.map(({ name }) => name);
  t.same(names(false), ['MAILGUN_API_KEY']);
  t.same(names(true), ['MAILGUN_API_KEY', 'MAILGUN_DOMAIN']);
});

t.test('who may, and where', async (t) => {
  const v = await domain(t);
  const dev = v.session('dev');
  const other = v.session('other');
  for (const ask of [
    (caller: Parameters<typeof v.diagnosis.explain>[0]) => v.diagnosis.explain(caller, 'dev', 'KEY'),
    (caller: Parameters<typeof v.diagnosis.explain>[0]) => v.diagnosis.examine(caller, 'dev'),
  ]) {
    t.match(ask(agentOf(dev.id)), { session: { name: 'dev' }, claims: [] });
    t.equal(
      codeOf(() => ask(agentOf(other.id))),
      'SESSION_NOT_FOUND',
    );
    t.equal(
      codeOf(() => ask(launcherWith({}))),
      'SESSION_NOT_FOUND',
      'one that it did not create',
    );
    t.equal(
      codeOf(() => ask(metrics)),
      'FORBIDDEN',
    );
  }
});
