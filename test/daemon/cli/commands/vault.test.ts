import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cli, playApi, problem } from '../played-api.js';
import { PENDING, VAULT } from '../samples.js';

const sealed = { ...VAULT, state: 'sealed', unlock: 'passphrase' };

t.test('status', async (t) => {
  const api = await playApi(t, { 'GET /v1/vault': { json: VAULT } });
  const { code, out } = await cli(api, ['vault', 'status']);
  t.equal(code, 0);
  t.match(out, /^state {19}unsealed\n[\s\S]*delivery {16}env \(configured: auto\)\n/);
});

t.test('unseal: with the passphrase, with the key file, or not at all', async (t) => {
  const api = await playApi(t, { 'GET /v1/vault': { json: sealed }, 'POST /v1/vault/unseal': { json: VAULT } });
  const { code, out, err } = await cli(api, ['vault', 'unseal'], { stdin: 'hunter2 é"\n' });
  t.equal(code, 0, err);
  t.equal(out, 'The vault is unsealed.\n');
  t.same(api.asked[1]?.json, { passphrase: 'hunter2 é"' });
  t.notMatch(err, /hunter2/);

  const byFile = await playApi(t, {
    'GET /v1/vault': { json: { ...sealed, unlock: 'keyFile' } },
    'POST /v1/vault/unseal': { json: VAULT },
  });
  t.match(await cli(byFile, ['vault', 'unseal']), { code: 0 });
  t.same(byFile.asked[1]?.json, {});

  const open = await playApi(t, { 'GET /v1/vault': { json: VAULT } });
  t.match(await cli(open, ['vault', 'unseal']), { code: 0, out: 'The vault is unsealed already.\n' });

  const wrong = await playApi(t, {
    'GET /v1/vault': { json: sealed },
    'POST /v1/vault/unseal': problem(403, 'PASSPHRASE_WRONG', 'Wrong. Try again.'),
  });
  t.match(await cli(wrong, ['vault', 'unseal'], { stdin: 'x' }), {
    code: 125,
    err: /Wrong\. Try again\. \[PASSPHRASE_WRONG\]/,
  });
  t.match(await cli(wrong, ['vault', 'unseal'], { stdin: Buffer.from([0xff]) }), { code: 2, err: /not UTF-8/ });
});

t.test('seal, and seal with revoke that could not end everything', async (t) => {
  const api = await playApi(t, {
    'POST /v1/vault/seal': ({ json }) =>
      (json as { revoke: boolean }).revoke
        ? { status: 202, json: { state: 'sealed', ...PENDING, generation: undefined } }
        : { json: { state: 'sealed', sandboxes: [], notices: [] } },
  });
  t.match(await cli(api, ['vault', 'seal']), { code: 0, out: 'The vault is sealed; sandboxes keep what they have.\n' });
  t.match(await cli(api, ['vault', 'seal', '--revoke']), { code: 125, err: /web: pending: Docker does not answer/ });
});

t.test('rekey', async (t) => {
  const api = await playApi(t, {
    'POST /v1/vault/rekey': ({ json }) => ({
      json: {
        unlock: 'keyFile',
        keyFile: (json as { keyFile?: string }).keyFile ?? null,
        step: 'Set AMPOULE_KEY_FILE.',
      },
    }),
  });
  t.match(await cli(api, ['vault', 'rekey', '--passphrase'], { stdin: 'hunter2\n' }), {
    code: 0,
    out: /the new passphrase from now on/,
  });
  t.same(api.asked[0]?.json, { passphrase: 'hunter2' });
  t.match(await cli(api, ['vault', 'rekey', '--key-file', '/k']), {
    code: 0,
    out: /key file \/k/,
    err: /Set AMPOULE_KEY_FILE\./,
  });
  t.same(api.asked[1]?.json, { keyFile: '/k' });
  for (const options of [[], ['--passphrase', '--key-file', '/k']]) {
    t.match(await cli(api, ['vault', 'rekey', ...options]), { code: 2, err: /either --passphrase or --key-file/ });
  }
  t.match(await cli(api, ['vault', 'rekey', '--key-file', 'k']), { code: 2, err: /absolute path/ });
  t.equal(api.asked.length, 2);
});

t.test('backup: a file of the owner alone, whole or not at all', async (t) => {
  const copy = Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(300_000, 0xfe)]);
  const api = await playApi(t, { 'POST /v1/vault/backup': { text: copy, type: 'application/octet-stream' } });
  const cwd = t.testdir();
  const { code, out, err } = await cli(api, ['vault', 'backup', 'b'], { cwd });
  t.equal(code, 0, err);
  t.equal(out, '');
  t.match(err, /\/b: 293 KiB\. It needs today's unlock key\./);
  t.ok(readFileSync(join(cwd, 'b')).equals(copy));
  t.equal(statSync(join(cwd, 'b')).mode & 0o777, 0o600);

  t.match(await cli(api, ['vault', 'backup', 'b'], { cwd }), { code: 2, err: /exists and is left alone/ });
  t.match(await cli(api, ['vault', 'backup', 'none/b'], { cwd }), {
    code: 125,
    err: /none\/b cannot be written \(ENOENT\)/,
  });
  t.ok((await cli(api, ['vault', 'backup', '-'], { cwd })).bytes.equals(copy));
  t.match(await cli(api, ['vault', 'backup', '-'], { cwd, terminal: { stdout: true } }), { code: 2, err: /terminal/ });

  const broken = await playApi(t, {
    'POST /v1/vault/backup': {
      raw: (response) => {
        response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': '1000' });
        response.write('half');
        setImmediate(() => response.destroy());
      },
    },
  });
  t.match(await cli(broken, ['vault', 'backup', 'c'], { cwd }), { code: 125, err: /broke/ });
  const refused = await playApi(t, { 'POST /v1/vault/backup': problem(503, 'VAULT_SEALED', 'Sealed.') });
  t.match(await cli(refused, ['vault', 'backup', 'd'], { cwd }), { code: 125, err: /Sealed\./ });
  let press = (): void => {};
  const endless = await playApi(t, {
    'POST /v1/vault/backup': {
      raw: (response) => {
        response.writeHead(200, { 'content-type': 'application/octet-stream' });
        response.write('half');
        setImmediate(() => press());
      },
    },
  });
  const interrupt = (how: () => void): void => {
    press = how;
  };
  t.match(await cli(endless, ['vault', 'backup', 'e'], { cwd, interrupt }), { code: 130 });
  t.same(readdirSync(cwd), ['b'], 'nothing is left of what failed');
});
