import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { listen } from '../../daemon/listen.js';

function place(t: Test): string {
  const root = mkdtempSync(join(tmpdir(), 'ampoule-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  return join(root, 'a.sock');
}
function servers(t: Test) {
  const made = {
    socket: createServer((_, reply) => reply.end('socket')),
    tcp: createServer((_, reply) => reply.end('tcp')),
  };
  t.teardown(() => {
    made.socket.close();
    made.tcp.close();
  });
  return made;
}

t.test('answers at both addresses, the socket for its owner only', async (t) => {
  const socket = place(t);
  const before = process.umask();
  const { addresses } = await listen(servers(t), { socket, listen: { host: '127.0.0.1', port: 0 } });
  t.equal(addresses[0], `unix://${socket}`);
  t.match(addresses[1], /^http:\/\/127\.0\.0\.1:[1-9]\d+$/, 'with the port it got');
  t.equal(statSync(socket).mode & 0o777, 0o600);
  t.equal(process.umask(), before);
  const [reply] = await once(get(addresses[1] ?? ''), 'response');
  t.equal(reply.statusCode, 200);
  reply.resume();
});

t.test('no TCP', async (t) => {
  const socket = place(t);
  const made = servers(t);
  t.same(await listen(made, { socket, listen: null }), { addresses: [`unix://${socket}`] });
  t.equal(made.tcp.listening, false);
});

t.test('a socket that a killed process left is replaced', async (t) => {
  const socket = place(t);
  const script = `require('net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script]), 'exit');
  t.ok(existsSync(socket), 'it is there');
  await listen(servers(t), { socket, listen: null });
});

t.test('what is in use or is no socket stays as it is', async (t) => {
  const socket = place(t);
  await listen(servers(t), { socket, listen: null });
  await t.rejects(listen(servers(t), { socket, listen: null }), {
    name: 'ConfigError',
    message: /Another program answers/,
  });
  const file = place(t);
  writeFileSync(file, 'precious');
  await t.rejects(listen(servers(t), { socket: file, listen: null }), { message: /is no socket/ });
  t.ok(existsSync(file));
});

t.test('a port in use names the option', async (t) => {
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await t.rejects(listen(servers(t), { socket: place(t), listen: { host: '127.0.0.1', port } }), {
    name: 'ConfigError',
    message: /127\.0\.0\.1:\d+ cannot be listened on: another program listens there\. .*AMPOULE_LISTEN/,
  });
});
