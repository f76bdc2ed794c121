import t from 'tap';
import { MOST_BYTES, MOST_VALUES, valuesAround } from '../../store/session-values.js';
import type { SessionId } from '../../store/types.js';
import { codeOf, type Domain, domain, operator, plain } from './domain-fixture.js';

const around = (v: Domain, session: SessionId, everActive = false) =>
  valuesAround(v.context, session, { everActive })
    .map(({ name, version, open }) => `${name} v${version} ${Buffer.from(open() ?? 'unreadable')}`)
    .sort();
const LOCAL = { host: 'laptop', command: 'x', masked: (_: unknown, words: readonly string[]) => [...words] };

t.test('what is active, and for whom it may be known what was: nothing of other sessions', async (t) => {
  const v = await domain(t);
  for (const name of ['KEY', 'IDLE', 'THEIRS']) v.add(name);
  v.add('REGION', { sensitive: false });
  const { id } = v.session('dev');
  const other = v.session('other').id;
  t.same(around(v, id, true), []);
  v.activations.activate(operator, 'dev', [{ name: 'KEY' }, { name: 'REGION' }]);
  v.activations.activate(operator, 'other', [{ name: 'THEIRS' }]);
  t.same(around(v, id), ['KEY v1 key']);
  v.secrets.setValue(operator, 'KEY', plain('newer'));
  t.same(around(v, id), ['KEY v2 newer'], 'nobody was given the first one');
  t.same(around(v, id, true), ['KEY v1 key', 'KEY v2 newer']);
  v.activations.deactivate(operator, 'dev', { all: true });
  t.same(around(v, id), []);
  t.same(around(v, id, true), ['KEY v1 key', 'KEY v2 newer'], 'it was active once');
  v.secrets.destroyVersion(operator, 'KEY', 1);
  t.same(around(v, id, true), ['KEY v2 newer']);
  t.same(around(v, other, true), ['THEIRS v1 theirs']);
});

t.test('what a sandbox or a command outside was given stays known when it has ended', async (t) => {
  const v = await domain(t);
  v.add('BOXED');
  v.add('LOCAL');
  const { id } = v.session('dev', { onResume: 'restore' });
  const { sandbox } = v.box('dev');
  v.activations.activate(operator, 'dev', [{ name: 'BOXED' }, { name: 'LOCAL' }]);
  const { secret: boxed = 'sec_' } = v.sandboxes.wanted(sandbox.id)?.values[0] ?? {};
  const row = v.containers.intend({
    ...{ sandbox: sandbox.id, role: 'current', nonce: 'n', epoch: 1, generation: 1, envMac: 'm' },
    holds: [{ env: 'BOXED', secret: boxed, version: 1 }],
  });
  const { command } = v.localCommands.begin(operator, 'dev', { ...LOCAL, only: ['LOCAL'] });
  v.activations.deactivate(operator, 'dev', { all: true });
  t.same(around(v, id), ['BOXED v1 boxed', 'LOCAL v1 local'], 'intended for a container');
  v.containers.starting(row.id);
  v.containers.ended(row.id);
  v.sandboxes.end(operator, sandbox.name);
  v.localCommands.end(operator, 'dev', command.id);
  t.same(around(v, id), ['BOXED v1 boxed', 'LOCAL v1 local']);
});

t.test('at most so many and so much, what is active first', async (t) => {
  const v = await domain(t);
  const { id } = v.session('dev');
  v.add('OLD', {}, 'active-and-oldest');
  v.clock.advance(1000);
  v.add('MANY', {}, 'x');
  v.activations.activate(operator, 'dev', [{ name: 'OLD' }, { name: 'MANY' }]);
  for (let n = 0; n < MOST_VALUES; n += 1) v.secrets.setValue(operator, 'MANY', plain(`x${n}`));
  const all = valuesAround(v.context, id, { everActive: true });
  t.equal(all.length, MOST_VALUES);
  t.same(
    all
      .slice(0, 2)
      .map(({ name, version }) => [name, version])
      .sort(),
    [
      ['MANY', MOST_VALUES + 1],
      ['OLD', 1],
    ],
  );
  t.equal(all.at(-1)?.version, 3, 'the oldest are left out');
  const fit = Math.floor(MOST_BYTES / 120_000);
  for (let n = 0; n <= fit; n += 1) v.secrets.setValue(operator, 'MANY', plain(String(n).padEnd(120_000)));
  const few = valuesAround(v.context, id, { everActive: true }).filter(({ version }) => version > MOST_VALUES + 1);
  t.equal(few.length, fit);
});

t.test('one that was altered is left out; a sealed vault opens none', async (t) => {
  const v = await domain(t);
  const { id } = v.session('dev');
  v.add('KEY');
  v.activations.activate(operator, 'dev', [{ name: 'KEY' }]);
  v.core.db.prepare('UPDATE secretVersion SET size = 9').run();
  t.same(around(v, id), ['KEY v1 unreadable']);
  v.core.guard.seal(operator);
  t.equal(
    codeOf(() => around(v, id)),
    'VAULT_SEALED',
  );
});
