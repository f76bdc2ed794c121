/** Scans over HTTP: one answer, records on the way, a body that is a stream, refusals. */

import { once } from 'node:events';
import { request } from 'node:http';
import t from 'tap';
import { makeServer } from '../../../../daemon/http/servers.js';
import { gitWorld, tarOf } from '../../scan/git-world.js';
import { world } from '../fixture.js';

const TOKEN = 'tok_9vXq2Zw7Lr4Tn8Kp';
const TAR = { 'content-type': 'application/x-tar' };

async function leaky(t: Parameters<typeof world>[0]) {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'KEY', value: TOKEN });
  await w.call('POST', '/v1/secrets', { name: 'SHORT', value: 'seven77' });
  const { write, commit, root } = gitWorld(t);
  write('.env', `KEY=${TOKEN}\n`);
  commit('leak');
  return { w, tar: tarOf(root) };
}

t.test('a tar stream: one answer, and records', async (t) => {
  const { w, tar } = await leaky(t);
  const answer = await w.call('POST', '/v1/scan', tar, { headers: TAR });
  t.match(answer, {
    status: 200,
    json: {
      ...{ others: 0, complete: true, notSearched: [{ secret: 'SHORT', version: 1, reason: 'short' }] },
      scanned: { bytes: tar.length, objects: 3, skipped: [], skippedTotal: 0 },
    },
  });
  const git = answer.json.findings.find((one: { git: object | null }) => one.git !== null);
  t.match(git, { path: '.env', line: 1, git: { held: 'branch', ref: 'main', authoredAt: '2030-01-01T12:01:00.000Z' } });
  t.equal(answer.json.findings.length, 2);
  t.notMatch(answer.text, TOKEN);
  const records = await w.call('POST', '/v1/scan', tar, { headers: { ...TAR, accept: 'application/x-ndjson' } });
  t.equal(records.headers['content-type'], 'application/x-ndjson');
  const last = JSON.parse(records.text.trim().split('\n').at(-1) ?? '');
  t.equal(last.report.findings.length, 2);
});

t.test("a sandbox's workspace, and names within the bounds of a launcher", async (t) => {
  const { w, tar } = await leaky(t);
  w.workspace = async function* () {
    yield tar;
  };
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  t.match(await w.call('POST', '/v1/sandboxes/box/scan'), { status: 200, json: { findings: [{ secret: 'KEY' }, {}] } });
  const launcher = w.as(await w.mint('launcher'));
  t.match(await launcher('POST', '/v1/sandboxes/box/scan'), { status: 404, json: { code: 'SANDBOX_NOT_FOUND' } });
  await launcher('POST', '/v1/sandboxes', { name: 'own', session: { name: 'mine' } });
  t.match(await launcher('POST', '/v1/sandboxes/own/scan'), { status: 200, json: { findings: [], others: 0 } });
  t.match(await launcher('POST', '/v1/scan', tar, { headers: TAR }), { status: 403 });
  for (const kind of ['agent', 'metrics'] as const) {
    const as = w.as(await w.mint(kind, kind === 'agent' ? { session: 'dev' } : {}));
    t.match(await as('POST', '/v1/scan', tar, { headers: TAR }), { status: 403 }, kind);
  }
  t.match(await w.as(null)('POST', '/v1/scan', tar, { headers: TAR }), { status: 401 });
});

t.test('refusals: no tar, a body where there is none, sealed; also where records are asked for', async (t) => {
  const { w, tar } = await leaky(t);
  t.match(await w.call('POST', '/v1/scan'), { status: 415, json: { detail: /ampoule scan --dir PATH/ } });
  t.match(await w.call('POST', '/v1/scan', { a: 1 }), { status: 415 });
  const broken = await w.call('POST', '/v1/scan', Buffer.alloc(5000, 'x'), { headers: TAR });
  t.match(broken.json, { complete: false, scanned: { skipped: [{ reason: /no tar stream/ }] } });
  await w.call('POST', '/v1/vault/seal', {});
  const headers = { ...TAR, accept: 'application/x-ndjson' };
  t.match(await w.call('POST', '/v1/scan', tar, { headers }), { status: 503, json: { code: 'VAULT_SEALED' } });
});

t.test('a real connection: the answer begins while the body still comes', async (t) => {
  const { w, tar } = await leaky(t);
  const server = makeServer(w.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  const headers = {
    ...TAR,
    host: '127.0.0.1:7433',
    authorization: `Bearer ${w.token}`,
    accept: 'application/x-ndjson',
  };
  const sent = request({ port, host: '127.0.0.1', method: 'POST', path: '/v1/scan', headers });
  sent.write(tar);
  const padding = setInterval(() => sent.write(Buffer.alloc(300_000)), 20);
  const [answer] = await once(sent, 'response');
  clearInterval(padding);
  t.equal(answer.statusCode, 200);
  let text = '';
  answer.setEncoding('utf8');
  answer.on('data', (chunk: string) => {
    text += chunk;
  });
  sent.end();
  await once(answer, 'end');
  t.match(text, /^\{"progress":\{/);
  t.match(JSON.parse(text.trim().split('\n').at(-1) ?? ''), { report: { findings: [{}, {}] } });
});

t.test('a client that stands still is told so: as a problem, and within records', async (t) => {
  const { w, tar } = await leaky(t);
  const server = makeServer(w.app, 3000).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  const stall = async (
    more: Record<string, string>,
    first: (write: (bytes: Buffer) => void) => NodeJS.Timeout | null,
  ) => {
    const headers = { ...TAR, host: '127.0.0.1:7433', authorization: `Bearer ${w.token}`, ...more };
    const sent = request({ port, host: '127.0.0.1', method: 'POST', path: '/v1/scan', headers });
    sent.on('error', () => {});
    const going = first((bytes) => void sent.write(bytes));
    const [answer] = await once(sent, 'response');
    if (going !== null) clearInterval(going);
    let text = '';
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => {
      text += chunk;
    });
    await once(answer, 'end');
    sent.destroy();
    return { status: answer.statusCode, last: JSON.parse(text.trim().split('\n').at(-1) ?? '') };
  };
  const plain = await stall({}, (write) => {
    write(tar);
    return null;
  });
  t.match(plain, { status: 408, last: { code: 'BODY_STALLED', detail: /did not come on/ } });
  const records = await stall({ accept: 'application/x-ndjson' }, (write) => {
    write(tar);
    return setInterval(() => write(Buffer.alloc(300_000)), 20);
  });
  t.match(records, { status: 200, last: { problem: { code: 'BODY_STALLED' } } });
  t.match(await w.call('POST', '/v1/scan', tar, { headers: TAR }), { status: 200 }, 'the next scan can begin');
});
