import t from 'tap';
import { heldBy, lostBy, wantedBy } from '../../store/wanted.js';
import { codeOf, domain, HOUR, operator, plain } from './domain-fixture.js';

t.test('active, within the ceiling, under its own names', async (t) => {
  const v = await domain(t);
  v.add('AWS_KEY', { provider: 'aws' });
  v.add('GITHUB_TOKEN', { provider: 'github' });
  v.add('IDLE', { provider: 'aws' });
  v.session('dev');
  v.session('other');
  v.activations.activate(operator, 'dev', [{ name: 'AWS_KEY' }, { name: 'GITHUB_TOKEN', as: 'GH' }]);
  const all = v.box('dev').sandbox.id;
  const some = v.box('dev', { only: ['aws'], as: { AWS_KEY: 'KEY', GITHUB_TOKEN: 'X' } }).sandbox.id;
  const none = v.box('dev', { only: [] }).sandbox.id;
  const other = v.box('other').sandbox.id;
  t.same(v.given(all), { AWS_KEY: 'aws_key', GH: 'github_token' });
  t.same(v.given(some), { KEY: 'aws_key' });
  t.same(v.given(none), {});
  t.same(v.given(other), {}, 'never another session’s');
  t.match(wantedBy(v.context, all), { epoch: 1, generation: 2, session: { name: 'dev' }, sandbox: { id: all } });
});

t.test('a value is opened only when asked for, and not while sealed', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  const { id } = v.box({}, { secrets: [{ name: 'KEY' }] }).sandbox;
  v.core.guard.seal(operator);
  const [value] = wantedBy(v.context, id)?.values ?? [];
  t.match(value, { env: 'KEY', name: 'KEY', version: 1, floor: 1, as: 'env' });
  t.equal(
    codeOf(() => value?.open()),
    'VAULT_SEALED',
  );
});

t.test('ended or past its time: nothing is wanted; unknown: nothing is known', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  const { id } = v.box({ ttl: HOUR }, { secrets: [{ name: 'KEY' }] }).sandbox;
  v.clock.advance(HOUR);
  t.same(wantedBy(v.context, id)?.values, [], 'even before the end is recorded');
  v.sessions.expire();
  t.match(wantedBy(v.context, id), { values: [], sandbox: { state: 'ended' }, session: { state: 'ended' } });
  t.equal(wantedBy(v.context, 'sbx_NONE'), null);
});

t.test('what containers hold is known until they end or the version is destroyed', async (t) => {
  const v = await domain(t);
  const { id: secret } = v.add('KEY', {}, 'one');
  const { id } = v.box({}, { secrets: [{ name: 'KEY' }] }).sandbox;
  const row = { sandbox: id, role: 'current', epoch: 1, generation: 1, envMac: 'm' } as const;
  const first = v.containers.intend({ ...row, nonce: 'a', holds: [{ env: 'KEY', secret, version: 1 }] });
  v.secrets.setValue(operator, 'KEY', plain('two'));
  v.containers.intend({ ...row, nonce: 'b', holds: [{ env: 'KEY', secret, version: 2 }] });
  const held = () => heldBy(v.context, id).map(({ version, open }) => [version, Buffer.from(open()).toString()]);
  t.same(held(), [
    [1, 'one'],
    [2, 'two'],
  ]);
  v.containers.ended(first.id);
  t.same(held(), [[2, 'two']]);
  v.secrets.destroyVersion(operator, 'KEY', 2);
  t.same(held(), []);
});

t.test('what was destroyed is named as long as the container that had it is there', async (t) => {
  const v = await domain(t);
  const { id: secret } = v.add('KEY', {}, 'one');
  const { id: plainly } = v.add('REGION', { sensitive: false }, 'eu');
  const { id } = v.box({}, { secrets: [{ name: 'KEY' }] }).sandbox;
  const row = { sandbox: id, role: 'current', epoch: 1, generation: 1, envMac: 'm' } as const;
  const holds = [
    { env: 'KEY', secret, version: 1 },
    { env: 'REGION', secret: plainly, version: 1 },
  ];
  const first = v.containers.intend({ ...row, nonce: 'a', holds });
  v.secrets.setValue(operator, 'KEY', plain('two'));
  v.secrets.setValue(operator, 'REGION', plain('us'));
  t.same(lostBy(v.context, id), []);
  v.secrets.destroyVersion(operator, 'KEY', 1);
  v.secrets.destroyVersion(operator, 'REGION', 1);
  t.same(lostBy(v.context, id), ['KEY'], 'what is not sensitive may be shown');
  v.containers.intend({ ...row, nonce: 'b', holds: [{ env: 'KEY', secret, version: 2 }] });
  v.containers.ended(first.id);
  t.same(lostBy(v.context, id), []);
});
