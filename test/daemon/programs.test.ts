import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { programsDirectory } from '../../daemon/programs.js';

t.test('beside the bundle, or in dist/ for the sources', async (t) => {
  const root = t.testdir({ daemon: {}, dist: {} });
  const from = (path: string): string => programsDirectory(pathToFileURL(join(root, path)).href);
  t.equal(from('daemon/programs.ts'), join(root, 'dist', 'init'));
  mkdirSync(join(root, 'dist', 'init'));
  writeFileSync(join(root, 'dist', 'init', 'ampoule-peer'), '');
  t.equal(from('dist/ampouled.js'), join(root, 'dist', 'init'));
});
