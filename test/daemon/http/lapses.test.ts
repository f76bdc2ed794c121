import t from 'tap';
import { watchLapses } from '../../../daemon/http/lapses.js';
import { world } from './fixture.js';

t.test('only what was active and has lapsed, and nothing of a session that ended', async (t) => {
  const w = await world(t);
  for (const name of ['A_KEY', 'B_KEY']) await w.call('POST', '/v1/secrets', { name, value: 'v' });
  const daemon = { kind: 'daemon' } as const;
  const { id } = (await w.call('POST', '/v1/sessions', { name: 'dev' })).json;
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: 'dev', secrets: ['A_KEY'] });
  const first = watchLapses(w, id);
  t.same(first(), [], 'nothing happened');
  w.vault.sandboxes.reset(daemon, 'box');
  t.match(first(), [/: A_KEY\. To have them again: `ampoule activate A_KEY --session dev`/]);
  await w.call('PUT', '/v1/sessions/dev/secrets/B_KEY');
  const second = watchLapses(w, id);
  w.vault.sandboxes.reset(daemon, 'box');
  t.match(second(), [/: B_KEY\. /], 'A_KEY had lapsed before');
  const third = watchLapses(w, id);
  w.vault.sessions.end(daemon, 'dev');
  t.same(third(), []);
});
