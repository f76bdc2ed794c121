import t from 'tap';
import { callerName, callerToken, requireOperator } from '../../store/caller.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { launcher, open, operator } from './core-fixture.js';

t.test('callers as text', async (t) => {
  t.equal(callerName({ kind: 'daemon' }), 'daemon');
  t.equal(callerName(operator), 'operator:test');
  t.equal(callerToken({ kind: 'daemon' }), null);
  t.equal(callerToken(operator), 'tok_TEST');
});

t.test('others than operators are refused, and it is written down', async (t) => {
  const { context, audit, close } = await open(directoryUntilEnd(t));
  t.teardown(close);
  requireOperator(context, operator, 'vault.seal', 'x');
  requireOperator(context, { kind: 'daemon' }, 'vault.seal', 'x');
  t.throws(() => requireOperator(context, launcher, 'vault.seal', 'x'), {
    code: 'FORBIDDEN',
    message: /"ci".*ampoule token/,
  });
  t.match(audit.list(operator).items, [{ caller: 'launcher:ci', action: 'vault.seal', outcome: 'refused' }]);
});
