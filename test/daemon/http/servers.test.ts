import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import { endServer, makeServer } from '../../../daemon/http/servers.js';
import { world } from './fixture.js';

async function serving(t: Parameters<typeof world>[0]) {
  const w = await world(t);
  const server = makeServer(w.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => endServer(server));
  return { w, server, port: (server.address() as { port: number }).port };
}

async function send(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(bytes);
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

t.test('what is no HTTP is answered in our words', async (t) => {
  const { port } = await serving(t);
  const answer = await send(port, 'CANARY nonsense\r\n\r\n');
  t.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
  t.match(answer, /application\/problem\+json/);
  t.match(answer, '"code":"REQUEST_MALFORMED"');
  t.notMatch(answer, /CANARY/);
  t.match(await send(port, `GET / HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
});

t.test('ends at once where connections are idle, and when the last answer is out', async (t) => {
  const { w, server, port } = await serving(t);
  const idle = connect(port, '127.0.0.1');
  await once(idle, 'connect');
  idle.write('GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:7433\r\n\r\n');
  await once(idle, 'data');
  const events = connect(port, '127.0.0.1');
  events.write(`GET /v1/events HTTP/1.1\r\nhost: 127.0.0.1:7433\r\nauthorization: Bearer ${w.token}\r\n\r\n`);
  await once(events, 'data');
  const closed = Promise.all([once(idle, 'close'), once(events, 'close')]);
  const ended = endServer(server);
  events.resume();
  await w.app.close();
  await ended;
  await closed;
  t.notOk(server.listening);
});

const TAR = { 'content-type': 'application/x-tar', 'transfer-encoding': 'chunked' };
const PATIENCE = 200;

t.test('a stream whose client stands still is given up', async (t) => {
  // Nobody reads it: there is no answer to wait for.
  const server = makeServer({ routing: () => {}, server: {} } as never, PATIENCE).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => endServer(server));
  const { port } = server.address() as { port: number };
  const sent = request({ port, host: '127.0.0.1', method: 'POST', path: '/', headers: TAR });
  sent.write('a beginning');
  const [error] = await once(sent, 'error');
  t.match(error, { code: 'ECONNRESET' });
});

t.test('a stream that we keep waiting is not given up', async (t) => {
  const WHOLE = 8 * 1024 * 1024;
  let read = 0;
  const slow = (incoming: import('node:http').IncomingMessage, response: import('node:http').ServerResponse): void => {
    // Much longer than a client may stand still; all the time it would send on.
    setTimeout(() => {
      incoming.on('data', (chunk: Buffer) => {
        read += chunk.length;
      });
      incoming.once('end', () => response.end('read'));
    }, 5 * PATIENCE);
  };
  const server = makeServer({ routing: slow, server: {} } as never, PATIENCE).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => endServer(server));
  const { port } = server.address() as { port: number };
  const sent = request({ port, host: '127.0.0.1', method: 'POST', path: '/', headers: TAR });
  sent.end(Buffer.alloc(WHOLE));
  const [answer] = await once(sent, 'response');
  t.equal(answer.statusCode, 200);
  answer.resume();
  t.equal(read, WHOLE);
});
