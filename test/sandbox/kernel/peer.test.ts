/** Who is at the other end of a socket: with the real program, real sockets and processes of this test's own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { parsePeer, peerOf, peerStands } from '../../../sandbox/kernel/peer.js';
import { peerProgram } from '../../engine/programs.js';

const program = await peerProgram();
// Short, for a unix socket's path holds 107 bytes.
const dir = mkdtempSync(join(tmpdir(), 'ap-'));
t.teardown(() => rmSync(dir, { recursive: true, force: true }));

async function accepted(server: Server): Promise<Socket> {
  const [socket] = await once(server, 'connection');
  return socket;
}

async function listening(path: string): Promise<Server> {
  const server = createServer({ pauseOnConnect: true });
  server.listen(path);
  await once(server, 'listening');
  return server;
}

/** Connects to the socket, says `before`, and repeats what it hears. */
const CLIENT = `
  const socket = require('node:net').connect(process.argv[1], () => socket.write('before '));
  socket.on('data', (data) => socket.write(data));
`;

t.test('names the process that connected, and leaves the socket as it was', async (t) => {
  const path = join(dir, 'one');
  const server = await listening(path);
  const child = spawn(process.execPath, ['-e', CLIENT, path], { stdio: 'ignore' });
  t.teardown(() => {
    child.kill('SIGKILL');
    server.close();
  });
  const socket = await accepted(server);
  t.same(await peerOf(socket, program), {
    pid: child.pid,
    uid: process.getuid?.(),
    gid: process.getgid?.(),
  });
  t.ok(await peerOf(socket, program), 'it can be asked again');
  let heard = '';
  socket.on('data', (data) => {
    heard += String(data);
    if (heard.endsWith('after')) socket.end();
  });
  socket.resume();
  socket.write('after');
  await once(socket, 'close');
  t.equal(heard, 'before after', 'nothing of what it said was lost');
});

t.test('says nothing of what it cannot know', async (t) => {
  const server = await listening(join(dir, 'two'));
  const tcp = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  t.teardown(() => {
    server.close();
    tcp.close();
  });
  const address = tcp.address();
  if (address === null || typeof address === 'string') throw new Error('it has a port');

  const overTcp = connect(address.port, '127.0.0.1');
  const socketOverTcp = await accepted(tcp);
  t.equal(await peerOf(socketOverTcp, program), null, 'a socket that is no unix socket');
  overTcp.destroy();
  socketOverTcp.destroy();

  const client = connect(join(dir, 'two'));
  const socket = await accepted(server);
  t.equal(await peerOf(socket, join(dir, 'missing')), null, 'no program');
  const odd = (text: string): string => {
    const file = join(dir, 'odd');
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  t.equal(await peerOf(socket, odd('echo 0 0 0')), null, 'nobody');
  t.equal(await peerOf(socket, odd('echo 12 0 0; exit 1')), null, 'a program that failed');
  t.equal(await peerOf(socket, odd('exec sleep 600')), null, 'a program that hangs');
  t.ok(await peerOf(socket, program), 'the socket outlived all of them');
  client.destroy();
  socket.destroy();
  t.equal(await peerOf(socket, program), null, 'a closed socket');
});

t.test('reads only what the program may say', async (t) => {
  t.same(parsePeer('12 0 1000\n'), { pid: 12, uid: 0, gid: 1000 });
  t.same(parsePeer('12 4294967295 4294967295\n'), { pid: 12, uid: 4294967295, gid: 4294967295 });
  for (const text of ['', '12 0\n', '0 0 0\n', '-1 0 0\n', '12 0 0', '12 0 0\n12 0 0\n', ' 12 0 0\n', '0x12 0 0\n'])
    t.equal(parsePeer(text), null, JSON.stringify(text));
});

t.test("is a container's own process only if pid, start and control group agree", async (t) => {
  const proc = t.testdir({});
  const containerId = 'ab'.repeat(32);
  const process = (pid: number, { state = 'S', start = '777', group = `/docker/${containerId}` }) => {
    mkdirSync(join(proc, String(pid)), { recursive: true });
    const rest = `1 ${pid} ${pid} 0 -1 4194560 974 0 1 0 1 1 17 1 20 0 1 0 ${start} 2322432 364`;
    writeFileSync(join(proc, String(pid), 'stat'), `${pid} (ampoule-init) ${state} ${rest}\n`);
    writeFileSync(join(proc, String(pid), 'cgroup'), `12:freezer:${group}\n0::${group}\n`);
  };
  process(40, {});
  const peer = { pid: 40, uid: 0, gid: 0 };
  const expected = { pid: 40, start: '777', containerId };
  t.equal(peerStands(peer, expected, proc), true);
  t.equal(peerStands(peer, { ...expected, start: null }, proc), true, 'its start was not read before');
  t.equal(peerStands(peer, { ...expected, pid: 41 }, proc), false, 'another pid');
  t.equal(peerStands(peer, { ...expected, start: '778' }, proc), false, 'another start');
  t.equal(peerStands(peer, { ...expected, containerId: 'cd'.repeat(32) }, proc), false, 'another container');
  process(40, { group: `/docker/${containerId}/inner` });
  t.equal(peerStands(peer, expected, proc), true, 'below the group of the container');
  process(40, { group: '/user.slice' });
  t.equal(peerStands(peer, expected, proc), false, 'outside');
  process(40, { state: 'Z' });
  t.equal(peerStands(peer, expected, proc), false, 'it ended');
  t.equal(peerStands({ ...peer, pid: 42 }, { ...expected, pid: 42 }, proc), false, 'there is none');
});
