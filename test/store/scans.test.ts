/** Who may look for what: operators for everything, launchers for what they may have or their session had. */

import t from 'tap';
import { agentOf, codeOf, domain, launcherWith, operator, plain } from './domain-fixture.js';

t.test('every version of every sensitive secret, recorded', async (t) => {
  const d = await domain(t);
  d.add('KEY');
  d.secrets.setValue(operator, 'KEY', plain('second'));
  d.secrets.setValue(operator, 'KEY', plain('third'));
  d.secrets.destroyVersion(operator, 'KEY', 2);
  d.add('REGION', { sensitive: false });
  d.add('GONE');
  d.secrets.delete(operator, 'GONE');
  const { values } = d.scans.ofStream(operator);
  const said = values.map(({ name, version, current, told, open }) => [
    name,
    version,
    current,
    told,
    Buffer.from(open()).toString(),
  ]);
  t.same(said, [
    ['KEY', 3, true, true, 'third'],
    ['KEY', 1, false, true, 'key'],
  ]);
  t.match(d.audit('scan.run'), [{ detail: { values: 2 } }]);
  d.scans.found(operator, null, { names: ['KEY'], findings: 3, complete: true });
  t.match(d.audit('scan.found'), [{ target: 'scan', detail: { names: ['KEY'], findings: 3 } }]);
});

t.test('a launcher: within its allowance by name, what its session had without', async (t) => {
  const d = await domain(t);
  const launcher = launcherWith({ secrets: ['MINE'] });
  for (const name of ['MINE', 'GIVEN', 'FOREIGN']) d.add(name);
  const session = d.sessions.create(launcher, { name: 'ses' });
  const { sandbox } = d.box(session.id, { name: 'box' }, launcher);
  const names = () => d.scans.ofSandbox(launcher, 'box').values.map(({ name, told }) => `${name} ${told}`);
  t.same(names(), ['MINE true']);
  d.activations.activate(operator, 'ses', [{ name: 'GIVEN' }]);
  const [given] = d.sandboxes.wanted(sandbox.id)?.values ?? [];
  const holds = given === undefined ? [] : [{ env: 'GIVEN', secret: given.secret, version: 1 }];
  const row = d.containers.intend({
    sandbox: sandbox.id,
    role: 'current',
    nonce: 'n',
    epoch: 1,
    generation: 1,
    envMac: '',
    holds,
  });
  d.containers.starting(row.id);
  t.same(names(), ['GIVEN false', 'MINE true']);
  t.match(d.audit('sandbox.scan'), [{ target: `${sandbox.id} box` }, {}]);
  t.equal(
    codeOf(() => d.scans.ofStream(launcher)),
    'FORBIDDEN',
  );
  t.equal(
    codeOf(() => d.scans.ofSandbox(launcherWith({}, 'other'), 'box')),
    'SANDBOX_NOT_FOUND',
  );
  t.equal(
    codeOf(() => d.scans.ofSandbox(agentOf(session.id), 'box')),
    'FORBIDDEN',
  );
  d.sandboxes.end(operator, 'box');
  t.equal(
    codeOf(() => d.scans.ofSandbox(operator, sandbox.id)),
    'SANDBOX_NOT_FOUND',
  );
  d.core.guard.seal(operator);
  t.equal(
    codeOf(() => d.scans.ofStream(operator)),
    'VAULT_SEALED',
  );
});
