import t from 'tap';
import { sealedOf } from '../../store/connections-tokens.js';
import { connect, textOf, tokens } from './connection-fixture.js';
import { domain, operator } from './domain-fixture.js';

const NAME = 'GITHUB_TOKEN@octocat';

t.test('versions that nobody was given go, the last two and those of live sandboxes stay', async (t) => {
  const v = await domain(t);
  const { id } = connect(v);
  const refresh = (name: string) => {
    v.connections.beginRefresh(id);
    return v.connections.refreshed(id, tokens(v, name));
  };
  const there = () =>
    v.secrets
      .versions(operator, NAME)
      .filter(({ destroyedAt }) => destroyedAt === null)
      .map(({ version }) => version);
  refresh('2');
  t.same(there(), [2, 1]);
  refresh('3');
  t.same(there(), [3, 2]);
  v.session('dev');
  v.activations.activate(operator, 'dev', { names: [NAME] });
  const { sandbox } = v.box('dev');
  const holds = [{ env: 'GITHUB_TOKEN', secret: v.secrets.get(operator, NAME).id, version: 3 }];
  const about = { sandbox: sandbox.id, role: 'current' as const, epoch: 1, generation: 1, envMac: '' };
  const { id: container } = v.containers.intend({ ...about, nonce: 'n', holds });
  v.containers.starting(container);
  for (const name of ['4', '5', '6', '7']) refresh(name);
  t.same(there(), [7, 6, 3], 'what its output may hold can be masked');
  t.same(
    v.sandboxes.held(sandbox.id).map(({ version, open }) => [version, textOf(open())]),
    [[3, 'access-3']],
  );
  t.same(v.sandboxes.lost(sandbox.id), []);
  v.containers.ended(container);
  refresh('8');
  t.same(there(), [8, 7, 3], 'a live sandbox may have kept what was printed');
  v.sandboxes.end(operator, sandbox.id);
  refresh('9');
  t.same(there(), [9, 8]);
});

t.test('both are sealed under names of their own', async (t) => {
  const v = await domain(t);
  const { id } = connect(v);
  const ids = v.core.db.prepare('SELECT id FROM sealedValue ORDER BY id').pluck().all();
  t.same(ids, [sealedOf(id, 'access'), sealedOf(id, 'refresh')]);
  t.same(ids, [`${id}/access`, `${id}/refresh`]);
});
