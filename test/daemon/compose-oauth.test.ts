import t from 'tap';
import { composeOauth, type OauthIngredients } from '../../daemon/compose-oauth.js';
import { createEventHub } from '../../daemon/events.js';
import { createLog } from '../../daemon/log.js';
import { createMetrics } from '../../daemon/metrics.js';
import { readCatalogue } from '../../daemon/providers/catalogue.js';
import { testVault } from './vault-fixture.js';

type Given = Partial<OauthIngredients['config']>;

t.test('how a browser comes back, with a TCP address, with a proxy, and with neither', async (t) => {
  const { vault } = await testVault(t);
  const made = (given: Given) =>
    composeOauth({
      ...{ vault, providers: readCatalogue(null), log: createLog('silent') },
      config: {
        oauthBases: {},
        publicUrl: 'http://127.0.0.1:7433',
        listen: { host: '127.0.0.1', port: 7433 },
        ...given,
      },
    })({ events: createEventHub(0), metrics: createMetrics(() => ({}), '1'), changed: () => undefined });
  const github = (given: Given) =>
    made(given)
      .providers()
      .find(({ id }) => id === 'github');
  t.match(github({}), { flows: ['code', 'device'], create: { callback: 'http://127.0.0.1:7433/oauth/callback' } });
  t.match(github({ publicUrl: 'https://ampoule.example.org/', listen: null }), {
    create: { callback: 'https://ampoule.example.org/oauth/callback' },
  });
  t.match(github({ publicUrl: 'http://localhost', listen: null }), { flows: ['device'], create: { callback: null } });
  t.same(
    made({})
      .providers()
      .map(({ id }) => id),
    ['github', 'gitlab', 'google', 'microsoft'],
  );
});
