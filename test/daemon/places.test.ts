import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { readConfig } from '../../daemon/config.js';
import { makePlaces, makePrivate } from '../../daemon/places.js';

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

t.test('missing directories are made for nobody else', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'ampoule-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const env = {
    AMPOULE_DATA_DIR: join(root, 'a/data'),
    AMPOULE_RUN_DIR: join(root, 'run'),
    AMPOULE_AUDIT_HEAD_FILE: join(root, 'state/head'),
    AMPOULE_BOOTSTRAP_TOKEN_FILE: join(root, 'etc/token'),
  };
  makePlaces(readConfig({}, env));
  for (const place of ['a/data', 'run', 'state', 'etc']) t.equal(mode(join(root, place)), '700', place);
});

t.test('one that is open to others is refused, not changed', async (t) => {
  const root = t.testdir({ data: {} });
  chmodSync(join(root, 'data'), 0o755);
  t.throws(() => makePrivate(join(root, 'data'), true), { name: 'ConfigError', message: /chmod 700/ });
  t.equal(mode(join(root, 'data')), '755');
  makePrivate(join(root, 'data'), false);
});

t.test('one that cannot be made says why', async (t) => {
  const root = t.testdir({ file: '' });
  t.throws(() => makePrivate(join(root, 'file/data'), true), { message: /cannot be made \(ENOTDIR\)/ });
});
