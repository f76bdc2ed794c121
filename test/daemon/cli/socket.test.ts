import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { WebSocketServer } from 'ws';
import { Client } from '../../../daemon/cli/client.js';
import { openSocket } from '../../../daemon/cli/socket.js';
import { playApi } from './played-api.js';

t.test('over a unix socket: a token, or a ticket and no token', async (t) => {
  const seen: unknown[] = [];
  const api = await playApi(
    t,
    {},
    {
      '/v1/x': (socket, headers) => {
        seen.push([headers.host, headers.authorization, headers['sec-websocket-protocol']]);
        socket.send(Buffer.from('first'));
      },
    },
  );
  const client = new Client({ kind: 'unix', path: api.socket }, 'amp_op_x');
  const socket = await client.socket('/v1/x', ['ampoule.terminal.v1']);
  // What came before anybody listened is not lost.
  await new Promise((resolve) => setImmediate(resolve));
  const message = once(socket, 'message');
  socket.resume();
  t.equal(String((await message)[0]), 'first');
  socket.terminate();
  const ticketed = await client.socket('/v1/x', ['ampoule.terminal.v1'], { ticket: 'abc' });
  ticketed.terminate();
  t.same(seen, [
    ['localhost', 'Bearer amp_op_x', 'ampoule.terminal.v1'],
    ['localhost', undefined, 'ampoule.terminal.v1,ampoule.ticket.abc'],
  ]);
  await t.rejects(client.socket('/v1/nowhere', []), { code: 'TICKET_INVALID', message: 'The ticket is not good.' });
  await t.rejects(new Client({ kind: 'unix', path: '/nowhere' }, null).socket('/v1/x', []), {
    code: 'DAEMON_UNREACHABLE',
  });
});

t.test('over TCP', async (t) => {
  const server = createServer();
  new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const address = { kind: 'tcp', secure: false, host: '127.0.0.1', port } as const;
  const socket = await openSocket(address, '/v1/x', { protocols: [], headers: {}, deadline: 5_000 });
  t.equal(socket.isPaused, true);
  socket.terminate();
});
