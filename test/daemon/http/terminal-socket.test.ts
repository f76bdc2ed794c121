import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { WebSocket, WebSocketServer } from 'ws';
import { carryTerminal, readMessage } from '../../../daemon/http/terminal-socket.js';
import { until } from '../../engine/wait.js';
import { playCommand } from './played-command.js';

async function carried(t: Test) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const command = playCommand({ execId: 'exe_1' });
  const ending = new AbortController();
  const accepted = once(server, 'connection') as Promise<[WebSocket]>;
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  const messages: string[] = [];
  let bytes = 0;
  client.on('message', (data: Buffer, binary) => {
    if (binary) bytes += data.length;
    else messages.push(String(data));
  });
  const closed = once(client, 'close') as Promise<[number, Buffer]>;
  const [socket] = await accepted;
  await once(client, 'open').catch(() => {});
  const over = carryTerminal(socket, {
    ...{ running: command.running, output: command.running.output, signal: ending.signal },
  });
  t.teardown(() => {
    client.terminate();
    command.exit();
    server.close();
  });
  return { command, client, closed, messages, ending, over, socket, bytes: () => bytes };
}

t.test('a client that does not read holds the command up', async (t) => {
  const { command, client, bytes, over } = await carried(t);
  client.pause();
  const chunk = Buffer.alloc(256 * 1024, 120);
  let taken = 0;
  const all = (async () => {
    for (let n = 0; n < 200; n += 1) {
      await command.write(chunk);
      taken += 1;
    }
  })();
  let before = -1;
  await until(
    'the command to stand still',
    () => {
      const still = taken === before && taken > 0;
      before = taken;
      return still;
    },
    { everyMs: 300 },
  );
  t.ok(taken < 200, `${taken} of 200 were taken`);
  client.resume();
  await all;
  command.exit();
  await over;
  await until('all of it', () => bytes() === 200 * chunk.length);
});

t.test('a command that does not read holds the client up, and gets all in order', async (t) => {
  const { command, client, socket } = await carried(t);
  const go = command.hold();
  const lines = Array.from({ length: 600 }, (_, n) => `${String(n).padStart(1023, ' ')}\n`);
  for (const line of lines) client.send(Buffer.from(line));
  await until('the pause', () => socket.isPaused);
  t.equal(command.given, '');
  go();
  await until('everything', () => command.given.length === 600 * 1024);
  t.equal(command.given, lines.join(''));
  t.equal(socket.isPaused, false);
});

t.test('messages that are none close the connection', async (t) => {
  const { client, closed } = await carried(t);
  client.send('{"resize": {"columns": 0, "rows": 5}}');
  const [code, reason] = await closed;
  t.equal(code, 1007);
  t.match(String(reason), /resize/);
});

t.test('output that breaks off is never taken for all', async (t) => {
  const { client, closed, command } = await carried(t);
  t.ok(client);
  command.running.exit.catch(() => {});
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const second = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  const over = once(second, 'close') as Promise<[number, Buffer]>;
  const broken = (async function* () {
    yield { stream: 'stdout' as const, data: Buffer.from('x') };
    throw new Error('lost');
  })();
  await carryTerminal(socket, { running: command.running, output: broken, signal: new AbortController().signal });
  t.equal((await over)[0], 1011);
  server.close();
  client.terminate();
  await closed;
});

t.test('what a text message may say', async (t) => {
  const read = (text: string) => readMessage(Buffer.from(text));
  t.same(read('{"resize":{"columns":80,"rows":24}}'), { columns: 80, rows: 24 });
  t.same(read('{"eof":true}'), { eof: true });
  for (const text of [
    '',
    'x',
    'null',
    '{}',
    '{"eof":1}',
    '{"resize":{"columns":1.5,"rows":2}}',
    '{"resize":{"rows":2}}',
  ])
    t.equal(read(text), null, text);
});
