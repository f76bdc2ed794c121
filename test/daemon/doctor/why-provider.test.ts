import t from 'tap';
import type { LiveFacts } from '../../../daemon/doctor/live-facts.js';
import { whyProvider } from '../../../daemon/doctor/why-provider.js';
import { claim, facts, GITHUB } from './sample-facts.js';

const answer: LiveFacts = {
  ...{ provider: 'github', account: 'work', secrets: ['TOKEN@work'], outcome: 'works', status: 200, why: null },
  ...{ scopes: null, clockAhead: null },
};
const said = (more: Partial<LiveFacts>) =>
  whyProvider(facts({ variable: null, claims: [claim({ of: GITHUB })], live: [{ ...answer, ...more }] }));

t.test('what the provider said', async (t) => {
  t.same(said({}), []);
  t.match(said({ outcome: 'refused', status: 401 }), [
    {
      code: 'PROVIDER_REFUSED',
      what: /GitHub does not take TOKEN@work.*\(401\)/,
      command: 'ampoule secret set TOKEN@work',
    },
  ]);
  t.match(said({ outcome: 'forbidden', status: 403 }), [
    {
      code: 'PROVIDER_FORBIDS',
      what: /takes TOKEN@work and does not allow/,
      todo: /https:\/\/github\.example\/scopes/,
    },
  ]);
  t.match(said({ outcome: 'unclear', status: 302, why: 'it redirects' }), [
    { code: 'PROVIDER_UNREACHABLE', what: /no clear answer \(302\): it redirects/ },
  ]);
  t.match(said({ outcome: 'unreachable', status: null, why: 'it refused the connection' }), [
    { code: 'PROVIDER_UNREACHABLE', what: /no clear answer: it refused the connection/ },
  ]);
  t.match(said({ outcome: 'unavailable', status: null, why: 'X is not active' }), [
    { code: 'NOT_LOOKED', what: /could not be asked: X is not active/ },
  ]);
});

t.test('what a value may do, and what it needs', async (t) => {
  t.match(said({ scopes: ['repo', 'gist'] }), [
    { code: 'PROVIDER_SCOPES', what: /may do: repo, gist\. Needed is contents read\./, severity: 'note' },
  ]);
  t.match(said({ scopes: [] }), [{ what: /may do: nothing in particular/ }]);
  t.match(whyProvider(facts({ claims: [claim({ of: GITHUB })] })), [
    { code: 'LEAST_SCOPES', what: /The least is contents read/, command: 'ampoule doctor TOKEN --live' },
  ]);
  t.same(
    whyProvider(facts({ variable: null, claims: [claim({ of: GITHUB })] })),
    [],
    'only where one variable is asked for',
  );
  t.same(whyProvider(facts({ claims: [claim({ of: GITHUB, active: false })] })), []);
});
