import t from 'tap';
import { closeHolders, holdersOf, recordHolders } from '../../store/holders.js';
import type { HolderEvent } from '../../store/types.js';
import { domain } from './domain-fixture.js';

t.test('who was given what stays known after it ended', async (t) => {
  const v = await domain(t);
  const { id: secret } = v.add('KEY');
  const { sandbox, session } = v.box({ name: 'dev' });
  const shape = { sandbox: sandbox.id, role: 'current', epoch: 1, generation: 2, envMac: 'mac' } as const;
  const { id: container } = v.containers.intend({ ...shape, nonce: 'aa', holds: [] });
  const key = { env: 'KEY', secret, version: 1 };
  const began = (holder: string, holds = [key]): HolderEvent => ({
    ...{ event: 'began', container, holder, kind: 'main', pid: 7, program: 'node', holds, since: 10 },
  });
  recordHolders(v.context, [began('main-1'), began('main-1', [key, { ...key, version: 2 }])]);
  const main = { container, sandbox: sandbox.id, session: session.id, holder: 'main-1', kind: 'main', pid: 7 };
  t.same(
    holdersOf(v.context, sandbox.id),
    [{ ...main, program: 'node', holds: [key, { ...key, version: 2 }], since: 10, until: null }],
    'what was given later is added',
  );
  recordHolders(v.context, [{ event: 'ended', container, holder: 'main-1', at: 20 }, began('main-1')]);
  t.match(holdersOf(v.context, sandbox.id), [{ until: 20 }, { until: null }], 'the same id in a later start');
  closeHolders(v.context, container);
  t.match(holdersOf(v.context, sandbox.id), [{ until: 20 }, { until: v.clock.now() }]);
  recordHolders(v.context, [{ ...began('main-9'), container: 999 } as HolderEvent]);
  v.containers.ended(container);
  recordHolders(v.context, [began('main-8')]);
  t.equal(holdersOf(v.context, sandbox.id).length, 2, 'nothing of a container that is unknown or over');
});

t.test('a container that stops ends its holders', async (t) => {
  const v = await domain(t);
  const { sandbox } = v.box({ name: 'dev' });
  const shape = { sandbox: sandbox.id, role: 'current', epoch: 1, generation: 2, envMac: 'mac' } as const;
  const { id: container } = v.containers.intend({ ...shape, nonce: 'aa', holds: [] });
  v.containers.holders([
    { event: 'began', container, holder: 'exe_A', kind: 'command', pid: 9, program: 'sh', holds: [], since: 1 },
  ]);
  t.match(v.containers.holdersOf(sandbox.id), [{ holder: 'exe_A', until: null }]);
  v.containers.stopped(container);
  t.match(v.containers.holdersOf(sandbox.id), [{ until: v.clock.now() }]);
});
