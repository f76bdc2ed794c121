import t from 'tap';
import { Type } from 'typebox';
import { DaemonError } from '../../../daemon/errors.js';
import { strict } from '../../../daemon/http/schemas/shared.js';
import { checkBody, compileValidator, refusal } from '../../../daemon/http/validation.js';

const Body = strict({
  name: Type.String({ description: 'a name', minLength: 1, maxLength: 5, pattern: '^[a-z]*$' }),
  size: Type.Optional(Type.Integer({ description: 'a size', minimum: 1 })),
  mode: Type.Optional(Type.Enum(['on', 'off'])),
  tags: Type.Optional(Type.Array(Type.String(), { maxItems: 2, uniqueItems: true })),
  env: Type.Optional(
    Type.Record(Type.String({ pattern: '^[A-Z]+$' }), Type.String(), {
      description: 'an object of variables',
      additionalProperties: false,
    }),
  ),
  where: Type.Optional(
    Type.Union(
      [
        Type.String(),
        strict({ id: Type.String() }),
        strict({ path: Type.String(), deep: Type.Optional(Type.Integer()) }),
      ],
      {
        description: 'a name or an object',
      },
    ),
  ),
});

function problems(body: unknown): Record<string, string> {
  try {
    checkBody(Body, body);
    return {};
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    return Object.fromEntries(error.problems.map(({ pointer, detail }) => [pointer, detail]));
  }
}

t.test('a body that fits comes back as it is', async (t) => {
  const body = { name: 'a', size: 1, mode: 'on', tags: ['x'], env: { A: 'b' }, where: { id: '1' } };
  t.equal(checkBody(Body, body), body);
  t.same(problems({ name: 'a', where: { path: '/', deep: 1 } }), {});
});

t.test('each problem has a pointer, and says what to do', async (t) => {
  t.same(problems({}), { '/name': 'name is missing. Add it.' });
  t.match(problems({ name: 'a', nam: 1 }), {
    '/nam': /^nam is not known here\. Leave it out; there are name, size, mode/,
  });
  t.same(problems({ name: 1 }), { '/name': 'This is a number and must be string. Give a name.' });
  t.same(
    problems({ name: 'a', size: '1' }),
    { '/size': 'This is a string and must be integer. Give a size.' },
    'no coercion',
  );
  t.match(problems({ name: '', size: 0 }), { '/name': 'This is too short. Give a name.', '/size': /must be >= 1/ });
  t.match(problems({ name: 'abcdef' }), { '/name': 'This is too long: 5 is the most. Give a name.' });
  t.match(problems({ name: 'A' }), { '/name': 'This does not have the right form. Give a name.' });
  t.same(problems({ name: 'a', mode: 'up' }), { '/mode': 'Choose one of on, off.' });
  t.match(problems({ name: 'a', tags: ['x', 'x'] }), { '/tags': /twice/ });
  t.same(problems({ name: 'a', env: { '1': 'x' } }), {
    '/env': 'The name 1 does not fit. Give an object of variables.',
  });
  t.match(problems([]), { '': /This is a list and must be object/ });
  t.match(problems(null), { '': /This is null/ });
});

t.test('of a choice, what is told is what is wrong with the form that was meant', async (t) => {
  t.same(problems({ name: 'a', where: 1 }), {
    '/where': 'This has none of the forms that it may have. Give a name or an object.',
  });
  t.same(Object.keys(problems({ name: 'a', where: { path: '/', deep: 'x' } })), ['/where/deep']);
  t.same(Object.keys(problems({ name: 'a', where: { colour: 'x' } })), ['/where'], 'none was meant');
  const One = strict({ one: Type.Union([Type.String(), strict({ id: Type.String() })]) });
  try {
    checkBody(One, { one: { id: 1, more: 2 } });
    t.fail('not refused');
  } catch (error) {
    t.match(error, { problems: [{ pointer: '/one/more' }, { pointer: '/one/id' }] });
  }
});

t.test('queries are coerced, and named without a slash', async (t) => {
  const Query = strict({ limit: Type.Optional(Type.Integer({ maximum: 5 })), force: Type.Optional(Type.Boolean()) });
  const check = compileValidator({ schema: Query, method: 'GET', url: '/', httpPart: 'querystring' }) as ReturnType<
    typeof compileValidator
  > & { errors?: never[] };
  const query = { limit: '3', force: 'true' };
  t.equal(check(query), true);
  t.same(query, { limit: 3, force: true });
  t.equal(check({ limit: 'x', other: '1' }), false);
  t.same(
    refusal(check.errors ?? [], 'querystring').problems.map(({ pointer }) => pointer),
    ['other', 'limit'],
  );
});

t.test('no value comes back, names are cut, and there are at most twenty', async (t) => {
  const long = 'n'.repeat(100);
  const told = JSON.stringify(
    problems({ name: 'CANARY VALUE', size: 'CANARY', mode: 'CANARY', where: ['CANARY'], [long]: 1 }),
  );
  t.notMatch(told, /CANARY/);
  t.notMatch(told, long);
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`x${n}`, 1]));
  t.equal(Object.keys(problems({ name: 'a', ...many })).length, 20);
});
