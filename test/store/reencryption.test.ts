import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import t from 'tap';
import type { SealedRow } from '../../store/context.js';
import { newDataKey } from '../../store/data-key.js';
import { openVault } from '../../store/open.js';
import { makeReencryption } from '../../store/reencryption.js';
import type { Vault } from '../../store/vault.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { startChild } from './child.js';
import { open, options as optionsIn } from './core-fixture.js';
import { codeOf, domain, operator, plain } from './domain-fixture.js';

const text = (vault: Vault, name: string) =>
  Buffer.from(vault.secrets.reveal(operator, name, 'a test').value).toString();
const actions = (vault: Vault, action: string) => vault.audit.list(operator, { action }, { limit: 200 }).items;
const NAMES = Array.from({ length: 250 }, (_, n) => `KEY_${n}`);

async function filled(directory: string): Promise<Vault> {
  const vault = await openVault(optionsIn(directory));
  for (const name of NAMES) vault.secrets.create(operator, { name }, plain(`value of ${name}`));
  return vault;
}

t.test('in steps, and then the old key is in no file', async (t) => {
  const directory = directoryUntilEnd(t);
  const core = await open(directory);
  const key = core.db.prepare('SELECT nonce, ciphertext FROM dataKey').get() as Record<string, Buffer>;
  const file = core.db.name;
  core.close();
  const vault = await filled(directory);
  t.teardown(() => vault.close());
  vault.secrets.setValue(operator, 'KEY_0', plain('newer'));
  vault.secrets.destroyVersion(operator, 'KEY_0', 1);
  const bytes = () => Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
  t.equal(bytes().includes(key.ciphertext ?? ''), true, 'the search finds what is there');
  t.equal(vault.reencryption.step(), null, 'nothing is asked for');
  t.same(vault.rotate(operator, { reencrypt: true }), { keyId: 2 });
  t.equal(vault.reencryption.left(), 250);
  const steps = [];
  for (let step = vault.reencryption.step(); step !== null; step = vault.reencryption.step()) steps.push(step);
  t.same(steps, [
    { done: 100, left: 150, unreadable: 0 },
    { done: 100, left: 50, unreadable: 0 },
    { done: 50, left: 0, unreadable: 0 },
    { done: 0, left: 0, unreadable: 0 },
  ]);
  t.equal(text(vault, 'KEY_0'), 'newer');
  t.equal(text(vault, 'KEY_249'), 'value of KEY_249');
  t.ok(vault.secrets.versions(operator, 'KEY_0').every(({ keyId }) => keyId === 2));
  t.match(actions(vault, 'vault.erase-key'), [{ detail: { keyIds: [1] }, caller: 'daemon' }]);
  t.equal(actions(vault, 'vault.reencrypt').length, 3);
  t.equal(bytes().includes(key.ciphertext ?? ''), false, 'the wrapped key is gone');
  vault.rotate(operator);
  t.equal(vault.status().keyId, 3, 'and its number is not given again');
  t.equal(vault.reencryption.step(), null, 'a new key alone leaves values where they are');
});

t.test(
  'a key that was erased is not in memory either: what a copy of the file holds under it does not open',
  async (t) => {
    const v = await domain(t);
    const { id } = v.add('KEY');
    const copy = v.core.db.prepare('SELECT * FROM secretVersion').get() as SealedRow;
    const opened = () => Buffer.from(v.context.keys.decrypt(id, 1, copy)).toString();
    const reencryption = makeReencryption(v.context, v.core.keyring);
    newDataKey(v.context, v.core.keyring, operator, { reencrypt: true });
    t.match(reencryption.step(), { done: 1, left: 0 });
    t.equal(opened(), 'key', 'it is there until it is erased');
    while (reencryption.step() !== null);
    t.equal(codeOf(opened), 'VALUE_UNREADABLE');
    t.equal(Buffer.from(v.secrets.reveal(operator, 'KEY', 'a test').value).toString(), 'key');
  },
);

t.test('one that is killed between steps, or within one, is readable, and the next goes on', async (t) => {
  const directory = directoryUntilEnd(t);
  (await filled(directory)).close();
  const kills = [
    ['vault.rotate:recorded', 0],
    ['vault.rotate:committed', 0],
    ['vault.reencrypt:recorded', 0],
    ['vault.reencrypt:committed', 1],
    ['vault.erase-key:recorded', 0],
    ['vault.erase-key:committed', 0],
  ] as const;
  for (const [point, passes] of kills) {
    const { child, line } = await startChild('./reencrypt-child.ts', directory, point, String(passes));
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    t.equal(child.signalCode, 'SIGKILL', `${point}: ${line}`);
    const vault = await openVault(optionsIn(directory));
    for (const name of NAMES) if (text(vault, name) !== `value of ${name}`) t.fail(`${name} after ${point}`);
    vault.close();
  }
  const vault = await openVault(optionsIn(directory));
  t.teardown(() => vault.close());
  while (vault.reencryption.step() !== null);
  t.equal(vault.reencryption.left(), 0);
  t.ok(vault.secrets.versions(operator, 'KEY_7').every(({ keyId }) => keyId === vault.status().keyId));
  t.match(actions(vault, 'vault.erase-key').length, 1);
});

t.test('a value that was altered keeps its key, the others go, and a sealed vault waits', async (t) => {
  const directory = directoryUntilEnd(t);
  const before = await openVault(optionsIn(directory));
  for (const name of ['A', 'B']) before.secrets.create(operator, { name }, plain(name));
  before.close();
  const core = await open(directory);
  core.db.prepare(`UPDATE secretVersion SET size = 9 WHERE secret = (SELECT id FROM secret WHERE name = 'A')`).run();
  core.close();
  const vault = await openVault(optionsIn(directory));
  t.teardown(() => vault.close());
  vault.rotate(operator, { reencrypt: true });
  vault.seal(operator);
  t.equal(vault.reencryption.step(), null);
  t.equal(vault.reencryption.left(), 2);
  await vault.unseal(operator, null);
  t.same(vault.reencryption.step(), { done: 1, left: 1, unreadable: 1 });
  t.same(vault.reencryption.step(), { done: 0, left: 1, unreadable: 1 });
  t.equal(vault.reencryption.step(), null, 'it is not tried for ever');
  t.equal(text(vault, 'B'), 'B');
  t.equal(
    codeOf(() => text(vault, 'A')),
    'VALUE_UNREADABLE',
  );
  t.same(actions(vault, 'vault.erase-key'), []);
  vault.secrets.delete(operator, 'A');
  vault.rotate(operator, { reencrypt: true });
  while (vault.reencryption.step() !== null);
  t.match(actions(vault, 'vault.erase-key'), [{ detail: { keyIds: [1, 2] } }], 'when it is gone, its key goes too');
});

t.test('a second one while the first is under way', async (t) => {
  const vault = await filled(directoryUntilEnd(t));
  t.teardown(() => vault.close());
  vault.rotate(operator, { reencrypt: true });
  t.match(vault.reencryption.step(), { done: 100, left: 150 });
  t.same(vault.rotate(operator, { reencrypt: true }), { keyId: 3 });
  let steps = 0;
  while (vault.reencryption.step() !== null) steps += 1;
  t.ok(steps < 10, `${steps} steps`);
  t.equal(vault.reencryption.left(), 0);
  for (const name of NAMES) t.equal(vault.secrets.versions(operator, name)[0]?.keyId, 3);
  t.match(actions(vault, 'vault.erase-key'), [{ detail: { keyIds: [1, 2] } }]);
  t.equal(text(vault, 'KEY_249'), 'value of KEY_249');
});
