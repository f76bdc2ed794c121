import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { listen } from '../../../daemon/http/listen.js';
import { world } from './fixture.js';

function ask(options: object): Promise<{ status: number; text: string; response: IncomingMessage }> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent: false, ...options }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, text, response });
    });
    sent.once('error', reject);
    sent.end();
  });
}

/** Short enough for a socket, which a test's own directory is not. */
function shortPath(t: Parameters<typeof world>[0]): string {
  const directory = mkdtempSync(join(tmpdir(), 'amp-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return join(directory, 'ampoule.sock');
}

t.test('serves the socket, for its owner alone, and TCP', async (t) => {
  const w = await world(t);
  const config = { socket: shortPath(t), listen: { host: '127.0.0.1', port: 0 } };
  const { addresses, close } = await listen(w.app, config);
  t.equal(addresses[0], `unix://${config.socket}`);
  t.match(addresses[1], /^http:\/\/127\.0\.0\.1:\d+$/);
  t.equal(statSync(config.socket).mode & 0o777, 0o600);
  const port = new URL(addresses[1] ?? '').port;
  t.equal((await ask({ socketPath: config.socket, path: '/healthz' })).status, 200, 'Host is localhost there');
  t.equal((await ask({ port, host: '127.0.0.1', path: '/healthz' })).status, 200);
  t.equal((await ask({ port, host: '127.0.0.1', path: '/healthz', headers: { host: 'localhost' } })).status, 421);
  await close();
  await t.rejects(ask({ port, host: '127.0.0.1', path: '/healthz' }), { code: 'ECONNREFUSED' });
});

t.test('the directory of the socket is made 0700', async (t) => {
  const w = await world(t);
  const socket = join(shortPath(t), '..', 'deep', 'run', 'ampoule.sock');
  const { close } = await listen(w.app, { socket, listen: null });
  t.equal(statSync(join(socket, '..')).mode & 0o777, 0o700);
  await close();
});

t.test('what a killed daemon leaves for a moment is waited for', async (t) => {
  const w = await world(t);
  const socket = shortPath(t);
  const left = createServer().listen(socket);
  const port = createServer().listen({ host: '127.0.0.1', port: 0 });
  await Promise.all([once(left, 'listening'), once(port, 'listening')]);
  const address = port.address() as { port: number };
  setTimeout(() => left.close(), 200);
  setTimeout(() => port.close(), 400);
  const { addresses, close } = await listen(w.app, { socket, listen: { host: '127.0.0.1', port: address.port } });
  t.same(addresses, [`unix://${socket}`, `http://127.0.0.1:${address.port}`]);
  await close();
});

t.test('a socket that nobody answers is taken over, one that is served never', async (t) => {
  const w = await world(t);
  const socket = shortPath(t);
  const other = createServer();
  other.listen(socket);
  await once(other, 'listening');
  await t.rejects(listen(w.app, { socket, listen: null }), { message: /Another program answers at/ });
  t.ok(statSync(socket).isSocket(), 'it is still there');
  await new Promise((resolve) => other.close(resolve));

  const stale = `const s = require('net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
  t.throws(() => execFileSync(process.execPath, ['-e', stale]), 'it was killed');
  t.ok(statSync(socket).isSocket(), 'left behind');
  const { close } = await listen(w.app, { socket, listen: null });
  t.equal((await ask({ socketPath: socket, path: '/healthz' })).status, 200);
  await close();
});

t.test('a file in its place, a port that is taken: refused, and nothing is left listening', async (t) => {
  const w = await world(t);
  const socket = shortPath(t);
  const file = shortPath(t);
  writeFileSync(file, 'x');
  await t.rejects(listen(w.app, { socket: file, listen: null }), { message: /is no socket/ });
  await t.rejects(listen(w.app, { socket: `/tmp/${'x'.repeat(103)}`, listen: null }), {
    message: /longer than 107 bytes/,
  });
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await t.rejects(listen(w.app, { socket, listen: { host: '127.0.0.1', port } }), {
    message: /cannot be listened on: another program listens there.*AMPOULE_LISTEN/,
  });
  await t.rejects(ask({ socketPath: socket, path: '/healthz' }));
  other.close();
});
