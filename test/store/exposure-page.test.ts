import t from 'tap';
import { exposurePage } from '../../store/exposure-page.js';
import type { HolderEvent } from '../../store/types.js';
import { codeOf, domain, operator } from './domain-fixture.js';

t.test('what is held comes first, then what was, newest first; processes beside containers', async (t) => {
  const v = await domain(t);
  const { id: secret } = v.add('KEY');
  const { sandbox } = v.box({ name: 'dev' }, { secrets: [{ name: 'KEY' }] });
  const shape = { sandbox: sandbox.id, role: 'current', epoch: 1, generation: 2, envMac: 'mac' } as const;
  const { id: container } = v.containers.intend({ ...shape, nonce: 'aa', holds: [] });
  v.containers.created(container, 'docker1', null);
  const one = { env: 'KEY', secret, version: 1 };
  const began = (holder: string, since: number): HolderEvent => ({
    event: 'began',
    container,
    holder,
    kind: 'command',
    pid: 7,
    program: 'sh',
    holds: [one],
    since,
  });
  v.containers.holders([
    began('exe_1', 10),
    began('exe_2', 20),
    { event: 'ended', container, holder: 'exe_2', at: 30 },
  ]);
  v.containers.delivering(container, [one]);
  const all = v.sandboxes.exposure(operator, sandbox.id).items;
  const holder = (id: string) => ({ id, kind: 'command', pid: 7, program: 'sh' });
  const said = { env: 'KEY', secret, name: 'KEY', version: 1, container: 'docker1' };
  t.same(all, [
    { ...said, holder: null, confirmedBy: 'operator:test', since: v.clock.now(), until: null },
    { ...said, holder: holder('exe_1'), confirmedBy: null, since: 10, until: null },
    { ...said, holder: holder('exe_2'), confirmedBy: null, since: 20, until: 30 },
  ]);

  const pages = [];
  let after: string | undefined;
  do {
    const page = v.sandboxes.exposure(operator, sandbox.id, {
      limit: 1,
      ...(after === undefined ? {} : { cursor: after }),
    });
    pages.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined);
  t.same(pages, all, 'page by page the same');
  t.equal(
    codeOf(() => exposurePage(v.context, sandbox.id, 1, 'x')),
    'INVALID_INPUT',
  );
  v.sandboxes.end(operator, sandbox.id);
  t.equal(v.sandboxes.exposure(operator, sandbox.id).items.length, 3, 'known after its end, by its id');
});
