/** Calls over a modem: scopes within scopes, and connections that break. */

import t from 'tap';
import { diallerOver } from '../../../sandbox/engine/dial.js';

t.test('what docker-modem is given', async (t) => {
  const seen: object[] = [];
  const dial = diallerOver(
    {
      dial: (options, callback) => {
        seen.push(options);
        callback(null, 'answer');
      },
    },
    { failpoint: () => {}, outer: null },
  );
  const call = { method: 'POST', path: '/x', query: { a: '1' }, body: { B: 2 }, accept: [304] } as const;
  t.equal(await dial.ask('x', 1_000, { ...call, accept: [304] }), 'answer');
  t.match(seen, [
    {
      path: '/x?',
      method: 'POST',
      options: { _query: { a: '1' }, _body: { B: 2 } },
      statusCodes: { 200: true, 201: true, 204: true, 304: true },
      isStream: false,
      hijack: false,
    },
  ]);
});

t.test('a scope ends its own calls, and those of the scopes in it', async (t) => {
  const dial = diallerOver({ dial: () => {} }, { failpoint: () => {}, outer: null });
  const outer = new AbortController();
  const inner = new AbortController();
  const within = dial.within(outer.signal).within(inner.signal);
  const call = within.ask('inspect', 10_000, { method: 'GET', path: '/' });
  t.equal(within.abandoned(), false);
  outer.abort();
  await t.rejects(call, { message: /"inspect"/ });
  t.equal(within.abandoned(), true);
  t.equal(dial.abandoned(), false);
});

t.test('a broken connection leaves the outcome unknown', async (t) => {
  const broken = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  const dial = diallerOver(
    { dial: (_options, callback) => callback(broken, null) },
    { failpoint: () => {}, outer: null },
  );
  await t.rejects(dial.ask('create', 1_000, { method: 'POST', path: '/' }), { message: /"create"/, retry: true });
});
