import t from 'tap';
import { argon2 } from '../../store/argon2.js';

/** What PyNaCl derives: crypto_pwhash_alg(32, b'correct horse', bytes(range(16)), 1, 8192 * 1024, ALG_ARGON2ID13). */
const KNOWN = '68aa6b3e6343f355586e5dd84710fb380cc542b0a47fa8a06ad81318fa48e3b3';

t.test('what cannot be computed is an error; the next is what another implementation derives', async (t) => {
  const passphrase = new TextEncoder().encode('correct horse');
  const salt = Uint8Array.from({ length: 16 }, (_, index) => index);
  await t.rejects(argon2(passphrase, salt, { opsLimit: 0, memLimit: 1 }), { code: 'STORAGE_FAILED' });
  const key = await argon2(passphrase, salt, { opsLimit: 1, memLimit: 8192 * 1024 });
  t.equal(Buffer.from(key).toString('hex'), KNOWN);
  t.equal(Buffer.from(passphrase).toString(), 'correct horse', 'it is left to its owner');
});
