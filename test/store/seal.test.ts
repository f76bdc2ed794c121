import sodium from 'libsodium-wrappers';
import t from 'tap';
import {
  boxKeyPair,
  decrypt,
  digest,
  encrypt,
  equal,
  frame,
  openBox,
  randomBytes,
  sealReady,
  wipe,
  wipeScratch,
} from '../../store/seal.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => new TextEncoder().encode(text);

t.before(sealReady);

t.test('a frame tells its parts apart', async (t) => {
  t.equal(hex(frame('ab', 12)), '00000002616200000002' + '3132');
  t.not(hex(frame('a', 'bc')), hex(frame('ab', 'c')));
  t.not(hex(frame('ab')), hex(frame('ab', '')));
  t.equal(hex(frame('é')), hex(frame(Buffer.from('é', 'utf8'))), 'text is UTF-8');
});

t.test('what was encrypted opens with the same key and the same context only', async (t) => {
  const key = randomBytes(32);
  const box = encrypt(key, bytes('value'), bytes('about'));
  t.equal(hex(decrypt(key, box, bytes('about')) ?? new Uint8Array()), hex(bytes('value')));
  t.equal(decrypt(key, box, bytes('other')), null);
  t.equal(decrypt(randomBytes(32), box, bytes('about')), null);
  t.equal(decrypt(key, { ...box, nonce: box.nonce.subarray(1) }, bytes('about')), null, 'a short nonce');
  t.equal(decrypt(key, { ...box, ciphertext: new Uint8Array(3) }, bytes('about')), null, 'less than a tag');
  t.not(hex(encrypt(key, bytes('value'), bytes('about')).nonce), hex(box.nonce), 'a nonce of its own each time');
});

t.test('digests are BLAKE2b, and MACs with a key', async (t) => {
  t.equal(hex(digest(bytes('abc'))), 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319');
  t.not(hex(digest(bytes('abc'), randomBytes(32))), hex(digest(bytes('abc'))));
});

t.test('a sealed box opens with its pair alone', async (t) => {
  const pair = boxKeyPair(randomBytes(32));
  const sealed = sodium.crypto_box_seal(bytes('from afar'), pair.publicKey);
  t.equal(hex(openBox(sealed, pair) ?? new Uint8Array()), hex(bytes('from afar')));
  t.equal(openBox(sealed, boxKeyPair(randomBytes(32))), null);
  t.equal(openBox(sealed.subarray(0, 20), pair), null);
});

t.test('wiping and comparing', async (t) => {
  const secret = bytes('secret');
  wipe(secret, null, undefined);
  t.ok(secret.every((byte) => byte === 0));
  t.ok(equal(bytes('a'), bytes('a')));
  t.notOk(equal(bytes('a'), bytes('b')));
  t.notOk(equal(bytes('a'), bytes('ab')));
});

t.test("nothing is left in libsodium's memory", async (t) => {
  const { HEAPU8 } = (sodium as unknown as { libsodium: { HEAPU8: Uint8Array } }).libsodium;
  const holds = (needle: Uint8Array) => Buffer.from(HEAPU8.buffer).includes(Buffer.from(needle));
  const key = randomBytes(32);
  const value = randomBytes(128 * 1024);
  for (let n = 0; n < 20; n++) {
    const box = encrypt(key, value.subarray(0, value.length - 1000 * n), bytes('about'));
    decrypt(key, box, bytes('about'));
    decrypt(key, box, bytes('other'));
    digest(value, key);
  }
  t.ok(holds(key) || holds(value.subarray(1000, 1032)), 'the search finds something before');
  wipeScratch();
  t.notOk(holds(key));
  t.notOk(holds(value.subarray(1000, 1032)));
});
