import t from 'tap';
import { agentOf, codeOf, type Domain, domain, launcherWith, operator, plain, refusal } from './domain-fixture.js';

type Given = readonly { name: string; value: Uint8Array }[];

const WHAT = {
  host: 'laptop',
  pid: 42,
  command: 'npm test',
  masked: (_: Given, words: readonly string[]) => [...words],
};
const textsOf = (values: { env: string; value: Uint8Array }[]) =>
  Object.fromEntries(values.map(({ env, value }) => [env, Buffer.from(value).toString()]));
const usage = (v: Domain, name: string) => v.secrets.usage(operator, name).items;

async function active(t: Parameters<typeof domain>[0]) {
  const v = await domain(t);
  v.add('KEY', { tags: ['in'] }, 'one');
  v.add('OTHER', { followers: ['SECOND'] }, 'two');
  v.add('IDLE');
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'KEY', as: 'MY_KEY' }, { name: 'OTHER' }]);
  return v;
}

t.test('what is active, under its variables, once it is written down', async (t) => {
  const v = await active(t);
  const { command, values } = v.localCommands.begin(operator, 'dev', WHAT);
  t.same(textsOf(values), { MY_KEY: 'one', OTHER: 'two', SECOND: 'two' });
  t.match(command, { id: /^loc_/, host: 'laptop', pid: 42, command: 'npm test', until: null, unknown: false });
  t.match(v.audit('session.environment'), [
    {
      caller: 'operator:test',
      target: / dev$/,
      detail: {
        id: command.id,
        host: 'laptop',
        pid: 42,
        command: 'npm test',
        given: ['KEY v1', 'OTHER v1', 'OTHER v1'],
      },
    },
  ]);
  t.match(usage(v, 'KEY'), [
    {
      ...{ env: 'MY_KEY', version: 1, session: 'dev', sandbox: null, holder: null, until: null, unknown: false },
      ...{ local: { id: command.id, host: 'laptop', pid: 42, command: 'npm test' }, confirmedBy: 'operator:test' },
    },
  ]);
  t.equal(usage(v, 'OTHER').length, 2, 'one for each variable');
  t.equal(usage(v, 'IDLE').length, 0);
  const { secret: key = 'sec_' } = command.holds[0] ?? {};
  t.match(v.localCommands.holding(key), [{ id: command.id }]);
  t.same(v.localCommands.holding('sec_none'), []);
  v.clock.advance(5);
  const ended = v.localCommands.end(operator, 'dev', command.id);
  t.equal(ended.until, v.clock.now());
  v.clock.advance(5);
  t.same(v.localCommands.end(operator, 'dev', command.id), ended, 'a second time says when');
  t.same(v.localCommands.holding(key), []);
  t.equal(v.audit('session.environment.end').length, 1);
  t.match(usage(v, 'KEY'), [{ until: ended.until, unknown: false }]);
});

t.test('only what is selected, and nothing that is not active', async (t) => {
  const v = await active(t);
  t.same(textsOf(v.localCommands.begin(operator, 'dev', { ...WHAT, only: ['tag:in'] }).values), { MY_KEY: 'one' });
  t.match(
    refusal(() => v.localCommands.begin(operator, 'dev', { ...WHAT, only: ['KEY', 'IDLE'] })),
    { code: 'INVALID_INPUT', problems: [{ pointer: '/only/1', detail: /"IDLE" is nothing that is active in dev/ }] },
  );
  for (const wrong of [{ host: '' }, { host: 'a\nb' }, { pid: 0 }, { only: ['*'] }])
    t.equal(
      codeOf(() => v.localCommands.begin(operator, 'dev', { ...WHAT, ...wrong })),
      'INVALID_INPUT',
    );
  t.equal(v.audit('session.environment').length, 1);
});

t.test(
  'the command is written down as it is told, and at most so much of it; values are wiped where it fails',
  async (t) => {
    const v = await active(t);
    let lent: Uint8Array[] = [];
    const told = (values: Given) => {
      lent = values.map(({ value }) => value);
      t.same(
        values.map(({ name }) => name),
        ['KEY', 'OTHER', 'OTHER'],
      );
      return ['h'.repeat(5000), 'x'.repeat(5000)];
    };
    const { command, values } = v.localCommands.begin(operator, 'dev', { ...WHAT, masked: told });
    t.same([command.command.length, command.host.length], [1000, 253]);
    t.equal(lent[0], values[0]?.value, 'no copy');
    t.throws(() =>
      v.localCommands.begin(operator, 'dev', {
        ...WHAT,
        masked(given) {
          lent = given.map(({ value }) => value);
          throw new Error('cannot be told');
        },
      }),
    );
    t.ok(lent.length > 0 && lent.every((value) => value.every((byte) => byte === 0)));
  },
);

t.test('a session that ends leaves it unknown, until its client says more', async (t) => {
  const v = await active(t);
  const { command } = v.localCommands.begin(operator, 'dev', WHAT);
  v.activations.deactivate(operator, 'dev', { all: true });
  t.match(usage(v, 'KEY'), [{ until: null, unknown: false }], 'nobody here can end it');
  const { id } = v.sessions.end(operator, 'dev').session;
  t.match(usage(v, 'KEY'), [{ until: null, unknown: true }]);
  t.equal(
    codeOf(() => v.localCommands.begin(operator, id, WHAT)),
    'SESSION_ENDED',
  );
  v.localCommands.end(operator, id, command.id);
  t.match(usage(v, 'KEY'), [{ until: Number, unknown: false }]);
});

t.test('launchers within their bounds, agents never, and no other session', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  v.add('OTHER');
  const ci = launcherWith({ secrets: ['KEY'] });
  v.sessions.create(ci, { name: 'ci' });
  v.session('mine');
  v.activations.activate(operator, 'ci', [{ name: 'KEY' }, { name: 'OTHER' }]);
  t.equal(
    codeOf(() => v.localCommands.begin(ci, 'ci', WHAT)),
    'OUT_OF_BOUNDS',
  );
  v.add('URL.production');
  const web = launcherWith({ secrets: ['URL.production'] });
  v.sessions.create(web, { name: 'web' });
  v.activations.activate(operator, 'web', [{ name: 'URL.production' }], { acrossEnvironments: true });
  t.equal(
    codeOf(() => v.localCommands.begin(web, 'web', WHAT)),
    'OUT_OF_BOUNDS',
    'what an operator activated across environments is for its sandboxes alone',
  );
  const { command, values } = v.localCommands.begin(ci, 'ci', { ...WHAT, only: ['KEY'] });
  t.same(textsOf(values), { KEY: 'key' });
  t.equal(
    codeOf(() => v.localCommands.begin(ci, 'mine', WHAT)),
    'SESSION_NOT_FOUND',
  );
  t.equal(
    codeOf(() => v.localCommands.begin(agentOf(command.session), 'ci', WHAT)),
    'FORBIDDEN',
  );
  for (const id of [command.id, 'loc_none'])
    t.equal(
      codeOf(() => v.localCommands.end(operator, 'mine', id)),
      'LOCAL_COMMAND_NOT_FOUND',
    );
  v.core.guard.seal(operator);
  t.equal(
    codeOf(() => v.localCommands.begin(operator, 'ci', WHAT)),
    'VAULT_SEALED',
  );
  t.equal(v.localCommands.end(ci, 'ci', command.id).until, v.clock.now(), 'its end can be said all the same');
});

t.test('a rotation is seen by the next one', async (t) => {
  const v = await active(t);
  v.localCommands.begin(operator, 'dev', WHAT);
  v.secrets.setValue(operator, 'KEY', plain('new'));
  t.equal(textsOf(v.localCommands.begin(operator, 'dev', WHAT).values).MY_KEY, 'new');
  t.same(
    usage(v, 'KEY')
      .map(({ version }) => version)
      .sort(),
    [1, 2],
  );
});

t.test(
  'what may not be shown in it: all that is active, and every version of what was, wiped afterwards',
  async (t) => {
    const v = await active(t);
    v.add('PLAIN', { sensitive: false });
    v.activations.activate(operator, 'dev', [{ name: 'PLAIN' }]);
    v.secrets.setValue(operator, 'OTHER', plain('newer'));
    let said: string[] = [];
    let lent: Uint8Array[] = [];
    const masked = (values: Given, words: readonly string[]) => {
      said = values.map(({ name, value }) => `${name} ${Buffer.from(value)}`).sort();
      lent = values.map(({ value }) => value);
      return words.map((word) => `masked ${word}`);
    };
    const { command, values } = v.localCommands.begin(operator, 'dev', { ...WHAT, only: ['KEY'], masked });
    t.same(said, ['KEY one', 'OTHER newer', 'OTHER two']);
    t.match(command, { host: 'masked laptop', command: 'masked npm test' });
    const [own, ...others] = lent;
    t.equal(own, values[0]?.value);
    t.ok(others.length === 2 && others.every((value) => value.every((byte) => byte === 0)), 'what is not handed out');
    t.same(textsOf(values), { MY_KEY: 'one' });
    t.match(v.audit('session.environment'), [{ detail: { host: 'masked laptop', command: 'masked npm test' } }]);
  },
);

t.test('who had it, and who may have it now: those that run come first', async (t) => {
  const v = await domain(t);
  const { id: key } = v.add('KEY');
  const begin = (session: string, host: string) => v.localCommands.begin(operator, session, { ...WHAT, host }).command;
  for (const name of ['over', 'dev']) {
    v.session(name);
    v.activations.activate(operator, name, [{ name: 'KEY' }]);
  }
  const runs = begin('dev', 'runs');
  v.clock.advance(1);
  const ended = begin('dev', 'ended');
  v.localCommands.end(operator, 'dev', ended.id);
  begin('over', 'lost');
  v.sessions.end(operator, 'over');
  const hosts = (rows: { host: string }[]) => rows.map(({ host }) => host);
  t.equal(hosts(v.localCommands.had(key, 10))[0], 'runs');
  t.same(hosts(v.localCommands.had(key, 10)).sort(), ['ended', 'lost', 'runs']);
  t.same(hosts(v.localCommands.had(key, 1)), ['runs']);
  t.same(v.localCommands.had('sec_none', 10), []);
  t.match(v.localCommands.running(10), [{ id: runs.id }]);
  t.equal(v.localCommands.running(10).length, 1);
  v.localCommands.end(operator, 'dev', runs.id);
  t.same(v.localCommands.running(10), []);
});
