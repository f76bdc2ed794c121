/** What keeps a commit: the plainest of all that lead there. */

import t from 'tap';
import { keepersOf, plainer } from '../../../daemon/scan/git-reach.js';

const commits = new Map(
  Object.entries({ a: [], b: ['a'], c: ['b'], d: ['b'], e: [], loop: ['loop', 'absent'] }).map(([id, parents]) => [
    id,
    { parents },
  ]),
);

t.test('through parents and tags, the plainest first', async (t) => {
  const tags = new Map([['tag', { object: 'd', name: 'v1' }]]);
  const kept = keepersOf(commits, tags, [
    { kind: 'reflog', name: 'HEAD', id: 'c' },
    { kind: 'tag', name: 'v1', id: 'tag' },
    { kind: 'branch', name: 'main', id: 'a' },
    { kind: 'stash', name: 'stash', id: 'loop' },
    { kind: 'branch', name: 'gone', id: 'absent' },
  ]);
  t.same(Object.fromEntries([...kept].map(([id, { kind }]) => [id, kind])), {
    ...{ a: 'branch', tag: 'tag', d: 'tag', b: 'tag', c: 'reflog', loop: 'stash' },
  });
});

t.test('of two the plainer', async (t) => {
  const [branch, log] = [
    { kind: 'branch' as const, name: 'main' },
    { kind: 'reflog' as const, name: 'HEAD' },
  ];
  t.equal(plainer(log, branch), branch);
  t.equal(plainer(branch, log), branch);
  t.equal(plainer(undefined, log), log);
  t.equal(plainer(undefined, undefined), undefined);
});
