import t from 'tap';
import { fields, printable, shortened, size, table, time } from '../../../daemon/cli/table.js';

t.test('columns are aligned, empty cells are -, nothing trails', async (t) => {
  t.equal(
    table(
      ['NAME', 'V', 'TAGS'],
      [
        ['A', 12, 'x'],
        ['LONGER', null, ''],
      ],
    ),
    ['NAME    V   TAGS', 'A       12  x', 'LONGER  -   -'].join('\n'),
  );
  t.equal(table(['A'], []), 'A');
});

t.test('lines of name and value leave out what is undefined', async (t) => {
  t.equal(
    fields([
      ['a', 1],
      ['long', null],
      ['gone', undefined],
    ]),
    'a     1\nlong  -',
  );
  t.equal(fields([]), '');
});

t.test('a text of the server cannot steer the terminal', async (t) => {
  t.equal(printable('a\u001b[31mb\nc\u009b'), 'a\\x1b[31mb\\x0ac\\x9b');
  t.equal(printable('a\u202eb\u200bc\u{e0041}\ufeffd\u2028'), 'a\\u{202e}b\\u{200b}c\\u{e0041}\\u{feff}d\\u{2028}');
  t.equal(printable('für 👩\u200d🔧'), 'für 👩\u200d🔧');
  t.equal(table(['A'], [['\u001b]0;title\u0007']]), 'A\n\\x1b]0;title\\x07');
});

t.test('long texts', async (t) => {
  t.equal(shortened('abcd', 4), 'abcd');
  t.equal(shortened('👩abcd', 4), '👩ab…');
});

t.test('times and sizes', async (t) => {
  t.equal(time('2026-03-01T14:05:09.123Z'), '2026-03-01 14:05:09');
  t.equal(time(null), null);
  t.equal(time(undefined), null);
  t.same([0, 1023, 1536, 5 * 2 ** 30].map(size), ['0 B', '1023 B', '1.5 KiB', '5 GiB']);
});
