import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { openDatabase } from '../../store/database.js';
import { bundled, home } from './process-fixture.js';

const programs = await bundled(t);

t.test('a key that is missing or another, and a newer schema', async (t) => {
  const place = home(t, programs);
  await (await place.start()).stop();
  const key = readFileSync(place.env.AMPOULE_KEY_FILE ?? '');
  writeFileSync(place.env.AMPOULE_KEY_FILE ?? '', Buffer.alloc(32, 7));
  const wrong = await place.run([]);
  t.match(wrong, { code: 125, stderr: /\(WRONG_KEY\)/ });
  rmSync(place.env.AMPOULE_KEY_FILE ?? '');
  const missing = await place.run([]);
  t.match(missing, { code: 125, stderr: /AMPOULE_KEY_FILE.*\(KEY_FILE_MISSING\)/ });
  t.notOk(existsSync(place.env.AMPOULE_KEY_FILE ?? ''), 'no new key for an old vault');
  writeFileSync(place.env.AMPOULE_KEY_FILE ?? '', key, { mode: 0o600 });

  const db = openDatabase(join(place.dir, 'data', 'vault.db'));
  const schema = db.pragma('user_version', { simple: true });
  db.pragma('user_version = 999');
  db.close();
  const newer = await place.run([]);
  t.match(newer, { code: 125, stderr: /\(SCHEMA_NEWER\)/ });
  const back = openDatabase(join(place.dir, 'data', 'vault.db'));
  back.pragma(`user_version = ${schema}`);
  back.close();
  t.match(await (await place.start()).stop(), { code: 0 }, 'none of it harmed the vault');
});

t.test('a port that is taken, and one that is free', async (t) => {
  const place = home(t, programs);
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const refused = await place.run([], { AMPOULE_LISTEN: `127.0.0.1:${port}` });
  t.equal(refused.code, 2);
  t.match(refused.stderr, new RegExp(`127\\.0\\.0\\.1:${port}.*AMPOULE_LISTEN`));
  const daemon = await place.start({ AMPOULE_LISTEN: '127.0.0.1:0' });
  const [, url = ''] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(daemon.said) ?? [];
  t.equal((await fetch(`${url}/healthz`)).status, 200);
  await daemon.stop();
});

t.test('what it is asked wrongly is a usage error', async (t) => {
  const place = home(t, programs);
  t.match(await place.run(['--help']), { code: 0, stdout: /--data-dir DIR/, stderr: '' });
  t.match(await place.run(['--version']), { code: 0, stdout: /^ampouled \d/ });
  t.match(await place.run(['--nothing']), { code: 2, stderr: /Run `ampouled --help`/ });
  t.match(await place.run([], { AMPOULE_KEY: 'canary' }), { code: 2, stderr: /AMPOULE_KEY is in the environment/ });
  t.same(readdirSync(place.dir), [], 'and nothing was made');
  t.match(await place.run(['init']), { code: 0, stdout: /Made the key file/ });
  t.match(await place.run(['init']), { code: 2, stderr: /never overwritten/ });
});

t.test('backup and restore', async (t) => {
  const place = home(t, programs);
  const daemon = await place.start();
  const token = place.token();
  const add = (name: string) =>
    daemon.get('/v1/secrets', { method: 'POST', token, body: { name, value: `value-of-${name}` } });
  t.equal((await add('BEFORE')).status, 201);
  t.equal((await daemon.get('/v1/vault', { token })).status, 200);
  await daemon.stop();
  const backup = join(place.dir, 'backup.db');
  writeFileSync(backup, readFileSync(join(place.dir, 'data', 'vault.db')), { mode: 0o600 });
  const later = await place.start();
  t.match(await place.run(['restore', backup]), { code: 125, stderr: /\(VAULT_LOCKED\)/ });
  await later.stop();
  t.match(await place.run(['restore', backup]), { code: 0, stdout: /its epoch is 2 now/ });
  const restored = await place.start();
  const secrets = await restored.get('/v1/secrets', { token });
  t.match(JSON.parse(secrets.body), { items: [{ name: 'BEFORE' }] });
  await restored.stop();
});
