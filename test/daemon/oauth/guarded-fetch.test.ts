import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { guardedFetch, NoAnswer, UnexpectedStatus } from '../../../daemon/oauth/guarded-fetch.js';
import { PRIVATE_ADDRESSES, PRIVATE_HOSTS } from './addresses.js';

async function server(t: { teardown(act: () => void): void }, listener: RequestListener): Promise<URL> {
  const made = createServer(listener);
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    made.closeAllConnections();
    made.close();
  });
  return new URL(`http://127.0.0.1:${(made.address() as AddressInfo).port}`);
}

t.test('addresses that were not configured are never connected to', async (t) => {
  let connections = 0;
  const listener = createTcpServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, '::', resolve));
  t.teardown(() => listener.close());
  const { port } = listener.address() as AddressInfo;
  const fetch = guardedFetch({ own: null, patience: 2000 });
  t.ok(PRIVATE_HOSTS.length >= 60);
  for (const host of PRIVATE_HOSTS)
    await t.rejects(fetch(`https://${host}:${port}/`), { name: 'NoAnswer', sent: false, message: /private/ }, host);
  for (const address of PRIVATE_ADDRESSES) {
    const lookup = async () => ['140.82.121.3', address];
    const named = guardedFetch({ own: null, lookup, patience: 2000 });
    await t.rejects(named(`https://provider.example:${port}/`), { sent: false, message: /private|name/ }, address);
  }
  for (const scheme of ['http', 'ftp', 'file', 'data', 'gopher'])
    await t.rejects(fetch(`${scheme}://8.8.8.8/`), { sent: false, message: /https/ }, scheme);
  await t.rejects(fetch('https://user:word@8.8.8.8/'), { name: 'NoAnswer', sent: false });
  await t.rejects(fetch('nothing'), { name: 'NoAnswer', sent: false });
  t.equal(connections, 0);
});

t.test('what is configured is that origin alone, and without TLS this machine alone', async (t) => {
  const own = await server(t, (_request, response) => response.end('good'));
  const other = await server(t, (_request, response) => response.end('bad'));
  const fetch = guardedFetch({ own });
  t.equal(await (await fetch(`${own.origin}/path`)).text(), 'good');
  await t.rejects(fetch(`${other.origin}/`), { message: /https/ });
  await t.rejects(fetch(`https://127.0.0.1:${other.port}/`), { message: /private/ });
  const named = new URL(`http://provider.example:${own.port}`);
  const local = guardedFetch({ own: named, lookup: async () => ['127.0.0.1'] });
  t.equal(await (await local(named.href)).text(), 'good');
  const away = guardedFetch({ own: named, lookup: async () => ['10.0.0.1'] });
  await t.rejects(away(named.href), { message: /not this machine/ });
});

t.test('the address that was checked is the one that is asked', async (t) => {
  const hosts: (string | undefined)[] = [];
  const own = await server(t, ({ headers }, response) => {
    hosts.push(headers.host);
    response.end();
  });
  const answers = [['127.0.0.1'], ['169.254.169.254']];
  const named = new URL(`http://provider.example:${own.port}`);
  const fetch = guardedFetch({ own: named, lookup: async () => answers.shift() ?? [] });
  await fetch(named.href);
  t.same(hosts, [named.host], 'by its name, at the first answer of the resolver');
  await t.rejects(fetch(named.href), { name: 'NoAnswer', sent: false }, 'it is looked up and checked each time');
  await t.rejects(fetch(named.href), { sent: false, message: /not known/ });
  const slow = guardedFetch({ own: named, lookup: () => new Promise(() => undefined), patience: 50 });
  await t.rejects(slow(named.href), { sent: false, message: /in time/ });
});

t.test('answers have an end in size and time, and lead nowhere', async (t) => {
  let asked = 0;
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  const own = await server(t, ({ url }, response) => {
    asked += 1;
    const large = Buffer.alloc(64 * 1024, 'a');
    if (url === '/redirect') response.writeHead(302, { location: '/elsewhere' }).end();
    else if (url === '/bomb') response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    else if (url === '/endless') for (let n = 0; n < 5; n += 1) response.write(large);
    else if (url === '/exact') response.end(Buffer.alloc(256 * 1024));
    else if (url === '/drip') response.write('x');
    else if (url === '/broken') response.write('x', () => response.destroy());
    else if (url === '/cookie')
      response.writeHead(200, { 'set-cookie': 'a=b', 'content-type': 'text/plain' }).end('good');
    else if (url === '/empty') response.writeHead(204).end();
  });
  const fetch = guardedFetch({ own, patience: 300 });
  for (const [path, message] of [
    ['/redirect', /not followed/],
    ['/bomb', /compressed/],
    ['/endless', /too large/],
    ['/drip', /0.3 s/],
    ['/never', /0.3 s/],
    ['/broken', /broke/],
  ] as const)
    await t.rejects(fetch(`${own.origin}${path}`), { name: 'NoAnswer', sent: true, message }, path);
  t.equal(asked, 6, 'nothing was asked a second time');
  t.equal((await (await fetch(`${own.origin}/exact`)).arrayBuffer()).byteLength, 256 * 1024);
  t.equal((await fetch(`${own.origin}/empty`)).status, 204);
  const cookie = await fetch(`${own.origin}/cookie`);
  t.same([...cookie.headers.keys()], ['content-type'], 'no cookie is passed on');
});

t.test('whether it was sent decides what may be sent again', async (t) => {
  const own = await server(t, () => undefined);
  const gone = new URL('http://127.0.0.1:1');
  await t.rejects(guardedFetch({ own: gone })(gone.href), { sent: false, message: /refused the connection/ });
  const silent = createTcpServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.teardown(() => silent.close());
  const cut = new URL(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  await t.rejects(guardedFetch({ own: cut })(cut.href), { name: 'NoAnswer', sent: true });
  const abort = new AbortController();
  const waits = guardedFetch({ own })(own.href, { signal: abort.signal });
  setTimeout(() => abort.abort(), 50);
  await t.rejects(waits, { message: /given up/, sent: true });
  await t.rejects(guardedFetch({ own })(own.href, { signal: AbortSignal.abort() }), {
    message: /given up/,
    sent: false,
  });
});

t.test('it sends what it is given, and takes no other body', async (t) => {
  const seen: unknown[] = [];
  const own = await server(t, (request, response) => {
    const { method, headers } = request;
    request.setEncoding('utf8').on('data', (text) => {
      seen.push([method, headers['content-type'], headers['accept-encoding'], headers.cookie, text]);
      response.end();
    });
  });
  const fetch = guardedFetch({ own });
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'accept-encoding': 'gzip' };
  await fetch(own.href, { method: 'POST', headers, body: new URLSearchParams({ a: 'b c' }) });
  t.same(seen, [['POST', headers['content-type'], 'identity', undefined, 'a=b+c']]);
  await t.rejects(fetch(own.href, { method: 'POST', body: {} }), TypeError);
  t.match(new NoAnswer('it is away', true), { message: 'it is away', sent: true });
  t.match(new UnexpectedStatus(404), { message: 'HTTP 404', status: 404 });
});
