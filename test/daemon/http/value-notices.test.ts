import t from 'tap';
import { REDACTED_FROM } from '../../../sandbox/index.js';
import type { SandboxId } from '../../../store/index.js';
import { world } from './fixture.js';

t.test('a value that is too short to be replaced in output is told of', async (t) => {
  t.equal(REDACTED_FROM, 8);
  const w = await world(t);
  const short = [/^A_KEY has fewer than 8 bytes, .*`ampoule secret set A_KEY`/];
  t.match((await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: '1234567' })).json.notices, short);
  t.same((await w.call('PUT', '/v1/secrets/A_KEY/value', { value: '12345678' })).json.notices, []);
  t.match((await w.call('PUT', '/v1/secrets/A_KEY/value', { value: 'x' })).json.notices, short);
  const shown = await w.call('POST', '/v1/secrets', { name: 'B_KEY', value: 'x', sensitive: false });
  t.same(shown.json.notices, [], 'it may be shown');
});

t.test('processes that keep the value before are told of, unless it is revoked', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'value-one' });
  const body = { name: 'box', session: { name: 'dev' }, secrets: ['A_KEY'] };
  const sandbox: SandboxId = (await w.call('POST', '/v1/sandboxes', body)).json.id;
  const { id: secret } = w.vault.secrets.get({ kind: 'daemon' }, 'A_KEY');
  const held = { env: 'A_KEY', secret, version: 1 };
  const shape = { sandbox, role: 'current', nonce: 'aa', epoch: 1, generation: 2, envMac: 'mac' } as const;
  const { id: container } = w.vault.containers.intend({ ...shape, holds: [held] });
  w.vault.containers.created(container, 'docker1', null);
  w.vault.containers.starting(container);
  const set = async (query = '') =>
    (await w.call('PUT', `/v1/secrets/A_KEY/value${query}`, { value: 'value-more' })).json.notices;
  t.same(await set(), [], 'nobody is known to hold it');
  const main = { container, holder: 'main-1', kind: 'main', pid: 9, program: 'node', since: 5 } as const;
  w.vault.containers.holders([{ event: 'began', ...main, holds: [held] }]);
  t.match(await set(), [
    /^Processes that run in box keep an older value of A_KEY.*`ampoule secret rollback A_KEY 2 --revoke`/,
  ]);
  t.same(await set('?revoke=true'), []);
  w.vault.containers.holders([{ event: 'ended', container, holder: 'main-1', at: 9 }]);
  t.same(await set(), []);
});
