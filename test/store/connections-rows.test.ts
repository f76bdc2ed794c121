import t from 'tap';
import {
  changeConnection,
  connectionById,
  connectionOf,
  connectionTarget,
  findConnection,
  publicConnection,
} from '../../store/connections-rows.js';
import { begin, connect, signIn } from './connection-fixture.js';
import { domain, operator } from './domain-fixture.js';

t.test('found by the secret: first the one that keeps it fresh, then the one that is going', async (t) => {
  const v = await domain(t);
  const first = connect(v);
  const name = 'GITHUB_TOKEN@octocat';
  t.equal(connectionOf(v.context, first.secret ?? '')?.id, first.id);
  v.connections.disconnect(operator, first.id);
  t.equal(connectionOf(v.context, first.secret ?? ''), undefined);
  t.equal(findConnection(v.context, name).id, first.id, 'the provider is still to be told');
  const second = signIn(v, begin(v), 'second').connection;
  t.equal(findConnection(v.context, name).id, second.id);
  t.equal(connectionById(v.context, first.id).state, 'disconnecting');
});

t.test('a row as it was written, and what only the vault needs is not shown', async (t) => {
  const v = await domain(t);
  const { id } = begin(v);
  v.context.write('test', () =>
    changeConnection(v.context, id, {
      spent: 1,
      problemCode: 'X',
      problemMessage: 'why',
      problemAt: 7,
      granted: '["a"]',
    }),
  );
  const row = connectionById(v.context, id);
  t.match(row, { spent: true, problem: { code: 'X', message: 'why', at: 7 }, granted: ['a'], secretName: null });
  t.notOk('spent' in publicConnection(row));
  t.equal(connectionTarget(row), `${id} github`);
  t.equal(connectionTarget({ ...row, account: 'work' }), `${id} github@work`);
});
