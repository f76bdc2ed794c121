import { execFileSync } from 'node:child_process';
import t from 'tap';
import { hasSealed, openSealed, putSealed, wipeSealed } from '../../store/sealed-values.js';
import { textOf } from './connection-fixture.js';
import { codeOf, domain, plain } from './domain-fixture.js';

const ONE = 'con_1/refresh';
const put = (v: Awaited<ReturnType<typeof domain>>, id: typeof ONE | 'con_2/refresh', text: string) =>
  v.context.write('test', () => putSealed(v.context, id, plain(text).plain, 'daemon'));

t.test('one value at a time, and no byte of the one before is left', async (t) => {
  const v = await domain(t);
  t.equal(openSealed(v.context, ONE), null);
  t.equal(hasSealed(v.context, ONE), false);
  put(v, ONE, 'first');
  t.equal(textOf(openSealed(v.context, ONE)), 'first');
  const { ciphertext } = v.core.db.prepare('SELECT ciphertext FROM sealedValue').get() as { ciphertext: Buffer };
  const file = v.core.db.name;
  const read = () => execFileSync('sh', ['-c', 'cat "$1" "$1-wal"', 'sh', file], { maxBuffer: 2 ** 28 });
  t.equal(read().includes(ciphertext), true, 'the search finds what is there');
  put(v, ONE, 'second');
  t.equal(textOf(openSealed(v.context, ONE)), 'second');
  t.equal(read().includes(ciphertext), false);
  v.context.write('test', () => wipeSealed(v.context, ONE));
  t.equal(openSealed(v.context, ONE), null);
  t.equal(hasSealed(v.context, ONE), false);
  t.match(v.core.db.prepare('SELECT version, nonce, ciphertext FROM sealedValue').get(), {
    version: 2,
    nonce: null,
    ciphertext: null,
  });
  put(v, ONE, 'third');
  t.equal(v.core.db.prepare('SELECT version FROM sealedValue').pluck().get(), 3, 'a number is never used again');
});

t.test('it is bound to whose it is, and to its number', async (t) => {
  const v = await domain(t);
  put(v, ONE, 'one');
  put(v, 'con_2/refresh', 'two');
  const columns = 'keyId, nonce, ciphertext, size, createdAt, createdBy';
  v.core.db
    .prepare(`UPDATE sealedValue SET (version, ${columns}) = (SELECT version, ${columns} FROM sealedValue WHERE id = ?)
      WHERE id = 'con_2/refresh'`)
    .run(ONE);
  t.equal(
    codeOf(() => openSealed(v.context, 'con_2/refresh')),
    'VALUE_UNREADABLE',
    'one that was put in the place of another',
  );
  v.core.db.prepare('UPDATE sealedValue SET version = 7 WHERE id = ?').run(ONE);
  t.equal(
    codeOf(() => openSealed(v.context, ONE)),
    'VALUE_UNREADABLE',
  );
});

t.test('a sealed vault neither opens nor stores, and still wipes', async (t) => {
  const v = await domain(t);
  put(v, ONE, 'one');
  v.core.keyring.wipe();
  t.equal(
    codeOf(() => openSealed(v.context, ONE)),
    'VAULT_SEALED',
  );
  t.equal(
    codeOf(() => put(v, ONE, 'two')),
    'VAULT_SEALED',
  );
  t.equal(hasSealed(v.context, ONE), true);
  v.context.write('test', () => wipeSealed(v.context, ONE));
  t.equal(hasSealed(v.context, ONE), false);
});
