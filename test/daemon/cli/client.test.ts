import type { AddressInfo } from 'node:net';
import { createServer as createTcp } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { Client, path } from '../../../daemon/cli/client.js';
import { playApi, problem, type Script, TOKEN } from './played-api.js';

async function client(test: typeof t, script: Script) {
  const api = await playApi(test as never, script);
  return { api, client: new Client({ kind: 'unix', path: api.socket }, TOKEN) };
}

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

t.test('one request: token, query, body, answer', async (t) => {
  const { api, client: it } = await client(t as never, { 'POST /v1/secrets/A%20b': { status: 202, json: { a: 1 } } });
  const answer = await it.request<{ a: number }>('POST', path('secrets', 'A b'), {
    json: { x: 'é' },
    query: { wait: '1s', gone: undefined, revoke: true },
  });
  t.same(answer, { status: 202, body: { a: 1 }, text: '{"a":1}' });
  const [asked] = api.asked;
  t.same(asked?.query, { wait: '1s', revoke: 'true' });
  t.same(asked?.json, { x: 'é' });
  t.match(asked?.headers, { authorization: `Bearer ${TOKEN}`, host: 'localhost', accept: 'application/json' });
  t.equal(asked?.headers.origin, undefined);
});

t.test('bytes arrive as they are, and are wiped here', async (t) => {
  const { api, client: it } = await client(t as never, { 'PUT /v1/x': { status: 204 } });
  const bytes = Buffer.from([0xff, 0x00, 0x0a]);
  const answer = await it.request('PUT', path('x'), { bytes });
  t.same(answer, { status: 204, body: undefined, text: '' });
  t.same(api.asked[0]?.body, Buffer.from([0xff, 0x00, 0x0a]));
  t.equal(api.asked[0]?.headers['content-type'], 'application/octet-stream');
  t.same(bytes, Buffer.alloc(3), 'wiped');
});

t.test('without a token none is sent', async (t) => {
  const { api } = await client(t as never, { 'GET /v1/x': { json: {} } });
  await new Client({ kind: 'unix', path: api.socket }, null).request('GET', path('x'));
  t.equal(api.asked[0]?.headers.authorization, undefined);
});

t.test('a refusal is the problem that the API sent', async (t) => {
  const { client: it } = await client(t as never, {
    'GET /v1/x': problem(409, 'ENV_CONFLICT', 'Both want it. Deactivate one.', { requestId: 'r1' }),
  });
  const refusal = { name: 'ApiError', code: 'ENV_CONFLICT', message: 'Both want it. Deactivate one.' };
  await t.rejects(it.request('GET', path('x')), refusal);
  await t.rejects(it.stream('GET', path('x')), refusal);
});

t.test('an answer that is not of this API is said to be none', async (t) => {
  const { client: it } = await client(t as never, {
    'GET /v1/html': { text: '<h1>Hi</h1>', type: 'text/html' },
    'GET /v1/broken': { text: '{"a":', type: 'application/json' },
    'GET /v1/error': { status: 502, text: 'bad gateway', type: 'text/plain' },
    'GET /v1/other': { status: 400, json: { error: 'x' } },
    'GET /v1/moved': { status: 302, raw: (response) => response.writeHead(302, { location: 'http://x/' }).end() },
  });
  for (const route of ['html', 'broken', 'error', 'other', 'moved']) {
    await t.rejects(it.request('GET', path(route)), { code: 'NOT_AMPOULE', exit: 125, message: /AMPOULE_ADDR/ }, route);
  }
  for (const route of ['error', 'other', 'moved']) {
    await t.rejects(it.stream('GET', path(route)), { code: 'NOT_AMPOULE' }, `stream of ${route}`);
  }
});

t.test('nobody there, and somebody who hangs up', async (t) => {
  const nobody = new Client({ kind: 'unix', path: join(t.testdir(), 'none.sock') }, TOKEN);
  await t.rejects(nobody.request('GET', path('x')), {
    code: 'DAEMON_UNREACHABLE',
    message: /none\.sock.*`systemctl start ampouled`/,
  });
  const refused = new Client({ kind: 'tcp', secure: false, host: '127.0.0.1', port: 1 }, TOKEN);
  await t.rejects(refused.request('GET', path('x')), { code: 'DAEMON_UNREACHABLE', message: /http:\/\/127.0.0.1:1\./ });
  const { client: it } = await client(t as never, {
    'GET /v1/x': { raw: (response) => response.destroy() },
    'GET /v1/half': {
      raw: (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{"a":1');
        setImmediate(() => response.destroy());
      },
    },
  });
  const unknown = { code: 'DAEMON_UNREACHABLE', message: /broke.*whether the daemon did what was asked is unknown/ };
  await t.rejects(it.request('GET', path('x')), unknown);
  await t.rejects(it.request('GET', path('half')), unknown);
});

t.test('over TCP the Host header names the port', async (t) => {
  const heads: string[] = [];
  const server = createTcp((socket) => {
    socket.once('data', (data) => {
      heads.push(data.toString());
      socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const it = new Client({ kind: 'tcp', secure: false, host: '127.0.0.1', port }, TOKEN);
  t.same((await it.request('GET', path('x'))).body, {});
  t.match(heads[0], new RegExp(`host: 127\\.0\\.0\\.1:${port}\r\n`, 'i'));
  t.equal(it.address, `http://127.0.0.1:${port}`);
});

t.test('a deadline is for the whole answer', async (t) => {
  const { client: it } = await client(t as never, {
    'GET /v1/never': { raw: () => {} },
    'GET /v1/stalls': {
      raw: (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{');
      },
    },
  });
  const late = { code: 'NO_ANSWER', exit: 125, message: /did not answer within 0.05 s/ };
  await t.rejects(it.request('GET', path('never'), { deadline: 50 }), late);
  await t.rejects(it.request('GET', path('stalls'), { deadline: 50 }), late);
  await t.rejects(it.stream('GET', path('never'), { deadline: 50 }), late);
});

t.test('a stream is read as it comes and ends where it is told to', async (t) => {
  let gone = (): void => {};
  const closed = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const { client: it } = await client(t as never, {
    'POST /v1/x': { text: 'one two', type: 'text/plain' },
    'POST /v1/broken': {
      raw: (response) => {
        response.write('half');
        setImmediate(() => response.destroy());
      },
    },
    'POST /v1/endless': {
      raw: (response) => {
        response.on('close', gone);
        response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        response.write('first');
      },
    },
  });
  const whole = await it.stream('POST', path('x'));
  t.match(whole, { status: 200, contentType: 'text/plain' });
  t.equal(await text(whole.body), 'one two');

  const controller = new AbortController();
  const endless = await it.stream('POST', path('endless'), { signal: controller.signal, deadline: 0 });
  const read = (async () => {
    for await (const chunk of endless.body) if (Buffer.from(chunk).toString() === 'first') controller.abort();
  })();
  await t.rejects(read, { code: 'INTERRUPTED', exit: 130 });
  await closed;
  t.pass('the server saw us go');

  await t.rejects(it.stream('POST', path('x'), { signal: controller.signal }), { code: 'INTERRUPTED' });
  const broken = await it.stream('POST', path('broken'));
  await t.rejects(text(broken.body), { code: 'DAEMON_UNREACHABLE' }, 'half a stream does not look whole');
});
