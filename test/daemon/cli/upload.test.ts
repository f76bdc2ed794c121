/** A body that is made while it is sent, to servers that take it, answer early, or go away. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import t from 'tap';
import { upload } from '../../../daemon/cli/upload.js';

async function server(
  t: { teardown(run: () => unknown): void },
  answer: (to: IncomingMessage, with_: ServerResponse) => void,
) {
  const made = createServer(answer).listen(0, '127.0.0.1');
  await once(made, 'listening');
  t.teardown(() => {
    made.closeAllConnections();
    made.close();
  });
  const sent = request({ port: (made.address() as { port: number }).port, method: 'POST' });
  sent.on('error', () => {});
  return sent;
}

async function* chunks(count: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at += 1) yield Buffer.alloc(100_000, at);
}

t.test('all of it', async (t) => {
  let size = 0;
  const sent = await server(t, (asked, answer) => {
    asked.on('data', (chunk: Buffer) => {
      size += chunk.length;
    });
    asked.on('end', () => answer.end('ok'));
  });
  await upload(sent, chunks(50));
  await once(sent, 'response');
  t.equal(size, 5_000_000);
});

t.test('a connection that goes away ends it without an error of its own', async (t) => {
  const sent = await server(t, (asked) => asked.socket.destroy());
  const endless = async function* () {
    for (;;) yield Buffer.alloc(100_000);
  };
  await upload(sent, endless());
  t.ok(sent.destroyed);
});

t.test('what cannot be made breaks the request off', async (t) => {
  const sent = await server(t, () => {});
  const broken = async function* () {
    yield Buffer.alloc(10);
    throw new Error('cannot be read');
  };
  await t.rejects(upload(sent, broken()), /cannot be read/);
  t.ok(sent.destroyed);
});
