import t from 'tap';
import type { Ask } from '../../store/types.js';
import { codeOf, domain, HOUR, launcherWith, operator, refusal } from './domain-fixture.js';

t.test('what is so already is not asked for', async (t) => {
  const v = await domain(t);
  for (const name of ['A', 'B']) v.add(name, { tags: ['ci'] });
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'A' }]);
  const ask = (what: Parameters<typeof v.requests.ask>[2]['what'], more = {}) =>
    v.requests.ask(operator, 'dev', { action: 'activate', what, reason: 'r', ...more });
  t.match(
    refusal(() => ask([{ name: 'A' }])),
    { code: 'NOTHING_TO_ASK', message: /in dev A is active already\./ },
  );
  t.match(ask({ tag: 'ci' }).request.secrets, [{ name: 'B' }], 'of a group, what is missing');
  t.match(ask([{ name: 'A' }], { ttl: HOUR }).request.secrets, [{ name: 'A' }], 'for a time it is another wish');
  t.match(ask([{ name: 'A', as: 'A_2' }]).request.secrets, [{ name: 'A', as: 'A_2' }], 'and under another variable');
  const off = (what: Parameters<typeof ask>[0]) =>
    v.requests.ask(operator, 'dev', { action: 'deactivate', what, reason: 'r' });
  t.match(
    refusal(() => off([{ name: 'B' }])),
    { code: 'NOTHING_TO_ASK', message: /none of that is active/ },
  );
  t.match(off({ all: true }).request.secrets, [{ name: 'A' }]);
});

t.test('names, groups and environments are those of an activation', async (t) => {
  const v = await domain(t);
  v.add('URL.production');
  v.session('dev', { environment: 'staging' });
  const ask = (what: Parameters<typeof v.requests.ask>[2]['what'], more = {}) =>
    codeOf(() => v.requests.ask(operator, 'dev', { action: 'activate', what, reason: 'r', ...more }));
  t.equal(ask([{ name: 'NONE' }]), 'SECRET_NOT_FOUND');
  t.equal(ask({}), 'EMPTY_SELECTION');
  t.equal(ask({ environment: 'production' }), 'CROSS_ENVIRONMENT');
  t.equal(ask([{ name: 'URL.production' }], { ttl: 0 }), 'INVALID_INPUT');
  const across = {
    action: 'activate',
    what: { environment: 'production' },
    reason: 'r',
    acrossEnvironments: true,
  } as const;
  const { request } = v.requests.ask(operator, 'dev', across);
  v.requests.approve(operator, request.id);
  t.match(v.activations.table(operator, 'dev').items, [{ name: 'URL.production', active: true }]);
});

t.test('what nobody could approve as it was asked is refused at once', async (t) => {
  const v = await domain(t);
  v.add('A');
  v.add('URL.production');
  v.session('dev', { environment: 'staging' });
  const ask = (name: string, as?: string) =>
    v.requests.ask(operator, 'dev', {
      ...{ action: 'activate', reason: 'r' },
      what: [{ name, ...(as === undefined ? {} : { as }) }],
    });
  t.match(
    refusal(() => ask('URL.production')),
    { code: 'CROSS_ENVIRONMENT', message: /--across-environments/ },
  );
  for (const as of ['LD_PRELOAD', 'PATH', '1x'])
    t.match(
      refusal(() => ask('A', as)),
      { problems: [{ pointer: '/as' }] },
      as,
    );
  t.equal(v.requests.pending(), 0);
});

t.test('the same ask across environments is another one', async (t) => {
  const v = await domain(t);
  v.add('A');
  v.session('dev', { environment: 'staging' });
  const ask: Ask = { action: 'activate', what: [{ name: 'A' }], reason: 'r' };
  const { request } = v.requests.ask(operator, 'dev', ask);
  const across = v.requests.ask(operator, 'dev', { ...ask, acrossEnvironments: true });
  t.ok(across.created);
  t.not(across.request.id, request.id);
  t.equal(v.requests.ask(operator, 'dev', ask).request.id, request.id);
});

t.test('a group tells a launcher no names that its allowance hides', async (t) => {
  const v = await domain(t);
  v.add('SEEN', { tags: ['ci'] });
  v.add('HIDDEN', { tags: ['ci', 'other'] });
  const launcher = launcherWith({ secrets: ['SEEN'] });
  v.sessions.create(launcher, { name: 'dev' });
  const ask = (what: Ask['what']) => v.requests.ask(launcher, 'dev', { action: 'activate', what, reason: 'r' });
  const { secrets } = ask({ all: true }).request;
  t.same(
    secrets.map(({ name }) => name),
    ['SEEN'],
  );
  const none = refusal(() => ask({ tag: 'other' }));
  t.equal(none.code, 'NOTHING_TO_ASK');
  t.notMatch(none.message, 'HIDDEN');
  t.match(ask([{ name: 'HIDDEN' }]).request.secrets, [{ name: 'HIDDEN' }], 'whoever knows a name may ask for it');
});
