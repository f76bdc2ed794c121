import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import { erase } from '../../store/erase.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { open, options } from './core-fixture.js';

/** A small generator of its own, so that each run makes the same moves. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** How many of `pieces` begin somewhere in `bytes`: their first 8 bytes are looked up at every place. */
function found(pieces: Buffer[], bytes: Buffer): number {
  const starts = new Set(pieces.map((piece) => piece.readBigUInt64LE(0)));
  const seen = new Set<bigint>();
  for (let at = 0; at + 8 <= bytes.length; at++) {
    const start = bytes.readBigUInt64LE(at);
    if (starts.has(start)) seen.add(start);
  }
  return seen.size;
}

t.test('after many changes no deleted byte is in database or WAL, and every live one is', async (t) => {
  const directory = directoryUntilEnd(t);
  const { db, close } = await open(directory);
  t.teardown(close);
  const random = seeded(3);
  const pick = (count: number) => Math.floor(random() * count);
  const secrets = Array.from({ length: 60 }, (_, n) => `sec_${String(pick(1e9)).padStart(26, 'X')}${n}`);
  const row = `INSERT INTO secret (id, name, env, kind, sensitive, createdAt, updatedAt) VALUES (?, ?, 'X', 'env', 1, 1, 1)`;
  for (const id of secrets) db.prepare(row).run(id, id);
  const insert = db.prepare(
    'INSERT INTO secretVersion (secret, version, keyId, nonce, ciphertext, size, createdAt, createdBy) VALUES (?, ?, 1, ?, ?, 1, 1, ?)',
  );
  const destroy = db.prepare(
    'UPDATE secretVersion SET nonce = NULL, ciphertext = NULL WHERE secret = ? AND version = ?',
  );
  const remove = db.prepare('DELETE FROM secretVersion WHERE secret = ? AND version = ?');
  const live: { id: string; version: number; bytes: Buffer[] }[] = [];
  const dead: Buffer[] = [];
  const change = (version: number) => {
    const id = secrets[pick(secrets.length)] ?? '';
    const bytes = [randomBytes(24), randomBytes(random() < 0.1 ? pick(20_000) + 16 : pick(300) + 16)];
    insert.run(id, version, ...bytes, 'operator:test');
    live.push({ id, version, bytes });
    while (live.length > 300 || (live.length > 0 && random() < 0.3)) {
      const [gone] = live.splice(pick(live.length), 1);
      if (gone === undefined) break;
      (random() < 0.5 ? destroy : remove).run(gone.id, gone.version);
      dead.push(...gone.bytes);
    }
  };
  for (let version = 1; version <= 3000; version += 100)
    db.transaction(() => {
      for (let n = version; n < version + 100; n++) change(n);
    })();
  const database = join(options(directory).dataDir, 'vault.db');
  const read = () => execFileSync('sh', ['-c', 'cat "$1" "$1-wal"', 'sh', database], { maxBuffer: 2 ** 30 });
  t.not(found(dead, read()), 0, 'the search finds them before');
  erase(db);
  const bytes = read();
  t.equal(found(dead, bytes), 0, `none of ${dead.length} afterwards`);
  const nonces = live.map(({ bytes: [nonce] }) => nonce ?? Buffer.alloc(16));
  t.equal(found(nonces, bytes), live.length, 'every live one is there');
  t.equal(db.prepare('SELECT count(*) FROM secretVersion WHERE nonce IS NOT NULL').pluck().get(), live.length);
  t.equal(db.pragma('integrity_check', { simple: true }), 'ok');
});
