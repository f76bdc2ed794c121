import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const UNIT = 'daemon/ampouled.service';
const SYSTEM_UNITS = '/usr/lib/systemd/system';
const unit = readFileSync(UNIT, 'utf8');

t.test('the unit says what keeps secrets where they belong', async (t) => {
  for (const line of ['LoadCredential=vault.key:/etc/ampoule/vault.key', 'LimitCORE=0', 'UMask=0077']) {
    t.ok(unit.split('\n').includes(line), line);
  }
  t.notMatch(unit, /^Environment=.*KEY/m);
});

const analyze = spawnSync('systemd-analyze', ['--version']).status === 0 && existsSync(SYSTEM_UNITS);
t.test(
  'systemd finds nothing wrong with the installed tree',
  { skip: analyze ? false : 'systemd-analyze is not installed (Debian package systemd)' },
  async (t) => {
    const root = t.testdir();
    const units = join(root, 'etc/systemd/system');
    const program = join(root, 'usr/lib/ampoule/dist/ampouled.js');
    mkdirSync(units, { recursive: true });
    mkdirSync(join(program, '..'), { recursive: true });
    cpSync(SYSTEM_UNITS, join(root, SYSTEM_UNITS), { recursive: true, verbatimSymlinks: true });
    copyFileSync(UNIT, join(units, 'ampouled.service'));
    const verify = () =>
      spawnSync('systemd-analyze', ['verify', `--root=${root}`, 'ampouled.service'], { encoding: 'utf8' });

    const before = verify();
    t.not(before.status, 0, 'it does find a program that is missing');
    t.match(before.stderr, 'ampouled.js is not executable');

    writeFileSync(program, '#!/usr/bin/env node\n');
    chmodSync(program, 0o755);
    const after = verify();
    t.equal(after.status, 0, after.stderr);
    t.notMatch(after.stderr, /ampouled\.service/, 'no warning about ours');

    writeFileSync(join(units, 'ampouled.service'), unit.replace('LimitCORE=0', 'LimitCore=0'));
    t.match(verify().stderr, /ampouled\.service:\d+: Unknown key (name )?'LimitCore'/, 'it does find a wrong word');
  },
);
