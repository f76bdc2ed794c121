import { PassThrough } from 'node:stream';
import t, { type Test } from 'tap';
import type { WebSocket } from 'ws';
import { Client } from '../../../daemon/cli/client.js';
import type { Invocation } from '../../../daemon/cli/invocation.js';
import { Output } from '../../../daemon/cli/output.js';
import { copySocket } from '../../../daemon/cli/socket-output.js';
import type { Surroundings } from '../../../daemon/cli/surroundings.js';
import { until } from '../../engine/wait.js';
import { playApi } from './played-api.js';

async function prepared(t: Test, play: (socket: WebSocket) => void) {
  const api = await playApi(t, {}, { '/v1/x': play });
  const around = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const shown = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    around[name].on('data', (chunk: Buffer) => {
      shown[name] += String(chunk);
    });
  const output = new Output(around as unknown as Surroundings, false);
  const socket = await new Client({ kind: 'unix', path: api.socket }, null).socket('/v1/x', []);
  t.teardown(() => socket.terminate());
  return { socket, around, shown, invocation: { around, output } as unknown as Invocation };
}

t.test('output to the two streams, input as it is, the exit last', async (t) => {
  let given = '';
  const { socket, around, shown, invocation } = await prepared(t, (server) => {
    server.send(Buffer.from('out'));
    server.send('{"stream":"stderr"}');
    server.send(Buffer.from('err'));
    server.on('message', (data, binary) => {
      given += binary ? String(data) : `<${String(data)}>`;
      if (!binary) {
        server.send('{"exit":{"code":3}}');
        server.close(1000);
      }
    });
  });
  around.stdin.end('typed');
  t.same(await copySocket(socket, invocation, { input: true }), { code: 3 });
  t.same(shown, { stdout: 'out', stderr: 'err' });
  t.equal(given, 'typed<{"eof":true}>');
});

t.test('without input ours stays ours', async (t) => {
  const { socket, around, invocation } = await prepared(t, (server) => {
    server.send('{"exit":{"code":null,"signal":"SIGKILL","reason":"REVOKED"}}');
    server.close(1000);
  });
  around.stdin.write('mine');
  t.same(await copySocket(socket, invocation, { input: false }), { code: null, signal: 'SIGKILL', reason: 'REVOKED' });
  t.equal(String(around.stdin.read()), 'mine');
});

t.test('a connection that ends first is an error that says why; leaving is none', async (t) => {
  const revoked = await prepared(t, (server) => server.close(1008, 'TOKEN_REVOKED'));
  await t.rejects(copySocket(revoked.socket, revoked.invocation, { input: false }), {
    ...{ code: 'STREAM_BROKEN', message: /before the command did \(TOKEN_REVOKED\)/ },
  });
  const left = await prepared(t, (server) => server.send(Buffer.from('begun')));
  const leave = new AbortController();
  const copying = copySocket(left.socket, left.invocation, { input: false, signal: leave.signal });
  await until('the output', () => left.shown.stdout === 'begun');
  leave.abort();
  t.equal(await copying, null);
});

t.test('a reader that stands still holds the daemon up', async (t) => {
  let sent = 0;
  const { socket, around, invocation } = await prepared(t, (server) => {
    const more = (): void => {
      if (sent === 400) {
        server.send('{"exit":{"code":0}}');
        server.close(1000);
        return;
      }
      sent += 1;
      server.send(Buffer.alloc(64 * 1024), () => setImmediate(more));
    };
    more();
  });
  around.stdout.removeAllListeners('data');
  around.stdout.pause();
  const copying = copySocket(socket, invocation, { input: false });
  let before = -1;
  await until(
    'the daemon to stand still',
    () => {
      const still = sent === before;
      before = sent;
      return still;
    },
    { everyMs: 300 },
  );
  t.ok(sent < 400, `${sent} of 400 were sent`);
  let bytes = 0;
  around.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  around.stdout.resume();
  t.same(await copying, { code: 0 });
  t.equal(bytes, 400 * 64 * 1024);
});
