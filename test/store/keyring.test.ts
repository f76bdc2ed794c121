import sodium from 'libsodium-wrappers';
import t from 'tap';
import { type Keyring, makeKeyring, newKeys, wrapDataKey } from '../../store/keyring.js';
import { randomBytes, sealReady } from '../../store/seal.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const about = { createdAt: 5, createdBy: 'operator:test' };

t.before(sealReady);

function unsealed(vaultId = 'vlt_A'): { keys: Keyring; root: Uint8Array; publicKey: Uint8Array } {
  const keys = makeKeyring(vaultId);
  const { root, publicKey, dataKey } = newKeys(vaultId);
  keys.unseal(root, [dataKey], publicKey);
  return { keys, root, publicKey };
}

t.test('a value opens as the row that it was made for, and as no other', async (t) => {
  const { keys } = unsealed();
  const row = keys.encrypt('sec_A', 3, bytes('value'), about);
  t.match(row, { keyId: 1, size: 5, ...about });
  t.same(keys.decrypt('sec_A', 3, row), bytes('value'));
  const refused = { code: 'VALUE_UNREADABLE', message: /of sec_A does not open.*`ampoule secret set sec_A`/ };
  for (const change of [{ size: 6 }, { createdAt: 6 }, { createdBy: 'operator:tess' }, { keyId: 2 }])
    t.throws(() => keys.decrypt('sec_A', 3, { ...row, ...change }), refused, JSON.stringify(change));
  t.throws(() => keys.decrypt('sec_A', 4, row), refused, 'another version');
  t.throws(() => keys.decrypt('sec_B', 3, row), { code: 'VALUE_UNREADABLE' }, 'another secret');
  t.throws(() => unsealed().keys.decrypt('sec_A', 3, row), refused, 'another vault');
  t.throws(() => keys.decrypt('sec_A', 3, { ...row, ciphertext: row.ciphertext.subarray(1) }), refused, 'truncated');
  t.same(keys.decrypt('sec_A', 3, row), bytes('value'), 'as it was, it still opens');
});

t.test('the empty value is a value', async (t) => {
  const { keys } = unsealed();
  t.equal(keys.decrypt('sec_A', 1, keys.encrypt('sec_A', 1, new Uint8Array(), about)).length, 0);
});

t.test('sealed, nothing works, and the keys are overwritten', async (t) => {
  const { keys, root } = unsealed();
  const row = keys.encrypt('sec_A', 1, bytes('value'), about);
  keys.mac('audit', 'x');
  t.equal(keys.state, 'unsealed');
  keys.wipe();
  t.equal(keys.state, 'sealed');
  t.ok(
    root.every((byte) => byte === 0),
    'the root key is zeros',
  );
  const sealed = { code: 'VAULT_SEALED' };
  t.throws(() => keys.decrypt('sec_A', 1, row), sealed);
  t.throws(() => keys.encrypt('sec_A', 1, bytes('x'), about), sealed);
  t.throws(() => keys.openSealed(new Uint8Array(60)), sealed);
  t.throws(() => keys.mac('audit', 'x'), sealed);
  t.throws(() => keys.withRoot(() => 0), sealed);
});

t.test('new values are under the newest data key, old ones under theirs', async (t) => {
  const { root, publicKey, dataKey } = newKeys('vlt_A');
  const second = wrapDataKey(root, 'vlt_A', 2, randomBytes(32));
  const keys = makeKeyring('vlt_A');
  keys.unseal(Uint8Array.from(root), [dataKey], publicKey);
  const old = keys.encrypt('sec_A', 1, bytes('old'), about);
  keys.unseal(Uint8Array.from(root), [dataKey, second], publicKey);
  const young = keys.encrypt('sec_A', 2, bytes('young'), about);
  t.same([old.keyId, young.keyId], [1, 2]);
  t.same(keys.decrypt('sec_A', 1, old), bytes('old'));

  const altered = { ...second, ciphertext: randomBytes(48) };
  keys.unseal(Uint8Array.from(root), [dataKey, altered], publicKey);
  t.same(keys.decrypt('sec_A', 1, old), bytes('old'), 'a lost data key takes only its own values along');
  t.throws(() => keys.decrypt('sec_A', 2, young), { code: 'VALUE_UNREADABLE' });
});

t.test('a public key that somebody put in is refused', async (t) => {
  const { root, dataKey } = newKeys('vlt_A');
  const keys = makeKeyring('vlt_A');
  t.throws(() => keys.unseal(root, [dataKey], randomBytes(32)), { code: 'STORAGE_FAILED', message: /public key/ });
  t.equal(keys.state, 'sealed');
});

t.test('sealed values', async (t) => {
  const { keys, publicKey } = unsealed();
  t.same(keys.openSealed(sodium.crypto_box_seal(bytes('afar'), publicKey)), bytes('afar'));
  const wrong = { code: 'SEALED_VALUE_INVALID' };
  t.throws(() => keys.openSealed(sodium.crypto_box_seal(bytes('afar'), unsealed().publicKey)), wrong);
  t.throws(() => keys.openSealed(bytes('short')), wrong);
});

t.test('MACs differ by purpose, parts and vault', async (t) => {
  const { keys } = unsealed();
  const made = [keys.mac('audit', 'a', 'b'), keys.mac('audit', 'ab'), keys.mac('container', 'a', 'b')];
  made.push(unsealed().keys.mac('audit', 'a', 'b'));
  t.equal(new Set(made.map((mac) => Buffer.from(mac).toString('hex'))).size, 4);
  t.same(keys.mac('audit', 'a', 'b'), made[0]);
});
