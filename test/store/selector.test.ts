import fc from 'fast-check';
import t from 'tap';
import { formatSelector, parseSelector, readSelector, selectedByAny, selects } from '../../store/selector.js';
import { codeOf, refusal } from './domain-fixture.js';

const secret = (name: string, more: object = {}) => ({
  name,
  provider: null,
  account: null,
  environment: null,
  tags: [],
  ...more,
});

t.test('each form is read as what it is', async (t) => {
  t.same(parseSelector('GITHUB_TOKEN@work.prod'), { kind: 'name', name: 'GITHUB_TOKEN@work.prod' });
  t.same(parseSelector('github'), { kind: 'provider', provider: 'github', account: null });
  t.same(parseSelector('github@work'), { kind: 'provider', provider: 'github', account: 'work' });
  t.same(parseSelector('acme-cloud@x'), { kind: 'provider', provider: 'acme-cloud', account: 'x' });
  t.same(parseSelector('acme@x'), { kind: 'word', name: 'acme@x', provider: 'acme', account: 'x' });
  t.same(parseSelector('*@work'), { kind: 'account', account: 'work' });
  t.same(parseSelector('tag:db'), { kind: 'tag', tag: 'db' });
  t.same(parseSelector('env:staging'), { kind: 'environment', environment: 'staging' });
});

t.test('what is no selector is refused with its place', async (t) => {
  for (const bad of ['', '*', '*@', '*@Work', 'tag:', 'env:', 'env:Prod', 'github@Work', '9X', 'A B', 'sec_x', 'a@b@c'])
    t.equal(
      codeOf(() => parseSelector(bad, '/only/0')),
      'INVALID_INPUT',
      bad,
    );
  t.same(refusal(() => parseSelector('*', '/only/0')).problems[0]?.pointer, '/only/0');
});

t.test('a selector that was read can be written, and means the same', async (t) => {
  const text = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.stringMatching(/^[a-zA-Z@.*:_-]{0,10}$/),
    fc.constantFrom('github', 'aws@work', '*@x', 'tag:a', 'env:b', 'X@y.z', 'acme'),
  );
  fc.assert(
    fc.property(text, (text) => {
      const { selector } = readSelector(text, '');
      return selector === null || formatSelector(selector) === text;
    }),
    { numRuns: 1000 },
  );
  t.pass('1000 texts');
});

t.test('matching', async (t) => {
  const work = secret('GITHUB_TOKEN@work', { provider: 'github', account: 'work', environment: 'prod', tags: ['ci'] });
  const means = (text: string) => selects(parseSelector(text), work);
  for (const yes of ['GITHUB_TOKEN@work', 'github', 'github@work', '*@work', 'tag:ci', 'env:prod'])
    t.ok(means(yes), yes);
  for (const no of ['GITHUB_TOKEN', 'gitlab', 'github@home', '*@home', 'tag:c', 'env:pro', 'acme'])
    t.notOk(means(no), no);
  t.ok(selects(parseSelector('acme'), secret('X', { provider: 'acme' })), 'a provider somebody made up');
  t.ok(selects(parseSelector('acme'), secret('acme')), 'or a name in lower case');
  t.notOk(selects(parseSelector('github'), secret('github_token')));
  t.ok(selectedByAny(['aws', 'tag:ci'], work));
  t.notOk(selectedByAny([], work));
});
