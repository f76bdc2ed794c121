import { join } from 'node:path';
import t from 'tap';
import { openCore } from '../../store/core.js';
import { StoreError } from '../../store/errors.js';
import { openVault } from '../../store/open.js';
import { makeSecrets } from '../../store/secrets.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { open, operator, options, testClock } from './core-fixture.js';
import { filesWith } from './search-files.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder().decode(value);

/** Every copy of `column` that differs from it in one bit. */
function flips(column: unknown): unknown[] {
  if (typeof column === 'number')
    return Array.from({ length: 64 }, (_, bit) => BigInt.asIntN(64, BigInt(column) ^ (1n << BigInt(bit))));
  const original = Buffer.from(column as string | Uint8Array);
  return Array.from({ length: original.length * 8 }, (_, bit) => {
    const flipped = Buffer.from(original);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return flipped;
  });
}

t.test('every single-bit flip of every column of a version row is refused, and of that row only', async (t) => {
  const clock = testClock();
  const { context, db, close } = await open(directoryUntilEnd(t), { clock });
  t.teardown(close);
  const secrets = makeSecrets(context);
  const { id } = secrets.create(operator, { name: 'GITHUB_TOKEN' }, { plain: bytes('ghp_value') });
  // Ids of one millisecond may differ in one bit, and a flip would meet the other row.
  clock.advance(1);
  secrets.create(operator, { name: 'OTHER' }, { plain: bytes('other') });
  const reveal = (name: string) => text(secrets.reveal(operator, name, 'test').value);
  t.equal(reveal('GITHUB_TOKEN'), 'ghp_value', 'as it is, it opens');

  db.pragma('foreign_keys = OFF');
  const row = db.prepare('SELECT * FROM secretVersion WHERE secret = ?').get(id) as Record<string, unknown>;
  const columns = Object.keys(row).filter((name) => row[name] !== null);
  t.same(columns, ['secret', 'version', 'keyId', 'nonce', 'ciphertext', 'size', 'createdAt', 'createdBy']);
  const before = db.prepare('SELECT rowid FROM secret').all().length;
  for (const column of columns) {
    const all = flips(row[column]);
    const cast = typeof row[column] === 'string' ? 'CAST(? AS TEXT)' : '?';
    const flip = db.prepare(`UPDATE secretVersion SET ${column} = ${cast} WHERE secret = ?`);
    let refused = 0;
    for (const flipped of all) {
      db.exec('SAVEPOINT flip');
      flip.run(flipped, id);
      try {
        reveal('GITHUB_TOKEN');
      } catch (error) {
        if (error instanceof StoreError && /^(VALUE_UNREADABLE|VERSION_NOT_FOUND)$/.test(error.code)) refused++;
      }
      db.exec('ROLLBACK TO flip; RELEASE flip');
    }
    t.equal(refused, all.length, `${column}: ${all.length} flips`);
  }
  t.equal(reveal('GITHUB_TOKEN'), 'ghp_value', 'flipped back, it opens');
  db.prepare('UPDATE secretVersion SET nonce = zeroblob(24) WHERE secret = ?').run(id);
  t.throws(() => reveal('GITHUB_TOKEN'), { code: 'VALUE_UNREADABLE' });
  t.equal(reveal('OTHER'), 'other', 'the others open all the same');
  t.equal(db.prepare('SELECT rowid FROM secret').all().length, before);
});

t.test('rows that changed places are refused: between secrets, and between versions of one', async (t) => {
  const { context, db, close } = await open(directoryUntilEnd(t));
  t.teardown(close);
  const secrets = makeSecrets(context);
  const a = secrets.create(operator, { name: 'A' }, { plain: bytes('of a, 1') }).id;
  const b = secrets.create(operator, { name: 'B' }, { plain: bytes('of b, 1') }).id;
  secrets.setValue(operator, 'A', { plain: bytes('of a, 2') });
  db.pragma('foreign_keys = OFF');
  const swap = (where: [string, number], other: [string, number]) => {
    const move = db.prepare('UPDATE secretVersion SET secret = ?, version = ? WHERE secret = ? AND version = ?');
    move.run('aside', 1, ...where);
    move.run(...where, ...other);
    move.run(...other, 'aside', 1);
  };
  const reveal = (name: string) => text(secrets.reveal(operator, name, 'test').value);
  swap([a, 2], [b, 1]);
  for (const name of ['A', 'B']) t.throws(() => reveal(name), { code: 'VALUE_UNREADABLE' }, name);
  swap([a, 2], [b, 1]);
  t.same([reveal('A'), reveal('B')], ['of a, 2', 'of b, 1']);
  swap([a, 1], [a, 2]);
  t.throws(() => reveal('A'), { code: 'VALUE_UNREADABLE' });
});

t.test('ciphertext and nonce of what was deleted or destroyed are in no file', async (t) => {
  const directory = directoryUntilEnd(t);
  const { context, db, close } = await open(directory);
  t.teardown(close);
  const secrets = makeSecrets(context);
  const database = join(options(directory).dataDir, 'vault.db');
  secrets.create(operator, { name: 'LONG' }, { plain: Buffer.alloc(60_000, 'long ') });
  secrets.create(operator, { name: 'SHORT' }, { plain: bytes('short') });
  secrets.setValue(operator, 'SHORT', { plain: bytes('second') });
  const rows = db
    .prepare<[], { nonce: Buffer; ciphertext: Buffer }>(
      'SELECT nonce, ciphertext FROM secretVersion ORDER BY secret, version',
    )
    .all();
  const [long, first, second] = rows;
  if (long === undefined || first === undefined || second === undefined) throw new Error('three rows');
  const pieces = (row: typeof long) => [row.nonce, row.ciphertext.subarray(0, 16), row.ciphertext.subarray(-16)];
  const found = (row: typeof long) => pieces(row).filter((piece) => filesWith(database, piece).length > 0).length;
  t.same([found(long), found(first), found(second)], [3, 3, 3], 'the search finds them before');
  secrets.destroyVersion(operator, 'SHORT', 1);
  t.same([found(long), found(first), found(second)], [3, 0, 3]);
  secrets.delete(operator, 'LONG');
  t.same([found(long), found(first), found(second)], [0, 0, 3]);
});

t.test('what a process that was killed left to be erased is erased at the next start', async (t) => {
  const directory = directoryUntilEnd(t);
  const failpoint = (name: string) => {
    if (name === 'secret.delete:committed') throw new Error('killed');
  };
  const core = await openCore(options(directory, { failpoint }));
  const secrets = makeSecrets(core.context);
  secrets.create(operator, { name: 'GONE' }, { plain: bytes('gone') });
  const nonce = core.db.prepare<[], Buffer>('SELECT nonce FROM secretVersion').pluck().get() ?? Buffer.alloc(24);
  t.throws(() => secrets.delete(operator, 'GONE'), /killed/);
  const database = join(options(directory).dataDir, 'vault.db');
  t.not(filesWith(database, nonce).length, 0, 'still there');
  core.db.close();
  const again = await open(directory);
  t.same(filesWith(database, nonce), []);
  again.close();
});

t.test('the face of an open vault', async (t) => {
  const directory = directoryUntilEnd(t);
  const vault = await openVault(options(directory));
  const status = vault.status();
  t.match(status, { id: vault.id, state: 'unsealed', format: 1, schema: 10, epoch: 1, keyId: 1, unlock: 'keyFile' });
  t.equal(Buffer.from(status.publicKey, 'base64').length, 32);
  t.match(vault.nonce(), /^[0-9a-f]{32}$/);
  t.not(vault.nonce(), vault.nonce());
  t.match(vault.mac('container', 'a', 'b'), /^[0-9a-f]{64}$/);
  t.equal(vault.mac('container', 'a', 'b'), vault.mac('container', 'a', 'b'));
  t.equal(vault.tombstones(), 0);
  t.ok(vault.flushTombstones());
  t.equal(vault.freeBytes(), 1e12);
  vault.secrets.create(operator, { name: 'A' }, { plain: bytes('a') });
  vault.seal(operator);
  t.equal(vault.status().state, 'sealed');
  t.throws(() => vault.mac('container', 'a'), { code: 'VAULT_SEALED' });
  t.throws(() => vault.secrets.reveal(operator, 'A', 'test'), { code: 'VAULT_SEALED' });
  await t.rejects(vault.backup(operator, join(directory, 'b.db')), { code: 'VAULT_SEALED' });
  await vault.unseal(operator, null);
  t.equal(text(vault.secrets.reveal(operator, 'A', 'test').value), 'a');
  vault.close();
  await t.rejects(openVault(options(directory, { dataDir: '/proc/self/none' })), { code: 'STORAGE_FAILED' });
});
