import t from 'tap';
import { failureOf } from '../../daemon/failure.js';
import { ConfigError } from '../../daemon/options.js';
import { SandboxError } from '../../sandbox/index.js';
import { StoreError } from '../../store/index.js';

t.test('errors of ours speak for themselves', async (t) => {
  t.same(failureOf(new ConfigError('No. Run `x`.')), { message: 'No. Run `x`.', exit: 2 });
  t.same(failureOf(new StoreError('VAULT_LOCKED', 'Locked. Run `x`.')), {
    message: 'Locked. Run `x`. (VAULT_LOCKED)',
    exit: 125,
  });
  t.match(failureOf(new SandboxError('PORT_TAKEN', 'Taken.')), { message: 'Taken. (PORT_TAKEN)' });
});

t.test('of others nothing is repeated but code and place', async (t) => {
  const failure = failureOf(Object.assign(new Error('canary-88\n    at canary'), { code: 'EIO' }));
  t.equal(failure.exit, 125);
  t.match(failure.message, /\(EIO\)[\s\S]*failure\.test\.ts/);
  t.notMatch(failure.message, /canary/);
  t.match(failureOf('canary-89').message, /INTERNAL/);
  t.notMatch(failureOf('canary-89').message, /canary/);
});
