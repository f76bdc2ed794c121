/** The format's specification is enough for a stranger: a reader in another language, with another library, opens the vectors. */

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const here = fileURLToPath(new URL('../vectors/', import.meta.url));
const PYTHON = '/usr/bin/python3';

function read(stem: string, ...more: string[]): unknown {
  const reader = join(here, 'open_vault.py');
  const args = [reader, join(here, `${stem}.vault.db`), ...more];
  return JSON.parse(execFileSync(PYTHON, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

t.test('PyNaCl is there', async (t) => {
  const { status } = spawnSync(PYTHON, ['-c', 'import nacl']);
  t.equal(status, 0, 'install it with: apt-get install python3-nacl');
});

for (const [stem, option, source] of [
  ['key-file', '--key-file', 'key-file.key'],
  ['passphrase', '--passphrase-file', 'passphrase.passphrase'],
] as const)
  t.test(`${stem}: every value, the audit chain and a sealed value`, async (t) => {
    const { sealed, ...expected } = JSON.parse(readFileSync(join(here, `${stem}.json`), 'utf8')) as { sealed: string };
    t.same(read(stem, option, join(here, source), '--sealed-value', sealed), expected);
  });

t.test('another key opens nothing', async (t) => {
  const wrong = join(t.testdir({ 'wrong.key': 'x'.repeat(32) }), 'wrong.key');
  const reader = join(here, 'open_vault.py');
  const { status, stderr } = spawnSync(PYTHON, [reader, join(here, 'key-file.vault.db'), '--key-file', wrong]);
  t.equal(status, 1);
  t.match(String(stderr), /not the key of this vault/);
});
