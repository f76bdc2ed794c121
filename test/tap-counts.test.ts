import t from 'tap';
import { countsOf, NOTHING, sum } from './tap-counts.js';

t.test('reads the last summary', async (t) => {
  const output = '# { total: 1, pass: 1 }\nok 1\n# { total: 9, pass: 7, fail: 1, skip: 1 }\n# time=3ms\n';
  t.same(countsOf(output), { passed: 7, failed: 1, skipped: 1 });
  t.same(countsOf('# { total: 5, pass: 5 }'), { passed: 5, failed: 0, skipped: 0 });
  t.same(countsOf('ok 1 - # { total: 5, pass: 5 }'), NOTHING, 'only where a line begins with it');
  t.same(countsOf(''), NOTHING);
});

t.test('adds', async (t) => {
  t.same(sum({ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 20, skipped: 30 }), {
    passed: 11,
    failed: 22,
    skipped: 33,
  });
});
