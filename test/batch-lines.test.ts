import t from 'tap';
import { batchesOf, beginLine, endingOf, endLine } from './batch-lines.js';

t.test('an ending is read as it was written, whatever else is said', async (t) => {
  const ending = { file: 'test/a.test.ts', pass: 3, fail: 0, skip: 1, left: ['Timeout'] };
  t.same(endingOf(endLine(ending).split('\n').at(-1) ?? ''), ending);
  for (const line of [beginLine('test/a.test.ts').trim(), 'ok 1 - # END {', '    # END {}', ''])
    t.equal(endingOf(line), null);
});

t.test('batches keep the order, and directories apart', async (t) => {
  const files = ['a/1', 'a/2', 'a/3', 'a/b/1', 'a/b/2', 'c/1', '1'];
  t.same(batchesOf(files, 2), [['a/1', 'a/2'], ['a/3'], ['a/b/1', 'a/b/2'], ['c/1'], ['1']]);
  t.same(batchesOf(files, 1).flat(), files);
  t.equal(batchesOf(files, 1).length, files.length);
  t.same(batchesOf([], 2), []);
});
