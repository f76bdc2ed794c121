/** Which files are git's, by their paths. */

import t from 'tap';
import { gitFile, within } from '../../../daemon/scan/git-paths.js';

const ID = 'c'.repeat(40);

t.test('packs, indexes, objects, refs; in repositories anywhere', async (t) => {
  t.same(gitFile(`a/.git/objects/pack/pack-${ID}.pack`), {
    ...{ kind: 'pack', repository: 'a/.git/', name: `a/.git/pack-${ID}` },
  });
  t.match(gitFile(`bare/objects/pack/pack-${ID}.idx`), { kind: 'index', repository: 'bare/' });
  t.match(gitFile('.git/objects/pack/mine.pack'), { kind: 'pack', repository: '.git/', name: '.git/mine' });
  t.match(gitFile('objects/pack/pack-1.2.idx'), { kind: 'index', repository: '', name: 'pack-1.2' });
  t.match(gitFile(`objects/ab/${'c'.repeat(38)}`), { kind: 'object', repository: '' });
  t.match(gitFile(`.git/objects/ab/${'c'.repeat(62)}`), { kind: 'object', repository: '.git/' });
  for (const path of ['.git/HEAD', '.git/packed-refs', '.git/refs/heads/a/b', '.git/logs/HEAD', '.git/FETCH_HEAD'])
    t.same(gitFile(path), { kind: 'refs' }, path);
  for (const path of [
    'src/main.ts',
    `objects/pack/pack-${ID}.rev`,
    'objects/abc/def',
    'HEADER',
    'objects/ab/short',
    'objects/pack/a/b.pack',
    'myobjects/pack/a.pack',
  ])
    t.equal(gitFile(path), null, path);
});

t.test('to which repository a file of refs belongs', async (t) => {
  t.equal(within('.git/', '.git/refs/heads/main'), 'refs/heads/main');
  t.equal(within('.git/', '.git/worktrees/tree/logs/HEAD'), 'logs/HEAD');
  t.equal(within('.git/', '.git/modules/lib/HEAD'), null);
  t.equal(within('.git/modules/lib/', '.git/modules/lib/HEAD'), 'HEAD');
  t.equal(within('a/.git/', 'b/.git/HEAD'), null);
});
