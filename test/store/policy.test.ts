import t from 'tap';
import { StoreError } from '../../store/errors.js';
import { authorize, POLICY, reaches, refuseAs, targetOf } from '../../store/policy.js';
import type { Caller } from '../../store/types.js';
import { agentOf, codeOf, daemon, domain, launcherWith, metrics, operator, refusal } from './domain-fixture.js';

const callers: Caller[] = [operator, launcherWith({}), agentOf('ses_1'), metrics];

t.test('who may do what, line by line', async (t) => {
  const v = await domain(t);
  const letters = { operator: 'O', launcher: 'L', agent: 'A', metrics: 'M' } as const;
  const lines = Object.keys(POLICY).map((action) => {
    const may = callers.filter((caller) => {
      try {
        authorize(v.context, caller, action as keyof typeof POLICY, 'x');
        return true;
      } catch {
        return false;
      }
    });
    return `${action} ${may.map(({ kind }) => (kind === 'daemon' ? 'D' : letters[kind])).join('')}`;
  });
  t.same(lines, [
    'secret.list O',
    'secret.get O',
    'secret.create O',
    'secret.rotate O',
    'secret.update O',
    'secret.destroy O',
    'secret.delete O',
    'secret.reveal O',
    'secret.leak O',
    'vault.rotate O',
    'session.create OL',
    'session.list OLA',
    'session.get OLA',
    'session.update OL',
    'session.end OL',
    'session.table OLA',
    'session.activate OL',
    'session.deactivate OLA',
    'session.set OL',
    'session.environment OL',
    'session.explain OLA',
    'session.doctor OLA',
    'request.create OLA',
    'request.list OLA',
    'request.withdraw OLA',
    'request.decide O',
    'sandbox.create OL',
    'sandbox.list OLA',
    'sandbox.get OLA',
    'sandbox.end OL',
    'sandbox.reset OL',
    'sandbox.exec OLA',
    'connection.begin O',
    'connection.list O',
    'connection.get O',
    'connection.disconnect O',
    'client.set O',
    'client.list O',
    'client.remove O',
    'sandbox.scan OL',
    'scan.run O',
    'vault.panic O',
    'token.create OL',
    'token.list OL',
    'token.revoke OL',
  ]);
  for (const action of Object.keys(POLICY) as (keyof typeof POLICY)[])
    t.doesNotThrow(() => authorize(v.context, daemon, action, 'x'));
});

t.test('a refusal names the token and what it may not, and is written down', async (t) => {
  const v = await domain(t);
  const error = refusal(() => authorize(v.context, launcherWith({}), 'secret.reveal', 'KEY'));
  t.equal(error.code, 'FORBIDDEN');
  t.match(error.message, /launcher token "ci" may not do this \(secret\.reveal\).*ampoule token new/);
  t.match(v.audit('secret.reveal'), [{ caller: 'launcher:ci', target: 'KEY', outcome: 'refused' }]);
});

t.test('reach', async (t) => {
  const mine = { id: 'ses_1', owner: 'tok_LAUNCH_ci' } as const;
  const other = { id: 'ses_2', owner: 'tok_other' } as const;
  const seen = [daemon, ...callers].map((caller) => [reaches(caller, mine), reaches(caller, other)]);
  t.same(seen, [
    [true, true],
    [true, true],
    [true, false],
    [true, false],
    [false, false],
  ]);
});

t.test(
  'a refusal in the guise of another error keeps its entry, also inside a transaction that is undone',
  async (t) => {
    const v = await domain(t);
    const hidden = new StoreError('SESSION_NOT_FOUND', 'No such session.');
    t.equal(
      codeOf(() => refuseAs(v.context, launcherWith({}), 'session.get', 'ses_2', hidden)),
      'SESSION_NOT_FOUND',
    );
    const nested = () =>
      v.context.write('test', () => refuseAs(v.context, launcherWith({}), 'session.end', 'ses_2', hidden));
    t.equal(codeOf(nested), 'SESSION_NOT_FOUND');
    const detail = { reason: 'SESSION_NOT_FOUND' };
    t.match(v.audit('session.get'), [{ outcome: 'refused', target: 'ses_2', detail }]);
    t.match(v.audit('session.end'), [{ outcome: 'refused', target: 'ses_2', detail }]);
  },
);

t.test('targets', async (t) => {
  t.equal(targetOf({ id: 'ses_1', name: 'dev' }), 'ses_1 dev');
  t.equal(targetOf({ id: 'ses_1', name: 'ses_1' }), 'ses_1');
});
