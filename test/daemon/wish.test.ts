import t from 'tap';
import { DELETED_WITH_WORKSPACE } from '../../daemon/end-reason.js';
import { containerMac, wishesOf } from '../../daemon/wish.js';
import { settings } from '../store/domain-fixture.js';
import { daemon, operator, testVault } from './vault-fixture.js';

t.test('a live sandbox: its spec, its active secrets, its session’s volume', async (t) => {
  const { vault, secret, sandbox } = await testVault(t);
  secret('GITHUB_TOKEN', 'value-of-token');
  secret('OTHER', 'value-of-other');
  const id = sandbox('box', ['GITHUB_TOKEN']);
  const { session } = vault.sandboxes.get(daemon, id);
  const wish = wishesOf(vault).of(id);
  t.match(wish, {
    goal: 'running',
    removeWorkspace: false,
    epoch: 1,
    spec: { id, name: 'box', session, vault: vault.id, owner: 'tok_OPERATOR', image: 'busybox' },
  });
  t.same(wish?.spec.workspace, {
    kind: 'volume',
    volume: `ampoule-ws-${session}`,
    path: '/workspace',
    foreign: false,
  });
  t.equal(wish?.generation, vault.sessions.get(daemon, session).generation);
  t.same(
    wish?.values.map(({ env, version, floor }) => [env, version, floor]),
    [['GITHUB_TOKEN', 1, 1]],
  );
  t.equal(Buffer.from(wish?.values[0]?.open() ?? '').toString(), 'value-of-token');
  t.same(wishesOf(vault).all(), [id]);
});

t.test('the digest of an environment follows what is in it, and shows nothing of it', async (t) => {
  const { vault, secret, sandbox } = await testVault(t);
  secret('A', 'value-one');
  secret('B', 'value-two');
  const own = settings({ env: { MODE: 'test' } });
  const digest = (id: string) => wishesOf(vault).of(id)?.envMac;
  const one = sandbox('one', ['A'], { settings: own });
  t.match(digest(one), /^[0-9a-f]{64}$/);
  t.equal(digest(sandbox('twin', ['A'], { settings: own })), digest(one), 'the same for the same');
  const others = [
    sandbox('more', ['A', 'B'], { settings: own }),
    sandbox('other', ['B'], { settings: own }),
    sandbox('mode', ['A'], { settings: settings({ env: { MODE: 'live' } }) }),
    sandbox('none', [], { settings: own }),
  ].map(digest);
  t.equal(new Set([digest(one), ...others]).size, 5, 'another for each difference');
  const before = digest(one);
  vault.secrets.setValue(operator, 'A', { plain: Buffer.from('value-new') });
  t.not(digest(one), before, 'a new version is another environment');
});

t.test('while sealed there is no digest, no MAC and no value, and the goal stays', async (t) => {
  const { vault, secret, sandbox } = await testVault(t);
  secret('A', 'value-one');
  const id = sandbox('box', ['A']);
  vault.seal(operator);
  const wish = wishesOf(vault).of(id);
  t.match(wish, { goal: 'running', envMac: null });
  t.equal(wish?.mac('00'), null);
  t.throws(() => wish?.values[0]?.open(), { code: 'VAULT_SEALED' });
});

t.test('the MAC of a container binds sandbox, nonce and epoch', async (t) => {
  const { vault, sandbox } = await testVault(t);
  const id = sandbox('box');
  const mac = wishesOf(vault).of(id)?.mac('00ff');
  t.equal(mac, containerMac(vault, { epoch: 1, sandbox: id, nonce: '00ff' }));
  for (const other of [
    { epoch: 2, sandbox: id, nonce: '00ff' },
    { epoch: 1, sandbox: 'sbx_other', nonce: '00ff' },
    { epoch: 1, sandbox: id, nonce: '00fe' },
  ]) {
    t.not(containerMac(vault, other), mac);
  }
});

t.test('an ended sandbox is to be removed, and has nothing', async (t) => {
  const { vault, secret, sandbox } = await testVault(t);
  secret('A', 'value-one');
  const kept = sandbox('kept', ['A']);
  const gone = sandbox('gone', ['A']);
  vault.sandboxes.end(operator, kept);
  vault.sandboxes.end(operator, gone, DELETED_WITH_WORKSPACE);
  t.match(wishesOf(vault).of(kept), { goal: 'removed', removeWorkspace: false, values: [] });
  t.match(wishesOf(vault).of(gone), { goal: 'removed', removeWorkspace: true, values: [] });
});

t.test('of the unknown nothing is wished', async (t) => {
  const { vault } = await testVault(t);
  t.equal(wishesOf(vault).of('sbx_01HZZZZZZZZZZZZZZZZZZZZZZZ'), null);
  t.equal(wishesOf(vault).of('anything'), null);
});

t.test('by memory only own variables are in the digest, and main goes on when secrets change', async (t) => {
  const { vault, secret, sandbox } = await testVault(t);
  secret('A', 'value-one');
  const of = (id: string) => wishesOf(vault).of(id);
  const memory = { delivery: 'memory' } as const;
  const none = of(sandbox('none', [], memory));
  const some = of(sandbox('some', ['A'], memory));
  const own = of(sandbox('own', [], { ...memory, settings: settings({ env: { MODE: 'test' } }) }));
  t.equal(some?.envMac, none?.envMac);
  t.not(own?.envMac, none?.envMac);
  t.match(some?.spec, { onChange: 'keep', lease: 30_000, oneShot: false });
  t.match(some?.values, [{ env: 'A', as: 'env', path: null }]);
  const chosen = settings({ onChange: 'restart', lease: null, oneShot: true });
  t.match(of(sandbox('chosen', [], { ...memory, settings: chosen }))?.spec, {
    ...{ onChange: 'restart', lease: null, oneShot: true },
  });
  t.match(of(sandbox('plain'))?.spec, { onChange: 'restart' }, 'by env each change makes the container again');
});

t.test('a reset is another environment, though the same is in it', async (t) => {
  const { vault, sandbox } = await testVault(t);
  for (const delivery of ['env', 'memory'] as const) {
    const id = sandbox(delivery, [], { delivery });
    const digest = () => wishesOf(vault).of(id)?.envMac;
    const before = digest();
    vault.sandboxes.reset(operator, id);
    const once = digest();
    vault.sandboxes.reset(operator, id);
    t.equal(new Set([before, once, digest()]).size, 3);
  }
});
