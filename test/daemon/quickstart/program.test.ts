import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { digestOf, stale } from '../../../daemon/quickstart/program.js';

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
  utimesSync(program, 4000, 4000);
  writeFileSync(join(dir, 'src/deep/init.c'), '');
  t.ok(stale(program, [join(dir, 'src')]), 'older than a source in C');
});

t.test('builds differ when one of their programs does', async (t) => {
  const dir = t.testdir({ 'ampouled.js': 'one', init: { 'ampoule-init-x64': 'a' } });
  const program = join(dir, 'ampouled.js');
  const first = digestOf(program);
  t.equal(digestOf(program), first);
  writeFileSync(join(dir, 'init/ampoule-init-x64'), 'b');
  t.not(digestOf(program), first);
  t.ok(digestOf(join(t.testdir({ 'ampouled.js': 'one' }), 'ampouled.js')), 'also where no other program is');
});
