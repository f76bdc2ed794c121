/** What a person reads of a scan. */

import t from 'tap';
import type { FindingAnswer, ScanAnswer } from '../../../daemon/cli/answers.js';
import { scanText } from '../../../daemon/cli/scan-text.js';
import { FINDING, SCAN } from './samples.js';

const git: NonNullable<FindingAnswer['git']> = {
  ...{ repository: 'app/.git', object: 'blob', id: 'abcdef012345', commit: '0123456789ab', path: '.env' },
  ...{ authoredAt: '2030-01-01T12:00:00.000Z', subject: 'settings', commits: 3, held: 'reflog', ref: 'HEAD' },
};
const lines = (...findings: FindingAnswer[]): string[] => scanText({ ...(SCAN as ScanAnswer), findings }).split('\n');
const finding = FINDING as FindingAnswer;

t.test('by secret: file, encoding, version, how often', async (t) => {
  t.same(lines(finding, { ...finding, encoding: 'base64', current: false, version: 1, count: 4 }).slice(0, 3), [
    'GITHUB_TOKEN@work',
    '  src/.env:2 (v2)',
    '  src/.env:2 (v1 (old), base64, 4 times)',
  ]);
  t.equal(lines({ ...finding, in: 'name', path: 'a/[redacted:X]' })[1], '  in the name a/[redacted:X] (v2)');
});

t.test('git: which commit, and what keeps it', async (t) => {
  const one = (more: Partial<typeof git>) => lines({ ...finding, path: '.env', git: { ...git, ...more } })[1];
  t.equal(one({}), '  .env:2 (v2): commit 0123456789ab and 2 more of 2030-01-01 "settings", reflog HEAD');
  t.match(one({ commits: 1, held: 'dangling', ref: null }), /ab of 2030-01-01 "settings", no ref leads there$/);
  t.match(one({ object: 'tag', path: 'v1' }), /tag message, commit/);
  const staged = lines({
    ...finding,
    path: '.git',
    git: { ...git, commit: null, path: null, held: 'dangling', ref: null },
  });
  t.equal(staged[1], '  .git (v2): git blob abcdef012345 of app/.git, in no commit, no ref leads there');
});

t.test('nothing, and what others have', async (t) => {
  t.equal(lines()[0], 'Nothing was found (7 files, 2 KiB, 3 git objects in 1.2 s).');
  t.match(scanText({ ...(SCAN as ScanAnswer), findings: [], others: 2 }), /outside the bounds of your token: 2 places/);
});
