import t from 'tap';
import { toggleTable } from '../../store/toggle.js';
import { domain, HOUR, operator } from './domain-fixture.js';

t.test('every registered secret, and how it stands', async (t) => {
  const v = await domain(t);
  v.add('GITHUB_TOKEN@work', { provider: 'github' });
  v.add('GITHUB_TOKEN@home', { provider: 'github' });
  v.add('KEY.staging');
  v.add('GONE');
  v.secrets.delete(operator, 'GONE');
  const session = v.session('dev');
  const rows = () => toggleTable(v.context, session).map(({ secret: _secret, ...row }) => row);
  const idle = {
    tags: [],
    sensitive: true,
    active: false,
    lapsed: false,
    version: 1,
    as: null,
    until: null,
    confirmedBy: null,
    conflictsWith: [],
  };
  const home = {
    name: 'GITHUB_TOKEN@home',
    env: 'GITHUB_TOKEN',
    provider: 'github',
    account: 'home',
    environment: null,
    followers: [],
  };
  const work = { ...home, name: 'GITHUB_TOKEN@work', account: 'work' };
  const key = { name: 'KEY.staging', env: 'KEY', followers: [], provider: null, account: null, environment: 'staging' };
  t.same(
    rows(),
    [home, work, key].map((row) => ({ ...row, ...idle })),
  );

  v.activations.activate(operator, 'dev', [{ name: 'GITHUB_TOKEN@work', ttl: HOUR }]);
  const on = { active: true, until: v.clock.now() + HOUR, confirmedBy: 'operator:test' };
  t.same(rows(), [
    { ...home, ...idle, conflictsWith: ['GITHUB_TOKEN@work'] },
    { ...work, ...idle, ...on },
    { ...key, ...idle },
  ]);

  v.activations.activate(operator, 'dev', [{ name: 'GITHUB_TOKEN@work', as: 'OTHER' }]);
  t.same(rows()[0], { ...home, ...idle }, 'its variable is free now');
  t.match(rows()[1], { env: 'GITHUB_TOKEN', as: 'OTHER', active: true, until: on.until });

  const { sandbox } = v.box('dev');
  v.sandboxes.end(operator, sandbox.id);
  t.match(rows()[1], { env: 'GITHUB_TOKEN', active: false, lapsed: true, as: 'OTHER' }, 'what was chosen is known');
  v.activations.activate(operator, 'dev', [{ name: 'GITHUB_TOKEN@home', as: 'OTHER' }]);
  t.match(rows()[0], { active: true, as: 'OTHER' }, 'a lapsed one keeps nobody from its variable');
  t.match(rows()[1], { active: false, lapsed: true, as: null });
});

t.test('what has run out is not shown as active', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  const session = v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'KEY', ttl: HOUR }]);
  v.clock.advance(HOUR);
  t.match(toggleTable(v.context, session), [{ active: false, lapsed: false }]);
});

t.test('what follows is shown, and what two would follow into', async (t) => {
  const v = await domain(t);
  v.add('ONE', { followers: ['BOTH', 'FIRST'] });
  v.add('TWO', { followers: ['BOTH'] });
  v.add('FIRST');
  const session = v.session('dev');
  const rows = () =>
    toggleTable(v.context, session).map(({ name, followers, conflictsWith }) => [name, followers, conflictsWith]);
  t.same(rows(), [
    ['FIRST', [], []],
    ['ONE', ['BOTH', 'FIRST'], []],
    ['TWO', ['BOTH'], []],
  ]);
  v.activations.activate(operator, 'dev', [{ name: 'ONE' }]);
  t.same(rows(), [
    ['FIRST', [], []],
    ['ONE', ['BOTH', 'FIRST'], []],
    ['TWO', ['BOTH'], ['ONE']],
  ]);
  v.activations.activate(operator, 'dev', [{ name: 'FIRST' }]);
  t.same(rows()[1], ['ONE', ['BOTH'], []], 'one that gave way is not shown');
  v.activations.activate(operator, 'dev', [{ name: 'ONE', as: 'OTHER' }]);
  t.same(rows().slice(1), [
    ['ONE', [], []],
    ['TWO', ['BOTH'], []],
  ]);
});
