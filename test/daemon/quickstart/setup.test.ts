/** Setting up without leave to install, and on a machine that lacks what is needed. */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const SETUP = fileURLToPath(new URL('../../../daemon/quickstart/setup.mjs', import.meta.url));

/** A PATH in which there is nothing but what is given; `apt-get` writes down that it was called. */
function machine(dir: string, programs: string[]): { PATH: string; called: string } {
  const called = join(dir, 'called');
  for (const name of programs) {
    writeFileSync(join(dir, name), `#!/bin/sh\necho "$0 $*" >>'${called}'\n`);
    chmodSync(join(dir, name), 0o755);
  }
  return { PATH: dir, called };
}

function setup(level: string, env: Record<string, string>) {
  const ran = spawnSync(process.execPath, [SETUP, level], { env: { HOME: '/nonexistent', ...env }, encoding: 'utf8' });
  return { status: ran.status, said: `${ran.stdout}${ran.stderr}` };
}

t.test('installs nothing where that is forbidden, and says what to install', async (t) => {
  const { PATH, called } = machine(t.testdir({}), ['apt-get']);
  const { status, said } = setup('test', { PATH, AMPOULE_NO_INSTALL: '1' });
  t.equal(status, 1);
  t.match(said, /AMPOULE_NO_INSTALL=1 forbids/);
  t.match(said, /Run `apt-get install -y --no-install-recommends .*strace/);
  t.notOk(existsSync(called), 'apt-get was not called');
});

t.test('names the packages where there is no apt-get', async (t) => {
  const { PATH } = machine(t.testdir({}), []);
  const { status, said } = setup('test', { PATH });
  t.equal(status, 1);
  t.match(said, /strace.*package manager/);
});

t.test('refuses a word that it does not know', async (t) => {
  const { status, said } = setup('everything', {});
  t.equal(status, 1);
  t.match(said, /npm, build, unit, engine, quickstart, test/);
});

t.test('an --uninstall that npm took for its own is one', async (t) => {
  const { PATH, called } = machine(t.testdir({ 'then.mjs': 'console.log("then", process.argv.slice(2).join(" "));' }), [
    'apt-get',
  ]);
  const then = join(t.testdirName, 'then.mjs');
  const ran = spawnSync(process.execPath, [SETUP, 'quickstart', '--then', then], {
    env: { HOME: '/nonexistent', PATH, AMPOULE_NO_INSTALL: '1', npm_config_uninstall: 'true' },
    encoding: 'utf8',
  });
  t.equal(ran.status, 0, ran.stderr);
  t.match(ran.stdout, /taken as `npm run quickstart -- --uninstall`/);
  t.match(ran.stdout, /^then --uninstall$/m);
  t.notOk(existsSync(called), 'nothing was installed');
});
