import { join } from 'node:path';
import t from 'tap';
import { openDatabase } from '../../store/database.js';
import { migrate } from '../../store/migrate.js';
import { randomBytes, sealReady } from '../../store/seal.js';
import { readWrap, type UnlockKey, unwrapRoot, wrapRoot, writeWrap } from '../../store/wrap.js';

const keyOf = (key: Uint8Array): UnlockKey => ({ kind: 'keyFile', key });

t.before(sealReady);

t.test('the root key opens with its key, in its vault', async (t) => {
  const root = randomBytes(32);
  const key = randomBytes(32);
  const row = await wrapRoot('vlt_A', keyOf(key), () => root);
  t.same(await unwrapRoot('vlt_A', row, keyOf(key)), root);
  t.equal(await unwrapRoot('vlt_B', row, keyOf(key)), null, 'another vault');
  t.equal(await unwrapRoot('vlt_A', row, keyOf(randomBytes(32))), null, 'another key');
  t.equal(await unwrapRoot('vlt_A', { ...row, kind: 'passphrase' }, keyOf(key)), null, 'another kind');
  t.ok(
    key.some((byte) => byte !== 0),
    'the key is left to its owner',
  );
});

t.test('a row that would cost too much is refused before it is computed', async (t) => {
  const unlock: UnlockKey = { kind: 'passphrase', passphrase: new TextEncoder().encode('x') };
  const row = { kind: 'passphrase' as const, nonce: randomBytes(24), ciphertext: randomBytes(48) };
  const salt = randomBytes(16);
  for (const cost of [
    { salt, opsLimit: 3, memLimit: 2 ** 40 },
    { salt, opsLimit: 10_000, memLimit: 8192 },
    { salt: new Uint8Array(3), opsLimit: 3, memLimit: 8192 },
    { salt: null, opsLimit: null, memLimit: null },
  ])
    await t.rejects(unwrapRoot('vlt_A', { ...row, ...cost }, unlock), { code: 'STORAGE_FAILED', message: /altered/ });
});

t.test('one row at a time', async (t) => {
  const db = openDatabase(join(t.testdir(), 'a.db'));
  t.teardown(() => db.close());
  migrate(db);
  t.throws(() => readWrap(db), { code: 'STORAGE_FAILED' });
  const first = await wrapRoot('vlt_A', keyOf(randomBytes(32)), () => randomBytes(32));
  const second = await wrapRoot('vlt_A', keyOf(randomBytes(32)), () => randomBytes(32));
  writeWrap(db, first, 1);
  writeWrap(db, second, 2);
  t.equal(db.prepare('SELECT count(*) FROM wrap').pluck().get(), 1);
  t.same(new Uint8Array(readWrap(db).ciphertext), second.ciphertext);
});
