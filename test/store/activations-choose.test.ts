import t from 'tap';
import { chooseActive, chooseGroup, chooseWishes, sameEnvironment } from '../../store/activations-choose.js';
import { activationsOf } from '../../store/activations-rows.js';
import type { Selection } from '../../store/types.js';
import { codeOf, domain, operator, refusal } from './domain-fixture.js';

async function some(t: Parameters<typeof domain>[0]) {
  const v = await domain(t);
  v.add('GITHUB_TOKEN@work', { provider: 'github', tags: ['ci'] });
  v.add('GITHUB_TOKEN@home', { provider: 'github' });
  v.add('DATABASE_URL.staging', { provider: 'postgresql', tags: ['ci'] });
  v.add('DATABASE_URL.production', { provider: 'postgresql' });
  v.add('PLAIN');
  const group = (selection: Selection, environment: string | null = null, across = false) =>
    chooseGroup(v.context, { name: 'dev', environment }, selection, across).map(({ secret }) => secret.name);
  return { v, group };
}

t.test('filters are ANDed, lists within one are ORed', async (t) => {
  const { group } = await some(t);
  t.same(group({ provider: 'github' }), ['GITHUB_TOKEN@home', 'GITHUB_TOKEN@work']);
  t.same(group({ provider: 'github', tag: 'ci' }), ['GITHUB_TOKEN@work']);
  t.same(group({ selectors: ['*@home', 'PLAIN'] }), ['GITHUB_TOKEN@home', 'PLAIN']);
  t.same(group({ names: ['PLAIN', 'GITHUB_TOKEN@work'], account: 'work' }), ['GITHUB_TOKEN@work']);
  t.same(group({ all: true, account: 'home' }), ['GITHUB_TOKEN@home']);
});

t.test('of a group only what the session’s environment admits', async (t) => {
  const { group } = await some(t);
  t.same(group({ all: true }), ['GITHUB_TOKEN@home', 'GITHUB_TOKEN@work', 'PLAIN']);
  t.same(group({ provider: 'postgresql' }, 'staging'), ['DATABASE_URL.staging']);
  t.same(group({ provider: 'postgresql' }, 'staging', true), ['DATABASE_URL.production', 'DATABASE_URL.staging']);
  t.equal(
    codeOf(() => group({ environment: 'production' }, 'staging')),
    'CROSS_ENVIRONMENT',
  );
  t.same(group({ names: ['DATABASE_URL.production'] }, 'staging'), ['DATABASE_URL.production'], 'a name is no group');
  t.ok(sameEnvironment({ environment: 'a' }, { environment: null }));
  t.notOk(sameEnvironment({ environment: null }, { environment: 'a' }));
});

t.test('nothing selected, nothing found, nothing understood', async (t) => {
  const { group } = await some(t);
  t.equal(
    codeOf(() => group({})),
    'EMPTY_SELECTION',
  );
  t.equal(
    codeOf(() => group({ names: [], selectors: [] })),
    'EMPTY_SELECTION',
  );
  t.equal(
    codeOf(() => group({ provider: 'aws' })),
    'SECRET_NOT_FOUND',
  );
  t.throws(() => group({ selectors: ['github', 'NOPE'] }), /selected by "?NOPE/, 'each selector selects');
  t.equal(
    codeOf(() => group({ names: ['NOPE'] })),
    'SECRET_NOT_FOUND',
  );
  t.equal(
    codeOf(() => group({ environment: 'X' })),
    'INVALID_INPUT',
  );
  t.equal(refusal(() => group({ selectors: ['aws', '**'] })).problems[0]?.pointer, '/selectors/1');
});

t.test('wishes', async (t) => {
  const { v } = await some(t);
  const { id } = v.secrets.get(operator, 'PLAIN');
  t.match(chooseWishes(v.context, [{ name: id, as: 'X', ttl: 5 }], ''), [
    { secret: { name: 'PLAIN' }, as: 'X', ttl: 5 },
  ]);
  t.same(chooseWishes(v.context, [], ''), []);
  const twice = refusal(() => chooseWishes(v.context, [{ name: 'PLAIN' }, { name: id }], '/active'));
  t.match(twice.problems, [{ pointer: '/active/1' }]);
});

t.test('what is active', async (t) => {
  const { v } = await some(t);
  const { id } = v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'PLAIN' }, { name: 'GITHUB_TOKEN@work' }]);
  const chosen = (selection: Selection) =>
    chooseActive(v.context, selection, activationsOf(v.context, id)).rows.map(({ secret }) => secret.name);
  const inactive = (selection: Selection) => chooseActive(v.context, selection, activationsOf(v.context, id)).inactive;
  t.same(chosen({ all: true }), ['GITHUB_TOKEN@work', 'PLAIN']);
  t.same(chosen({ provider: 'github' }), ['GITHUB_TOKEN@work']);
  t.same(chosen({ provider: 'aws' }), [], 'none is no error');
  t.same(chosen({ names: ['GITHUB_TOKEN@home'] }), []);
  t.equal(
    codeOf(() => chosen({})),
    'EMPTY_SELECTION',
  );
  t.equal(
    codeOf(() => chosen({ names: ['NOPE'] })),
    'SECRET_NOT_FOUND',
  );
  t.throws(() => chosen({ selectors: ['PLAIN', 'PLAINN'] }), { code: 'SECRET_NOT_FOUND' }, 'as for activation');
  t.same(inactive({ names: ['PLAIN', 'GITHUB_TOKEN@home'] }), ['GITHUB_TOKEN@home']);
  t.same(inactive({ selectors: ['PLAIN', 'github', 'postgresql', '*@home'] }), ['postgresql', '*@home']);
  t.same(inactive({ all: true }), []);
});
