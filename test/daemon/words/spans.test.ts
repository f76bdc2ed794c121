import t from 'tap';
import { readSpan } from '../../../daemon/words/spans.js';

const span = (text: string) => readSpan(text.split(' '));
const MINUTE = 60_000;

t.test('spans of time, and how many words they take', async (t) => {
  for (const [text, minutes, length] of [
    ['20 minutes', 20, 2],
    ['20m', 20, 1],
    ['1h30m', 90, 1],
    ['90 min please', 90, 2],
    ['an hour', 60, 2],
    ['half an hour', 30, 3],
    ['half a day', 720, 3],
    ['a quarter of an hour', 15, 5],
    ['three quarters of an hour', 45, 5],
    ['an hour and a half', 90, 5],
    ['two hours and fifteen minutes', 135, 5],
    ['a couple of hours', 120, 4],
    ['one day', 1440, 2],
    ['1.5 hours', 90, 2],
    ['2 hours 5 minutes', 125, 4],
  ] as const)
    t.same(span(text), { ms: minutes * MINUTE, length }, text);
});

t.test('none', async (t) => {
  for (const text of ['', 'minutes', '20', 'a github', 'half', '30m1h', 'an', '5pm', 'hour 2', 'two secrets'])
    t.equal(span(text), null, text);
  t.same(span('2 hours and 3 hours'), { ms: 120 * MINUTE, length: 2 }, 'not the same unit again');
});
