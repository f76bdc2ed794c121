/** How the end of a command is said: codes are reasons, sentences are told. */

import t from 'tap';
import { exitOf, toldOf } from '../../../sandbox/memory/exit.js';

t.test('exits', async (t) => {
  t.same(exitOf({ code: 3, signal: 0, reason: '' }), { code: 3 });
  t.same(exitOf({ code: -1, signal: 9, reason: 'REVOKED' }), { code: null, signal: 'SIGKILL', reason: 'REVOKED' });
  t.same(exitOf({ code: -1, signal: 99, reason: '' }), { code: null }, 'a signal without a name');
  t.same(exitOf({ code: 127, signal: 0, reason: 'nosuch: not found' }), { code: 127 });
});

t.test('what could not be started says why', async (t) => {
  const told = (code: number, reason: string) => toldOf({ code, signal: 0, reason }).map(({ data }) => String(data));
  t.same(told(127, 'nosuch: not found'), ['nosuch: not found\n']);
  t.same(told(126, 'x: permission denied'), ['x: permission denied\n']);
  t.same(told(127, ''), []);
  t.same(told(126, 'TIMEOUT'), []);
  t.same(told(1, 'a sentence'), []);
});
