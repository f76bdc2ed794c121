/** Logs end quietly when their reader goes, and loudly when the engine does. */

import { Readable } from 'node:stream';
import t from 'tap';
import { readLogs } from '../../../sandbox/engine/logs.js';

function engineWith(source: Readable) {
  return { logs: async () => source };
}

t.test('framed without a TTY, raw with one', async (t) => {
  const read = async (tty: boolean) => {
    const source = Readable.from([Buffer.from([2, 0, 0, 0, 0, 0, 0, 1]), Buffer.from('x')]);
    const parts = [];
    const { signal } = new AbortController();
    for await (const part of readLogs(engineWith(source), { dockerId: 'a', tty }, { follow: false }, signal))
      parts.push([part.stream, part.data.length]);
    return parts;
  };
  t.same(await read(false), [['stderr', 1]]);
  t.same(await read(true), [
    ['stdout', 8],
    ['stdout', 1],
  ]);
});

t.test('an abort ends it quietly and closes the stream', async (t) => {
  const source = new Readable({ read() {} });
  const abort = new AbortController();
  const logs = readLogs(engineWith(source), { dockerId: 'a', tty: true }, { follow: true }, abort.signal);
  source.push('one');
  t.match(await logs.next(), { done: false });
  const next = logs.next();
  abort.abort();
  t.same(await next, { done: true, value: undefined });
  t.equal(source.destroyed, true);
  const later = readLogs(engineWith(source), { dockerId: 'a', tty: true }, { follow: true }, abort.signal);
  t.match(await later.next(), { done: true }, 'aborted before: nothing is asked');
});

t.test('a reader that leaves closes the stream', async (t) => {
  const source = new Readable({ read() {} });
  source.push('one');
  const { signal } = new AbortController();
  for await (const part of readLogs(engineWith(source), { dockerId: 'a', tty: true }, { follow: true }, signal)) {
    t.equal(part.stream, 'stdout');
    break;
  }
  t.equal(source.destroyed, true);
});

t.test('what breaks otherwise is an error', async (t) => {
  const source = new Readable({ read() {} });
  const { signal } = new AbortController();
  const logs = readLogs(engineWith(source), { dockerId: 'a', tty: true }, { follow: true }, signal);
  setImmediate(() => source.destroy(new Error('cut')));
  await t.rejects(logs.next(), /cut/);
});
