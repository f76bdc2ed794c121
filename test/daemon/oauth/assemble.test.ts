import t from 'tap';
import { assembleOauth } from '../../../daemon/oauth/assemble.js';
import { oauthWorld, operator } from './oauth-fixture.js';

t.test('from configuration and parts; without an address there is no code flow', async (t) => {
  const { world, vault, heard } = await oauthWorld(t);
  const { providers, log, events, metrics } = world;
  const made = (listen: { host: string; port: number } | null) =>
    assembleOauth({
      ...{ vault, providers, log },
      config: { publicUrl: 'http://127.0.0.1:7433', oauthBases: {}, listen },
      surroundings: () => ({ events, metrics, changed: () => undefined }),
    });
  const oauth = made({ host: '127.0.0.1', port: 7433 });
  t.teardown(() => oauth.stop());
  t.equal(oauth.providers().length, 4);
  const wish = { provider: 'gitlab', flow: 'code' as const, clientId: 'one' };
  const { authorize, connection } = await oauth.begin(operator, wish);
  t.match(authorize?.url, /^http:\/\/127\.0\.0\.1:7433\/oauth\/start\/[\w-]{43}$/);
  t.match(heard.events, [{ kind: 'connection', id: connection.id }]);
  const { location } = oauth.start(authorize?.url.split('/').at(-1) ?? '');
  t.match(location, /^https:\/\/gitlab\.com\/oauth\/authorize\?.*code_challenge_method=S256/);
  for (const chore of oauth.chores()) chore.act();
  const silent = made(null);
  t.teardown(() => silent.stop());
  await t.rejects(silent.begin(operator, wish), { code: 'OAUTH_FLOW_UNAVAILABLE' });
});
