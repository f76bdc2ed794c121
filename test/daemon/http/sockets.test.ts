import { once } from 'node:events';
import { connect as connectTo } from 'node:net';
import t from 'tap';
import { ticketOf } from '../../../daemon/http/sockets.js';
import { until } from '../../engine/wait.js';
import { playCommand } from './played-command.js';
import { wire } from './socket-fixture.js';

t.test('a ticket is found among the subprotocols', async (t) => {
  const offered = (protocols?: string) =>
    ticketOf({ headers: { 'sec-websocket-protocol': protocols } } as unknown as Parameters<typeof ticketOf>[0]);
  t.equal(offered('ampoule.terminal.v1, ampoule.ticket.abc-_1'), 'abc-_1');
  t.equal(offered('ampoule.terminal.v1'), null);
  t.equal(offered(), null);
});

t.test('a handshake that no WebSocket makes begins nothing', async (t) => {
  const { w, port } = await wire(t);
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' }, delivery: 'memory' });
  const { json } = await w.call('POST', '/v1/sandboxes/box/terminal', { columns: 80, rows: 24 });
  const raw = async (headers: string[]): Promise<string> => {
    const socket = connectTo(port, '127.0.0.1');
    const lines = [`GET ${json.path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, 'Connection: Upgrade', ...headers, '', ''];
    socket.write(lines.join('\r\n'));
    let text = '';
    socket.on('data', (data) => {
      text += String(data);
    });
    await once(socket, 'close');
    return text;
  };
  const protocol = `Sec-WebSocket-Protocol: ampoule.ticket.${json.ticket}`;
  t.match(await raw(['Upgrade: websocket', 'Sec-WebSocket-Version: 13', protocol]), /^HTTP\/1\.1 426 /, 'no key');
  t.match(
    await raw([
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 7',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      protocol,
    ]),
    /^HTTP\/1\.1 426 /,
    'an old version',
  );
  t.equal(w.execs.length, 0);
});

t.test('a client that goes before the upgrade leaves nothing behind', async (t) => {
  const { w, port } = await wire(t);
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' }, delivery: 'memory' });
  const { json } = await w.call('POST', '/v1/sandboxes/box/terminal', { columns: 80, rows: 24 });
  const { settle } = w.parts.reconciler;
  let go = (): void => {};
  let asked = false;
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  w.parts.reconciler.settle = async (...of) => {
    asked = true;
    await held;
    return settle(...of);
  };
  const commands: ReturnType<typeof playCommand>[] = [];
  w.exec = (request) => {
    commands.push(playCommand(request));
    return commands.at(-1)?.running ?? {};
  };
  const socket = connectTo(port, '127.0.0.1');
  const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
  const lines = [`GET ${json.path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, 'Connection: Upgrade', 'Upgrade: websocket'];
  const more = ['Sec-WebSocket-Version: 13', key, `Sec-WebSocket-Protocol: ampoule.ticket.${json.ticket}`, '', ''];
  socket.write([...lines, ...more].join('\r\n'));
  await until('the sandbox to be waited for', () => asked);
  socket.destroy();
  await once(socket, 'close');
  go();
  await until('its end', () => commands[0]?.ended.includes('CLIENT_GONE'));
});
