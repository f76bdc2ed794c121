import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { stale } from '../../../daemon/quickstart/program.js';

t.test('a program is stale when it is missing or older than a source', async (t) => {
  const dir = t.testdir({ src: { deep: { 'a.ts': '', 'b.md': '' } } });
  const program = join(dir, 'program.js');
  t.ok(stale(program, [join(dir, 'src')]), 'missing');
  writeFileSync(program, '');
  utimesSync(join(dir, 'src/deep/a.ts'), 1000, 1000);
  utimesSync(program, 2000, 2000);
  t.notOk(stale(program, [join(dir, 'src')]), 'newer');
  utimesSync(join(dir, 'src/deep/a.ts'), 3000, 3000);
  t.ok(stale(program, [join(dir, 'src')]), 'older');
});
