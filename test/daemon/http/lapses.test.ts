import t from 'tap';
import { lapsedIn, watchLapses } from '../../../daemon/http/lapses.js';
import { world } from './fixture.js';

const DAEMON = { kind: 'daemon' } as const;

t.test('only what was active and has lapsed, and nothing of a session that ended', async (t) => {
  const w = await world(t);
  for (const name of ['A_KEY', 'B_KEY']) await w.call('POST', '/v1/secrets', { name, value: 'v' });
  const { id } = (await w.call('POST', '/v1/sessions', { name: 'dev' })).json;
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: 'dev', secrets: ['A_KEY'] });
  const first = watchLapses(w, id);
  t.same(first(), [], 'nothing happened');
  w.vault.sandboxes.reset(DAEMON, 'box');
  t.match(first(), [/: A_KEY\. To have them again: `ampoule activate A_KEY --session dev`/]);
  await w.call('PUT', '/v1/sessions/dev/secrets/B_KEY');
  const second = watchLapses(w, id);
  w.vault.sandboxes.reset(DAEMON, 'box');
  t.match(second(), [/: B_KEY\. /], 'A_KEY had lapsed before');
  const third = watchLapses(w, id);
  w.vault.sessions.end(DAEMON, 'dev');
  t.same(third(), []);
});

t.test('one that had another variable is named with it, and its line brings it back', async (t) => {
  const w = await world(t);
  for (const name of ['KEY@home', 'KEY@work', 'OTHER']) await w.call('POST', '/v1/secrets', { name, value: 'v' });
  const { id } = (await w.call('POST', '/v1/sessions', { name: 'dev' })).json;
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: 'dev', secrets: ['KEY@work', 'OTHER'] });
  await w.call('PUT', '/v1/sessions/dev/secrets/KEY@home', { as: 'KEY_2' });
  const after = watchLapses(w, id);
  w.vault.sandboxes.reset(DAEMON, 'box');
  const together = ': KEY@work, OTHER. To have them again: `ampoule activate KEY@work OTHER --session dev`.';
  const apart = ': KEY@home (as KEY_2). To have them again: `ampoule activate KEY@home --as KEY_2 --session dev`.';
  const gone = 'No longer active in dev, which has no other sandbox';
  t.same(after(), [gone + together, gone + apart]);
  const later = "Not active any more, since the session's last sandbox ended";
  t.same(lapsedIn(w, DAEMON, id), [later + together, later + apart]);
  const again = await w.call('POST', '/v1/sessions/dev/activate', { selectors: ['KEY@work', 'OTHER'] });
  t.equal(again.status, 200);
  t.equal((await w.call('PUT', '/v1/sessions/dev/secrets/KEY@home', { as: 'KEY_2' })).status, 200);
  t.same(lapsedIn(w, DAEMON, id), []);
});
