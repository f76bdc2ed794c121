import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startOf } from './processes.js';
import { abandoned, groupOf } from './sweep.js';

t.test('takes a directory for abandoned only when its guard is known to be gone', async (t) => {
  const dir = t.testdir({});
  const prefix = join(dir, 'ae-');
  const living = spawn('sleep', ['1000']);
  t.teardown(() => living.kill('SIGKILL'));
  const pid = living.pid ?? 0;
  for (const [name, guard] of Object.entries({
    living: `${pid} ${startOf(pid)}\n`,
    dead: `${pid} 1\n`,
    gone: '4194300 12345\n',
    being: '',
  })) {
    mkdirSync(`${prefix}${name}`);
    writeFileSync(`${prefix}${name}/guard`, guard);
  }
  mkdirSync(`${prefix}silent`);
  mkdirSync(join(dir, 'other'));
  writeFileSync(join(dir, 'other/guard'), '4194300 12345');
  t.same(abandoned(prefix).sort(), [`${prefix}dead`, `${prefix}gone`]);
});

t.test('names the control group of a directory', async (t) => {
  t.equal(groupOf('/tmp/ae-AbC123'), 'ampoule-test-AbC123');
});
