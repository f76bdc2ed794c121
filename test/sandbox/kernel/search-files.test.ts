/** Files of a container as they are read from outside: links, what vanishes, what is in the way, what is too large. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { eachFile } from '../../../sandbox/kernel/search-files.js';

function look(root: string, paths: string[], seen: string[] = []) {
  const left = eachFile(root, paths, (bytes) => void seen.push(bytes.toString()));
  return { seen: seen.sort(), left: left.map(({ path, reason }) => `${path}: ${reason}`).sort() };
}

t.test('directories and single files; what is not there is nothing to tell', async (t) => {
  const root = t.testdir({ files: { A: 'a', B: 'b' }, run: { secrets: { x: 'x' } } });
  t.same(look(root, ['/files', '/run/secrets/x', '/run/./secrets//x', '/absent', '/run/absent/x']), {
    ...{ seen: ['a', 'b', 'x', 'x'], left: [] },
  });
  t.same(look(join(root, 'gone'), ['/files']), { seen: [], left: [] }, 'its process has ended');
});

t.test('links are not followed, wherever they stand', async (t) => {
  const root = t.testdir({ outside: { x: 'ours' }, box: { files: {} } });
  const box = join(root, 'box');
  symlinkSync('../../outside/x', join(box, 'files', 'link'));
  symlinkSync('../outside', join(box, 'run'));
  symlinkSync('/files/KEY', join(box, 'key'));
  symlinkSync('/files/../../outside/x', join(box, 'lies'));
  t.same(look(box, ['/files', '/run/x', '/key', '/lies', '/../outside/x']), {
    seen: [],
    left: [...['/../outside/x: no plain path', '/files/link: a link', '/lies: a link'], '/run/x: a link leads there'],
  });
});

t.test('what cannot be read is told and does not end it', async (t) => {
  const root = t.testdir({ files: { A: 'a', Z: 'z', below: {} }, flat: 'x' });
  writeFileSync(join(root, 'files', 'large'), Buffer.alloc(1024 * 1024 + 1));
  execFileSync('mkfifo', [join(root, 'files', 'pipe')]);
  t.same(look(root, ['/files', '/flat/x', `/${'n'.repeat(300)}`]), {
    seen: ['a', 'z'],
    left: [
      '/files/below: a directory',
      '/files/large: too large',
      '/files/pipe: no plain file',
      '/flat/x: ENOTDIR',
      `/${'n'.repeat(300)}: ENAMETOOLONG`,
    ],
  });
});

t.test('a file that vanishes while it is looked for is told', async (t) => {
  const root = t.testdir({ files: { A: 'a', B: 'b' } });
  mkdirSync(join(root, 'more'));
  const seen: string[] = [];
  const left = eachFile(root, ['/files'], (bytes) => {
    seen.push(bytes.toString());
    for (const name of ['A', 'B']) rmSync(join(root, 'files', name), { force: true });
  });
  t.equal(seen.length, 1);
  t.match(left, [{ path: /^\/files\/[AB]$/, reason: 'ENOENT' }]);
});
