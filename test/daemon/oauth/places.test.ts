import t from 'tap';
import { readOauthFacts } from '../../../daemon/oauth/facts.js';
import { placeOf } from '../../../daemon/oauth/places.js';
import { PRIVATE_HOSTS } from './addresses.js';

const facts = readOauthFacts();
const of = (id: string) => {
  const fact = facts.get(id);
  if (fact === undefined) throw new Error(id);
  return fact;
};

t.test("the vendor's own place, or one below a base", async (t) => {
  const github = of('github');
  t.same(placeOf(github, null, undefined), { base: null, own: null, endpoints: github.endpoints });
  t.same(placeOf(github, 'https://github.com/', undefined).base, null);
  t.match(placeOf(github, 'https://ghe.example.org/', undefined), {
    ...{ base: 'https://ghe.example.org', own: null },
    endpoints: {
      token: 'https://ghe.example.org/login/oauth/access_token',
      userinfo: 'https://ghe.example.org/api/v3/user',
    },
  });
  t.equal(
    placeOf(of('gitlab'), 'https://example.org/git/', undefined).endpoints.token,
    'https://example.org/git/oauth/token',
  );
});

t.test('what the operator configured may be private', async (t) => {
  const configured = 'http://127.0.0.1:9000';
  for (const wished of [null, configured, `${configured}/`])
    t.match(placeOf(of('google'), wished, configured), { base: configured, own: new URL(configured) });
  t.match(placeOf(of('github'), 'https://ghe.example.org', configured), { own: null });
});

t.test('others are refused, with what to do', async (t) => {
  const refused = (wished: string, message: RegExp, id = 'gitlab', configured?: string) =>
    t.throws(() => placeOf(of(id), wished, configured), { code: 'OAUTH_BASE_REFUSED', message }, wished);
  refused('https://google.example.org', /Leave out/, 'google');
  refused('http://git.example.org', /AMPOULE_OAUTH_BASES=gitlab=http/);
  refused('https://localhost', /AMPOULE_OAUTH_BASES/);
  for (const host of PRIVATE_HOSTS) refused(`https://${host}`, /AMPOULE_OAUTH_BASES/);
  refused('http://127.0.0.1:9001', /AMPOULE_OAUTH_BASES/, 'gitlab', 'http://127.0.0.1:9000');
  for (const wrong of [
    'git.example.org',
    'https://u:p@git.example.org',
    'https://git.example.org/?a',
    'https://a/%2e',
    'file:///etc',
  ])
    refused(wrong, /--base https:/);
});
