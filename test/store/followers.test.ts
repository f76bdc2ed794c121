import t from 'tap';
import { followersOf, withFollowers } from '../../store/followers.js';
import { domain, operator, refusal } from './domain-fixture.js';

const of = (env: string, followers: string[], as = env) => ({ secret: { env, followers }, env: as });
const names = (placed: ReturnType<typeof of>[]): string[] => withFollowers(placed).map(({ env }) => env);

t.test('who follows whom', async (t) => {
  t.same(names([of('A', ['B', 'C']), of('D', [])]), ['A', 'B', 'C', 'D']);
  t.same(names([of('A', ['B'], 'A_2')]), ['A_2'], 'none under another variable');
  t.same(names([of('A', ['B']), of('B', [])]), ['A', 'B'], 'whose variable it is comes first');
  t.same(names([of('A', ['X']), of('B', ['X'])]), ['A', 'B'], 'what two follow into nobody gets');
  t.same(followersOf(of('A', ['B'])), ['B']);
});

t.test('a sandbox gets them, with the version of the secret', async (t) => {
  const v = await domain(t);
  v.add('GITHUB_TOKEN@work', { followers: ['GH_TOKEN', 'GH_TOKEN', 'GITHUB_TOKEN'] });
  v.add('GITHUB_TOKEN@home', { followers: ['GH_TOKEN'] });
  v.session('dev');
  const { id } = v.box('dev').sandbox;
  v.activations.activate(operator, 'dev', [{ name: 'GITHUB_TOKEN@work' }]);
  t.same(v.given(id), { GITHUB_TOKEN: 'github_token@work', GH_TOKEN: 'github_token@work' });
  v.activations.activate(operator, 'dev', [{ name: 'GITHUB_TOKEN@home', as: 'GITHUB_TOKEN_2' }]);
  t.same(v.given(id), {
    ...{ GITHUB_TOKEN: 'github_token@work', GH_TOKEN: 'github_token@work' },
    GITHUB_TOKEN_2: 'github_token@home',
  });
  v.add('GH_TOKEN', {}, 'its own');
  v.activations.activate(operator, 'dev', [{ name: 'GH_TOKEN' }]);
  t.match(v.given(id), { GH_TOKEN: 'its own', GITHUB_TOKEN: 'github_token@work' });
  v.activations.deactivate(operator, 'dev', { names: ['GH_TOKEN'] });
  t.match(v.given(id), { GH_TOKEN: 'github_token@work' });
  v.activations.deactivate(operator, 'dev', { all: true });
  t.same(v.given(id), {});
});

t.test('two that follow into one variable are refused, and both are named', async (t) => {
  const v = await domain(t);
  v.add('ONE', { followers: ['BOTH'] });
  v.add('TWO', { followers: ['BOTH'] });
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'ONE' }]);
  const error = refusal(() => v.activations.activate(operator, 'dev', [{ name: 'TWO' }]));
  t.equal(error.code, 'ENV_CONFLICT');
  t.match(error.message, /^BOTH is wanted by ONE \(active\) and TWO\./);

  v.activations.deactivate(operator, 'dev', { all: true });
  v.add('BOTH');
  v.activations.activate(operator, 'dev', [{ name: 'BOTH' }, { name: 'ONE' }]);
  const hidden = refusal(() => v.activations.activate(operator, 'dev', [{ name: 'TWO' }]));
  t.equal(hidden.code, 'ENV_CONFLICT', "also while the variable is somebody else's own, who may go");
  t.match(hidden.message, /^BOTH is wanted by ONE \(active\) and TWO\./);
});

t.test('they are variables like others', async (t) => {
  const v = await domain(t);
  t.match(
    refusal(() => v.add('ONE', { followers: ['1X'] })),
    { code: 'INVALID_INPUT', problems: [{ pointer: '/followers/0' }] },
  );
  t.match(
    refusal(() => v.add('ONE', { followers: ['PATH'] })),
    { code: 'NAME_RESERVED' },
  );
  const many = Array.from({ length: 9 }, (_, n) => `F${n}`);
  t.match(
    refusal(() => v.add('ONE', { followers: many })),
    { code: 'INVALID_INPUT', message: /at most 8/ },
  );
});
