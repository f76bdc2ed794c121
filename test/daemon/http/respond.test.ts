import t from 'tap';
import { settled, waitOf } from '../../../daemon/http/respond.js';
import { world } from './fixture.js';

t.test('wait is 10 s, at most a minute, or none', async (t) => {
  t.equal(waitOf({}), 10_000);
  t.equal(waitOf({ wait: '0' }), 0);
  t.equal(waitOf({ wait: '60s' }), 60_000);
  t.throws(() => waitOf({ wait: '61s' }), { code: 'INVALID_INPUT', problems: [{ pointer: 'wait' }] });
});

t.test('a daemon that stops answers pending', async (t) => {
  const w = await world(t);
  const { json } = await w.call('POST', '/v1/sandboxes', { session: { name: 'dev' } });
  w.parts.reconciler.settle = () => new Promise(() => {});
  const stop = new AbortController();
  const http = { parts: w.parts, streams: { stopping: stop.signal } as never, execs: {} as never };
  const waiting = settled(http, { sessions: [json.sessionId] }, 60_000);
  stop.abort();
  t.match(await waiting, { status: 202, body: { sandboxes: [{ state: 'pending' }] } });
});
