import t from 'tap';
import { shortener } from './tap-report.js';

const shorten = (text: string): string[] => text.split('\n').flatMap(shortener());

t.test('gives a line for a file that passed', async (t) => {
  const lines = shorten(
    'TAP version 14\n1..2\n# Subtest: test/a.test.ts\n    ok 1 - yes\n    1..1\nok 1 - test/a.test.ts # time=12.6ms\n\n# time=30ms',
  );
  t.same(lines, ['ok     test/a.test.ts (13 ms)']);
});

t.test('gives what went wrong in a file that failed', async (t) => {
  const lines = shorten(
    [
      '# Subtest: test/b.test.ts',
      '    # Subtest: inner',
      '        ok 1 - yes',
      '        not ok 2 - no',
      '          diff: -1',
      '    not ok 1 - inner',
      'not ok 2 - test/b.test.ts # time=5ms',
      '  exitCode: 1',
      '# Subtest: test/c.test.ts',
      '    ok 1 - yes',
      'ok 3 - test/c.test.ts # time=5ms',
    ].join('\n'),
  );
  t.same(lines, [
    'not ok test/b.test.ts',
    '    # Subtest: inner',
    '        not ok 2 - no',
    '          diff: -1',
    '    not ok 1 - inner',
    '  exitCode: 1',
    'ok     test/c.test.ts (5 ms)',
  ]);
});

t.test('shows a timeout', async (t) => {
  t.same(shorten('not ok 3 - timeout!\n  ---\n  expired: test/d.test.ts'), [
    'not ok timeout!',
    '  ---',
    '  expired: test/d.test.ts',
  ]);
});
