import t from 'tap';
import { readOauthFacts } from '../../../daemon/oauth/facts.js';
import { callbackOf, providerWords } from '../../../daemon/oauth/provider-words.js';

t.test('what a person has to know, with the exact callback', async (t) => {
  for (const fact of readOauthFacts().values()) {
    const words = providerWords(fact, 'http://127.0.0.1:7433');
    t.match(words, {
      id: fact.id,
      create: { callback: 'http://127.0.0.1:7433/oauth/callback' },
      flows: ['code', 'device'],
    });
    t.ok(words.scopes.some(({ usual }) => usual));
    t.equal(words.leave?.byItself, fact.id !== 'microsoft');
    t.notMatch(JSON.stringify(words), /access_token|revocation/);
    t.match(providerWords(fact, null), { create: { callback: null }, flows: ['device'] });
  }
  t.equal(callbackOf('https://a.example'), 'https://a.example/oauth/callback');
});
