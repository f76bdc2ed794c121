import { EventEmitter } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import t from 'tap';
import { createStreams } from '../../../daemon/http/streams.js';
import type { TokenId } from '../../../store/index.js';
import { world } from './fixture.js';

function answer(token: string | null, bearer: string | null) {
  const raw = Object.assign(new EventEmitter(), { writableFinished: false });
  const caller = token === null ? null : { kind: 'operator', token, name: 'x' };
  return { raw, request: { caller, bearer } as unknown as FastifyRequest, reply: { raw } as unknown as FastifyReply };
}

t.test('ends when the client goes, but not after a whole answer', async (t) => {
  const w = await world(t);
  const streams = createStreams(w.parts);
  const [gone, whole] = [answer('tok_1', w.token), answer('tok_1', w.token)];
  const [one, two] = [streams.open(gone.request, gone.reply), streams.open(whole.request, whole.reply)];
  gone.raw.emit('close');
  whole.raw.writableFinished = true;
  whole.raw.emit('close');
  t.equal(one.signal.reason, 'CLIENT_GONE');
  t.notOk(two.signal.aborted);
  one.close();
  two.close();
  t.equal(gone.raw.listenerCount('close') + whole.raw.listenerCount('close'), 0);
});

t.test('ends when its token is revoked, and only then', async (t) => {
  const w = await world(t);
  const streams = createStreams(w.parts);
  const [a, b] = [answer('tok_a', w.token), answer('tok_b', w.token)];
  const [one, two] = [streams.open(a.request, a.reply), streams.open(b.request, b.reply)];
  w.parts.tokenRevoked('tok_a' as TokenId);
  t.equal(one.signal.reason, 'TOKEN_REVOKED');
  t.notOk(two.signal.aborted);
  one.close();
  two.close();
});

t.test('ends when its token has lost its power without anybody saying so', async (t) => {
  const w = await world(t);
  const streams = createStreams(w.parts);
  const { token, secret } = w.vault.tokens.create({ kind: 'daemon' }, { kind: 'operator', name: 'brief', ttl: 1 });
  const { request, reply } = answer(token.id, secret);
  const stream = streams.open(request, reply);
  // The look at tokens keeps no process alive, so the test does.
  const alive = setInterval(() => {}, 1000);
  if (!stream.signal.aborted) await new Promise((resolve) => stream.signal.addEventListener('abort', resolve));
  clearInterval(alive);
  t.equal(stream.signal.reason, 'TOKEN_REVOKED');
  stream.close();
});

t.test('ends when the daemon stops; later ones are over at once', async (t) => {
  const w = await world(t);
  const streams = createStreams(w.parts);
  const [a, b] = [answer('tok_a', w.token), answer('tok_b', w.token)];
  const before = streams.open(a.request, a.reply);
  streams.stop();
  t.equal(before.signal.reason, 'DAEMON_STOPPING');
  t.ok(streams.stopping.aborted);
  const after = streams.open(b.request, b.reply);
  t.equal(after.signal.reason, 'DAEMON_STOPPING');
  before.close();
  after.close();
});
