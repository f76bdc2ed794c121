/** Directories that sandboxes mount. */

import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { InitDirectories } from '../../../sandbox/link/directory.js';

t.test('a closed parent, an open directory, another one each time it is renewed', async (t) => {
  const runDir = mkdtempSync(join(tmpdir(), 'ap-'));
  t.teardown(() => rmSync(runDir, { recursive: true }));
  const mask = process.umask(0o077);
  t.teardown(() => process.umask(mask));
  const directories = new InitDirectories({ runDir, hostRunDir: '/host/run' });
  t.equal(statSync(join(runDir, 'sandboxes')).mode & 0o777, 0o700);
  directories.ensure('sbx_1');
  const own = join(runDir, 'sandboxes/sbx_1');
  t.equal(statSync(own).mode & 0o777, 0o755, 'whatever the umask');
  t.equal(directories.socket('sbx_1'), join(own, 's'));
  t.equal(directories.onHost('sbx_1'), '/host/run/sandboxes/sbx_1');
  writeFileSync(join(own, 'left'), '');
  directories.ensure('sbx_1');
  t.ok(statSync(join(own, 'left')), 'what is there stays');
  mkdirSync(join(runDir, 'sandboxes', 'not an id'));
  t.same(directories.known(), ['sbx_1']);
  directories.renew('sbx_1');
  t.throws(() => statSync(join(own, 'left')), 'nothing of the old one');
  directories.remove('sbx_1');
  t.same(directories.known(), []);
  for (const id of ['../x', 'a/b', '', '.']) t.throws(() => directories.ensure(id), TypeError, id);
});
