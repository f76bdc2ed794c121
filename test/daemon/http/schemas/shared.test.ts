import t from 'tap';
import { Type } from 'typebox';
import {
  Base64,
  Duration,
  DurationOrNever,
  nullable,
  pageOf,
  strict,
  Time,
  text,
  Variable,
} from '../../../../daemon/http/schemas/shared.js';
import { wrongIn } from './fits.js';

t.test('forms that several resources share', async (t) => {
  for (const [schema, good, bad] of [
    [Duration, ['90s', '0', '250ms'], ['never', '90', '1.5h', '']],
    [DurationOrNever, ['never', '7d'], ['Never', 'neverr', '']],
    [Variable, ['A', '_a1', 'x'.repeat(128)], ['1A', 'A-B', '', 'x'.repeat(129), 'A\n']],
    [Time, ['2030-01-31T12:00:00Z', '2030-01-31T12:00:00.5+02:00'], ['2030-01-31', 'now', '2030-13-01T00:00:00Z']],
    [Base64(8), ['', 'AAAA', '/+=='], ['-_', 'AAAA AAAA', 'A'.repeat(9)]],
    [text('a text', 3), ['a', 'ab\n'], ['', 'abcd', 'a\u0000']],
    [nullable(Type.Integer()), [1, null], ['1', undefined]],
  ] as const) {
    for (const value of good) t.same(wrongIn(schema, value), [], JSON.stringify(value));
    for (const value of bad) t.not(wrongIn(schema, value).length, 0, JSON.stringify(value));
  }
});

t.test('an object refuses what it does not know', async (t) => {
  t.same(wrongIn(strict({ a: Type.String() }), { a: 'x', b: 1 }), ['/b']);
  t.same(pageOf({ limit: 5, cursor: 'x' }), { limit: 5, cursor: 'x' });
  t.same(pageOf({}), {});
});
