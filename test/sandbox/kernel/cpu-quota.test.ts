/** Lifting and putting back a quota, in directories that stand for control groups of either version. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { liftFor, liftQuota, quotaFile } from '../../../sandbox/kernel/cpu-quota.js';

const CASES = [
  { version: 1 as const, file: 'cpu.cfs_quota_us', quota: '50000', lifted: '-1' },
  { version: 2 as const, file: 'cpu.max', quota: '50000 100000', lifted: 'max' },
];

t.test('lifted, and put back', async (t) => {
  for (const { version, file, quota, lifted } of CASES) {
    const directory = mkdtempSync(join(tmpdir(), 'ap-'));
    t.teardown(() => rmSync(directory, { recursive: true, force: true }));
    t.same(quotaFile({ version, directory }), { file: join(directory, file), lifted });
    t.equal(liftFor({ version, directory }), null, 'nothing is there');
    const path = join(directory, file);
    writeFileSync(path, `${quota}\n`);
    const putBack = liftFor({ version, directory });
    t.equal(readFileSync(path, 'utf8'), lifted);
    t.equal(liftFor({ version, directory }), null, 'there is none to lift');
    putBack?.();
    t.equal(readFileSync(path, 'utf8'), quota);
    const late = liftFor({ version, directory });
    rmSync(directory, { recursive: true });
    t.doesNotThrow(() => late?.(), 'its container is gone');
  }
});

t.test('a process that is in no such container has none', async (t) => {
  t.equal(liftQuota(process.pid, 'c'.repeat(64)), null);
});
