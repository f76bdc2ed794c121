import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createPlain, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import t, { type Test } from 'tap';
import { askLive, headFrom } from '../../../daemon/doctor/live-request.js';
import { directoryUntilEnd } from '../../engine/directory.js';

async function at(t: Test, server: Server, scheme = 'http'): Promise<URL> {
  // One that reads nothing does not see that the other side is gone.
  const open = new Set<Socket>();
  server.on('connection', (socket) => open.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

t.test('no more than the head is read', async (t) => {
  const heard: Buffer[] = [];
  const base = await at(
    t,
    createPlain((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        heard.push(data);
        socket.write('HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\nX-Scopes: a\r\nx-sco');
        setTimeout(() => socket.write('pes: b\r\n\r\nbody that goes on'), 5);
      });
    }),
  );
  const request = Buffer.from('GET / HTTP/1.1\r\n\r\n');
  const { status, headers } = await askLive(base, request);
  t.equal(status, 200);
  t.equal(headers.get('x-scopes'), 'a, b');
  t.equal(Buffer.concat(heard).toString(), 'GET / HTTP/1.1\r\n\r\n');
  t.equal(request.toString().slice(0, 3), 'GET', 'whoever made the request wipes it');
});

t.test('what is no answer', async (t) => {
  const silent = await at(
    t,
    createPlain((socket) => void socket.on('error', () => {})),
  );
  await t.rejects(askLive(silent, Buffer.from('x'), { patience: 50 }), {
    name: 'NoAnswer',
    message: /did not answer within/,
  });
  const controller = new AbortController();
  const asking = askLive(silent, Buffer.from('x'), { signal: controller.signal });
  controller.abort();
  await t.rejects(asking, { message: 'it was given up' });
  const closing = await at(
    t,
    createPlain((socket) => void socket.end()),
  );
  await t.rejects(askLive(closing, Buffer.from('x')), { message: /closed the connection without an answer/ });
  const endless = await at(
    t,
    createPlain((socket) => {
      socket.on('error', () => {});
      socket.write('a'.repeat(100_000));
    }),
  );
  await t.rejects(askLive(endless, Buffer.from('x')), { message: /not one of HTTP/ });
  await t.rejects(askLive(new URL('http://127.0.0.1:1'), Buffer.from('x')), { message: 'it refused the connection' });
});

t.test('a certificate that nobody vouches for ends it before anything is said', async (t) => {
  const directory = directoryUntilEnd(t);
  const [key, cert] = [join(directory, 'key'), join(directory, 'cert')];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...args, '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  let heard = 0;
  const server = createTls({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {
      heard += 1;
    });
  });
  server.on('tlsClientError', () => {});
  const base = await at(t, server, 'https');
  await t.rejects(askLive(base, Buffer.from('x')), { message: /no secure connection could be made \([A-Z_]+\)/ });
  t.equal(heard, 0);
});

t.test('heads', async (t) => {
  t.equal(headFrom(Buffer.from('HTTP/1.1 200 OK\r\na: b\r\n')), null, 'not whole yet');
  t.equal(headFrom(Buffer.from('SSH-2.0\r\n\r\n'))?.status, 0);
  t.match(headFrom(Buffer.from('HTTP/1.1 401 \r\nDate: now\r\nodd\r\n\r\n')), { status: 401 });
});
