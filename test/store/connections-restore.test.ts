import { join } from 'node:path';
import t from 'tap';
import { doubtRefreshTokens } from '../../store/connections-restore.js';
import { openVault } from '../../store/open.js';
import { restoreVault } from '../../store/restore.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { begin, connect, signIn, textOf, tokens } from './connection-fixture.js';
import { options as optionsIn, testClock } from './core-fixture.js';
import { domain, operator } from './domain-fixture.js';

t.test('those that were due since count as begun by somebody else', async (t) => {
  const v = await domain(t);
  const due = connect(v);
  v.clock.advance(3_500_000);
  const fresh = signIn(v, begin(v, { environment: 'staging' }), 'x').connection.id;
  v.context.write('test', () => doubtRefreshTokens(v.core.db, v.clock.now()));
  t.match(v.connections.interrupted(), [{ id: due.id, refreshingSince: due.refreshAt }]);
  t.equal(v.connections.get(operator, fresh).refreshingSince, null);
});

t.test('after a restore the token is there, and one that may have been used since is not used again', async (t) => {
  const directory = directoryUntilEnd(t);
  const clock = testClock();
  const options = optionsIn(directory, { clock });
  const { dataDir, auditHeadFile, keyFile } = options;
  const vault = await openVault(options);
  const { id } = vault.connections.begin(operator, { provider: 'github', scopes: [], flow: 'code', clientId: 'x' });
  const signedIn = { login: 'octocat', account: 'octocat', variable: 'GITHUB_TOKEN', followers: [] };
  vault.connections.established(id, { ...signedIn, tokens: tokens({ clock }, 'first') });
  const file = join(directory, 'backup.db');
  await vault.backup(operator, file);
  vault.close();
  const restored = async () => {
    await restoreVault({ file, dataDir, unlock: { keyFile }, auditHeadFile, clock });
    return await openVault(options);
  };
  const soon = await restored();
  t.same(soon.connections.interrupted(), []);
  t.equal(textOf(soon.connections.beginRefresh(id)?.refresh), 'refresh-first');
  soon.close();
  clock.advance(3_000_000);
  const late = await restored();
  t.teardown(() => late.close());
  t.match(late.connections.interrupted(), [{ id, state: 'connected' }]);
  t.equal(textOf(late.connections.openTokens(id).access), 'access-first');
});
