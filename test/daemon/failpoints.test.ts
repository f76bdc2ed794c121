import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { failpoints } from '../../daemon/failpoints.js';

t.test('kills at the n-th passing, which is counted', async (t) => {
  const count = join(t.testdir(), 'count');
  let killed = 0;
  const points = failpoints('a:before=kill@2; b=kill@1', count, () => {
    killed += 1;
  });
  points.sync('a:before');
  t.equal(killed, 0);
  points.sync('a:before');
  t.equal(killed, 1);
  t.equal(readFileSync(count, 'utf8'), 'a:before\na:before\n', 'before the kill');
  await points.async('b');
  t.equal(killed, 2);
  points.sync('a:before');
  t.equal(killed, 2, 'once');
  t.equal(statSync(count).mode & 0o777, 0o600);
});

t.test('waits in both ways', async (t) => {
  const points = failpoints('*=delay:30;one=delay:20', null);
  let start = performance.now();
  points.sync('any');
  t.ok(performance.now() - start >= 29);
  start = performance.now();
  await points.async('one');
  t.ok(performance.now() - start >= 49);
});

t.test('what is no failpoint is refused', async (t) => {
  for (const text of ['a', 'a=', 'a=kill', 'a=kill@0', 'a=delay', 'a=explode']) {
    t.throws(() => failpoints(text, null), { message: /is no failpoint/ }, text);
  }
  t.doesNotThrow(() => failpoints('', null).sync('any'));
});
