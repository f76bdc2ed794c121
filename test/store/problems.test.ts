import t from 'tap';
import { assertNone, invalid, quote } from '../../store/problems.js';
import { refusal } from './domain-fixture.js';

t.test('one refusal names every part that was wrong, and what to do', async (t) => {
  const error = invalid(
    [
      { pointer: '/name', detail: 'is empty' },
      { pointer: '/ttl', detail: 'is negative' },
    ],
    'Try again.',
  );
  t.equal(error.code, 'INVALID_INPUT');
  t.equal(error.message, '/name: is empty; /ttl: is negative. Try again.');
  t.equal(error.problems.length, 2);
});

t.test('no problem, no refusal', async (t) => {
  t.doesNotThrow(() => assertNone([]));
  t.equal(refusal(() => assertNone([{ pointer: '/a', detail: 'b' }])).code, 'INVALID_INPUT');
});

t.test('quoted input is bounded and on one line', async (t) => {
  t.equal(quote('a"b\n'), '"a\\"b\\n"');
  t.equal(quote('x'.repeat(500)).length, 82);
});
