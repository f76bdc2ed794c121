/** Keys that a later process finds again. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { ResumeKeys } from '../../../sandbox/link/resume-keys.js';

t.test('saved for the owner alone, loaded, dropped', async (t) => {
  const runDir = mkdtempSync(join(tmpdir(), 'ap-'));
  t.teardown(() => rmSync(runDir, { recursive: true }));
  const keys = new ResumeKeys(runDir);
  const one = {
    dockerId: 'a'.repeat(64),
    process: { pid: 7, pidStart: '9', bootId: 'b' },
    config: { flags: 1, sandbox: 'sbx_1', user: 'ü', grace: 0, lease: 0, path: '/bin' },
    key: Buffer.alloc(32, 0xff),
  };
  t.equal(keys.load('sbx_1'), null);
  keys.save('sbx_1', one);
  t.same(new ResumeKeys(runDir).load('sbx_1'), one);
  const directory = join(runDir, 'resume');
  t.same(readdirSync(directory), ['sbx_1']);
  t.equal(statSync(directory).mode & 0o777, 0o700);
  t.equal(statSync(join(directory, 'sbx_1')).mode & 0o777, 0o600);
  const whole = readFileSync(join(directory, 'sbx_1'));
  for (const cut of [0, 31, 32, 40, whole.length - 1]) {
    writeFileSync(join(directory, 'sbx_1'), whole.subarray(0, cut));
    t.equal(keys.load('sbx_1'), null, `cut off at ${cut}`);
  }
  keys.drop('sbx_1');
  keys.drop('sbx_1');
  t.same(readdirSync(directory), []);
});
