import { once } from 'node:events';
import { request } from 'node:http';
import t from 'tap';
import { wantsRecords } from '../../../../daemon/http/routes/exec.js';
import { endServer, makeServer } from '../../../../daemon/http/servers.js';
import { type ExecExit, SandboxError } from '../../../../sandbox/index.js';
import { type World, world } from '../fixture.js';

const NDJSON = { headers: { accept: 'application/x-ndjson' } };
const PATH = '/v1/sandboxes/box/exec';
const chunk = (data: string | Uint8Array, stream: 'stdout' | 'stderr' = 'stdout') => ({
  stream,
  data: Buffer.from(data),
});

async function withBox(t: Parameters<typeof world>[0]) {
  const w = await world(t);
  const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  return { w, id: json.id as string };
}

/** A command that runs until somebody ends it. */
function endless(w: World): { reasons: string[] } {
  const reasons: string[] = [];
  w.exec = () => {
    const over = new EventTarget();
    const ended = new Promise<string>((resolve) =>
      over.addEventListener('end', () => resolve(reasons[0] ?? ''), { once: true }),
    );
    return {
      output: (async function* () {
        yield chunk('begun\n');
        await ended;
      })(),
      exit: ended.then((reason): ExecExit => ({ code: null, signal: 'SIGKILL', reason, tookMs: 5 })),
      async end(reason) {
        reasons.push(reason);
        over.dispatchEvent(new Event('end'));
      },
    };
  };
  return { reasons };
}

t.test('one answer: exit, output, redacted', async (t) => {
  const { w } = await withBox(t);
  w.exec = () => ({
    chunks: [chunk('key=SECRET-VALUE\n'), chunk('oops', 'stderr')],
    exit: Promise.resolve({ code: 3, tookMs: 7.4 }),
  });
  const { status, json } = await w.call('POST', PATH, { command: 'env' });
  t.equal(status, 200);
  t.match(json.execId, /^exe_/);
  t.same(
    { ...json, execId: '' },
    { execId: '', exitCode: 3, stdout: 'key=***\n', stderr: 'oops', truncated: false, tookMs: 7 },
  );
  t.match((await w.call('POST', PATH, { command: 'env', masking: false })).json, { stdout: 'key=SECRET-VALUE\n' });
  w.exec = () => ({
    chunks: [chunk(Buffer.from([0xff]))],
    exit: Promise.resolve({ code: null, signal: 'SIGKILL', reason: 'TIMEOUT', tookMs: 1 }),
  });
  t.match((await w.call('POST', PATH, { command: 'x' })).json, {
    exitCode: null,
    signal: 'SIGKILL',
    reason: 'TIMEOUT',
    stdout: { base64: '/w==' },
  });
  t.match(await w.parts.metrics.render(), 'ampoule_execs_total{outcome="TIMEOUT"} 1');
});

t.test('records, as they come', async (t) => {
  const { w } = await withBox(t);
  w.exec = () => ({ chunks: [chunk('a SECRET-VALUE'), chunk(Buffer.from([0xff, 0xfe]), 'stderr')] });
  const { status, headers, text } = await w.call('POST', PATH, { command: ['env'] }, NDJSON);
  t.equal(status, 200);
  t.equal(headers['content-type'], 'application/x-ndjson');
  t.same(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [{ stream: 'stdout', data: 'a ***' }, { stream: 'stderr', base64: '//4=' }, { exit: { code: 0 } }],
  );
});

t.test('output that breaks off ends the command, and is never taken for all', async (t) => {
  const { w } = await withBox(t);
  w.exec = () => ({
    output: (async function* () {
      yield chunk('half');
      throw new SandboxError('ENGINE_UNREACHABLE', 'Docker does not answer. Start it.');
    })(),
  });
  t.match(await w.call('POST', PATH, { command: 'x' }), { status: 503, json: { code: 'ENGINE_UNREACHABLE' } });
  const { text } = await w.call('POST', PATH, { command: 'x' }, NDJSON);
  t.equal(text, '{"stream":"stdout","data":"half"}\n{"exit":{"code":null,"reason":"ENGINE_UNREACHABLE"}}\n');
  t.same(
    w.execs.map(({ ended }) => ended),
    [['OUTPUT_LOST'], ['OUTPUT_LOST']],
  );
});

t.test('while it runs it can be looked at and ended', async (t) => {
  const { w, id } = await withBox(t);
  const { reasons } = endless(w);
  const running = w.call('POST', PATH, { command: 'sleep 1d' });
  while (w.execs.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const execId = w.execs[0]?.request.execId;
  const path = `/v1/sandboxes/box/execs/${execId}`;
  t.match(await w.call('GET', path), { status: 200, json: { execId, sandbox: id, state: 'running', startedAt: /Z$/ } });
  t.match(await w.call('DELETE', path), { status: 200, json: { state: 'ended' } });
  t.match(await running, { status: 200, json: { exitCode: null, reason: 'ENDED', stdout: 'begun\n' } });
  t.same(reasons, ['ENDED']);
  t.match(await w.call('GET', path), { status: 404, json: { code: 'EXEC_NOT_FOUND' } });
  t.match((await w.call('GET', '/v1/audit?action=exec.end')).json.items, [{ detail: { execId } }]);
});

t.test('a client that goes, a token that is revoked, a daemon that stops end it', async (t) => {
  const { w } = await withBox(t);
  const server = makeServer(w.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => endServer(server));
  const { port } = server.address() as { port: number };
  const started = async (token: string, accept: string) => {
    const sent = request({
      agent: false,
      port,
      method: 'POST',
      path: PATH,
      headers: { accept, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    sent.on('error', () => {});
    const before = w.execs.length;
    sent.end(JSON.stringify({ command: 'sleep 1d' }));
    while (w.execs.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
    return sent;
  };
  const ends = async (reasons: string[]) => {
    while (reasons.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    return reasons[0];
  };
  for (const accept of ['application/json', 'application/x-ndjson']) {
    const gone = endless(w);
    (await started(w.token, accept)).destroy();
    t.equal(await ends(gone.reasons), 'CLIENT_GONE', accept);

    const revoked = endless(w);
    const token = await w.mint('operator');
    await started(token, accept);
    const { items } = w.vault.tokens.list({ kind: 'daemon' });
    await w.call('DELETE', `/v1/tokens/${items[0]?.id}`);
    t.equal(await ends(revoked.reasons), 'TOKEN_REVOKED', accept);
  }
  const stopped = endless(w);
  await started(w.token, 'application/x-ndjson');
  await w.app.close();
  t.equal(await ends(stopped.reasons), 'DAEMON_STOPPING');
});

t.test('bad input, unknown sandboxes and a sealed vault run nothing', async (t) => {
  const { w } = await withBox(t);
  for (const [body, pointer] of [
    [{}, '/command'],
    [{ command: [] }, '/command'],
    [{ command: 'a\u0000b' }, '/command'],
    [{ command: 'a', env: { A: 1 } }, '/env/A'],
    [{ command: 'a', timeout: 90 }, '/timeout'],
    [{ command: 'a', detach: 'yes' }, '/detach'],
    [{ command: 'a', workdir: 'relative' }, '/workdir'],
    [{ command: 'a', stdin: { base64: '*' } }, '/stdin/base64'],
  ] as const) {
    t.match(await w.call('POST', PATH, body), { status: 422, json: { errors: [{ pointer }] } }, JSON.stringify(body));
  }
  t.match(await w.call('POST', '/v1/sandboxes/none/exec', { command: 'a' }), {
    status: 404,
    json: { code: 'SANDBOX_NOT_FOUND' },
  });
  w.vault.seal({ kind: 'daemon' });
  t.match(await w.call('POST', PATH, { command: 'a' }), { status: 503, json: { code: 'VAULT_SEALED' } });
  t.same(w.execs, []);
});

t.test('records are for who asks for them', async (t) => {
  t.ok(wantsRecords('application/x-ndjson'));
  t.ok(wantsRecords('text/html, Application/X-NDJSON;q=0.9'));
  t.notOk(wantsRecords('application/json'));
  t.notOk(wantsRecords(undefined));
});

t.test('a detached command is answered at once, and goes on', async (t) => {
  const { w, id } = await withBox(t);
  t.match(await w.call('POST', PATH, { command: 'a', detach: true }), {
    status: 409,
    json: { code: 'DELIVERY_UNAVAILABLE', detail: /box has env/ },
  });
  await w.call('POST', '/v1/sandboxes', { name: 'quick', session: 'dev', delivery: 'memory' });
  const { reasons } = endless(w);
  const answer = await w.call('POST', '/v1/sandboxes/quick/exec', { command: 'a', detach: true });
  t.match(answer, { status: 202, json: { execId: /^exe_/, state: 'running', detached: true } });
  t.match(w.execs[0]?.request, { detach: true });
  t.same(reasons, [], 'the client is gone, the command is not');
  t.match((await w.call('GET', '/v1/sandboxes/quick/execs')).json.items, [
    { execId: answer.json.execId, state: 'running', detached: true, tty: false },
  ]);
  t.same((await w.call('GET', `/v1/sandboxes/${id}/execs`)).json, { items: [], next: null });
  t.match(await w.call('DELETE', `/v1/sandboxes/quick/execs/${answer.json.execId}`), { json: { state: 'ended' } });
  t.same(reasons, ['ENDED']);
});

t.test('in a session: its sandbox is launched first, and what lapsed is said', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'v' });
  const path = '/v1/sessions/dev/exec';
  const { status, json } = await w.call('POST', path, { command: 'env' });
  t.equal(status, 200);
  t.match(json, { exitCode: 0, stdout: 'hello\n', notices: [/Started the sandbox dev/] });
  t.equal((await w.call('POST', path, { command: 'env' })).json.notices, undefined);
  await w.call('PUT', '/v1/sessions/dev/secrets/A_KEY');
  await w.call('DELETE', '/v1/sandboxes/dev');
  const { text } = await w.call('POST', path, { command: 'env' }, NDJSON);
  const [first, ...rest] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.match(first, { notices: [/Started the sandbox dev/, /A_KEY/] });
  t.same(rest, [{ stream: 'stdout', data: 'hello\n' }, { exit: { code: 0 } }]);
  t.match(await w.call('POST', '/v1/sessions/nope/exec', { command: 'env' }), { status: 404 });
});
