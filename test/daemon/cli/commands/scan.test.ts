/** `ampoule scan` against a played API. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { withLeft } from '../../../../daemon/cli/commands/scan.js';
import { cli, playApi } from '../played-api.js';
import { FINDING, SCAN } from '../samples.js';

const records = (...all: object[]) => ({
  text: all.map((one) => `${JSON.stringify(one)}\n`).join(''),
  type: 'application/x-ndjson',
});
const progress = { progress: { files: 1, bytes: 2048, objects: 3, findings: 0 } };

t.test('of a sandbox: 0 for nothing, 1 for something, and what to do', async (t) => {
  const found = { ...SCAN, findings: [FINDING] };
  const api = await playApi(t, {
    'POST /v1/sandboxes/clean/scan': records(progress, { report: SCAN }),
    'POST /v1/sandboxes/box/scan': records(progress, { report: found }),
  });
  t.match(await cli(api, ['scan', 'clean']), { code: 0, out: /^Nothing was found/, err: '' });
  const { code, out, err } = await cli(api, ['scan', 'box']);
  t.equal(code, 1);
  t.match(out, /GITHUB_TOKEN@work\n {2}src\/\.env:2 \(v2\)\n/);
  t.match(err, /`ampoule leak GITHUB_TOKEN@work`/);
  t.same(JSON.parse((await cli(api, ['scan', 'box', '--json'])).out), found);
  t.equal(api.asked[0]?.headers.accept, 'application/x-ndjson');
});

t.test('what was not looked at is said', async (t) => {
  const report = {
    ...SCAN,
    complete: false,
    notSearched: [
      { secret: 'PIN', version: 1, reason: 'short' },
      { secret: 'OLD', version: 1, reason: 'unreadable' },
    ],
    scanned: { ...SCAN.scanned, skipped: [{ path: 'a.pack', reason: 'too large' }], skippedTotal: 12 },
  };
  const api = await playApi(t, { 'POST /v1/sandboxes/box/scan': records({ report }) });
  const { code, err } = await cli(api, ['scan', 'box']);
  t.equal(code, 0);
  for (const said of [
    /a\.pack: too large/,
    /2 more/,
    /8 bytes: PIN/,
    /altered in the vault: OLD/,
    /not all was searched/,
  ])
    t.match(err, said);
});

t.test('of a directory: streamed as tar', async (t) => {
  const api = await playApi(t, { 'POST /v1/scan': records({ report: SCAN }) });
  const root = t.testdir({});
  mkdirSync(join(root, 'in'));
  writeFileSync(join(root, 'in', 'notes'), 'text of the notes');
  t.match(await cli(api, ['scan', '--dir', root]), { code: 0 });
  const [asked] = api.asked;
  t.match(asked?.headers, { 'content-type': 'application/x-tar', 'transfer-encoding': 'chunked' });
  t.ok(asked?.body.includes('text of the notes'));
  t.match(await cli(api, ['scan', '--dir', join(root, 'absent')]), { code: 2, err: /cannot be read as a directory/ });
  t.match(await cli(api, ['scan', 'box', '--dir', root]), { code: 2 });
});

t.test('what was not even sent is left out too, also in JSON', async (t) => {
  const none = { special: 3, mounts: [], unreadable: [], elsewhere: [] };
  t.same(withLeft(SCAN, none), SCAN);
  const answer = withLeft(SCAN, { ...none, mounts: ['proc'], unreadable: ['key'] });
  t.match(answer, { complete: false, scanned: { skippedTotal: SCAN.scanned.skippedTotal + 2 } });
  t.same(answer.scanned.skipped.slice(-2), [
    { path: 'proc', reason: 'another file system' },
    { path: 'key', reason: 'could not be read here' },
  ]);
});

t.test('refused before it began, on the way, or broken off', async (t) => {
  const problem = { status: 503, code: 'VAULT_SEALED', title: 't', detail: 'The vault is sealed.' };
  const api = await playApi(t, {
    'POST /v1/sandboxes/early/scan': { status: 503, json: problem, type: 'application/problem+json' },
    'POST /v1/sandboxes/late/scan': records(progress, { problem }),
    'POST /v1/sandboxes/cut/scan': records(progress),
  });
  t.match(await cli(api, ['scan', 'early']), { code: 125, err: /VAULT_SEALED/ });
  t.match(await cli(api, ['scan', 'late']), { code: 125, err: /VAULT_SEALED/ });
  t.match(await cli(api, ['scan', 'cut']), { code: 125, err: /STREAM_BROKEN/ });
});
