import t from 'tap';
import { agentOf, codeOf, domain, HOUR, operator, plain } from './domain-fixture.js';

t.test('each interval: of the container with who confirmed it, and of the processes in it', async (t) => {
  const v = await domain(t);
  const { id: secret } = v.add('KEY', {}, 'one');
  v.session('dev');
  const { request } = v.requests.ask(operator, 'dev', { action: 'activate', what: [{ name: 'KEY' }], reason: 'r' });
  v.requests.approve(operator, request.id);
  const { id, name } = v.box('dev').sandbox;
  const row = v.containers.intend({
    ...{ sandbox: id, role: 'current', nonce: 'a'.repeat(32), epoch: 1, generation: 1, envMac: 'm' },
    holds: [{ env: 'KEY', secret, version: 1 }],
  });
  v.containers.created(row.id, 'docker-1', null);
  v.containers.starting(row.id);
  v.clock.advance(1000);
  const holds = [{ env: 'KEY', secret, version: 1 }];
  const began = {
    event: 'began',
    container: row.id,
    holder: 'exe_1',
    kind: 'command',
    pid: 7,
    program: 'env',
  } as const;
  v.containers.holders([{ ...began, holds, since: v.clock.now() }]);
  v.clock.advance(1000);
  v.containers.holders([{ event: 'ended', container: row.id, holder: 'exe_1', at: v.clock.now() }]);
  v.secrets.setValue(operator, 'KEY', plain('two'));
  v.containers.delivered(row.id, { epoch: 1, generation: 2 }, [{ env: 'KEY', secret, version: 2 }]);
  const { items } = v.secrets.usage(operator, 'KEY');
  t.match(items, [
    { version: 1, holder: { id: 'exe_1', kind: 'command', pid: 7, program: 'env' }, until: Number, confirmedBy: null },
    {
      ...{ version: 1, env: 'KEY', session: 'dev', sandbox: name, container: 'docker-1', holder: null, until: Number },
      ...{ confirmedBy: 'operator:test', requestId: request.id },
    },
  ]);
  v.containers.delivering(row.id, [{ env: 'KEY', secret, version: 2 }]);
  t.match(v.secrets.usage(operator, 'KEY', { version: 2 }).items, [{ version: 2, until: null }]);
  t.equal(v.secrets.usage(operator, 'KEY', { session: 'other' }).items.length, 0);
  const first = v.secrets.usage(operator, 'KEY', {}, { limit: 1 });
  const second = v.secrets.usage(operator, 'KEY', {}, { limit: 200, cursor: first.next ?? '' });
  t.equal(second.items.length, 2);
  t.equal(second.next, null);
  t.equal(
    v.secrets.usage(operator, 'KEY', { since: v.clock.now() + HOUR }).items.length,
    1,
    'what lasts is never over',
  );
  v.sandboxes.end(operator, id);
  v.secrets.delete(operator, 'KEY', { force: true });
  t.equal(v.secrets.usage(operator, secret).items.length, 3, 'of a deleted one, by its id');
  t.equal(
    codeOf(() => v.secrets.usage(operator, 'KEY')),
    'SECRET_NOT_FOUND',
  );
  t.equal(
    codeOf(() => v.secrets.usage(operator, secret, {}, { cursor: 'x' })),
    'INVALID_INPUT',
  );
  t.equal(
    codeOf(() => v.secrets.usage(agentOf('ses_1'), secret)),
    'FORBIDDEN',
  );
});
