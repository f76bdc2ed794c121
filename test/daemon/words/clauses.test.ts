import t from 'tap';
import { clauses } from './played.js';

t.test('one clause, its list, its exceptions, its time', async (t) => {
  t.match(clauses('activate github and aws except the region for 20 minutes'), [
    {
      ...{ act: 'on', strong: true, spans: [1_200_000], odd: [] },
      items: [{ targets: [{ text: 'github' }] }, { targets: [{ text: 'aws' }] }],
      excluded: [{ targets: [{ text: 'region' }] }],
    },
  ]);
});

t.test('a verb after a whole clause begins another', async (t) => {
  t.match(clauses('activate github and deactivate stripe'), [{ act: 'on' }, { act: 'off' }]);
  t.match(clauses("activate github and don't activate aws"), [
    { act: 'on', negated: false },
    { act: 'on', negated: true },
  ]);
});

t.test('why it is wanted is no part of it, but for what could change it', async (t) => {
  t.match(clauses('activate github to push the release'), [{ act: 'on', odd: [], reasons: [] }]);
  t.match(clauses('activate github because git push fails'), [{ odd: [], reasons: [{ text: 'git' }] }]);
  t.match(clauses('activate github so that stripe is off'), [{ odd: [], reasons: [{ text: 'stripe' }] }]);
  t.match(clauses('activate github because I want everything'), [{ odd: [{ is: 'all' }] }]);
  t.match(clauses('activate github to push for 2h'), [{ spans: [7_200_000], odd: [] }]);
});

t.test('conditions and later times are not understood as now', async (t) => {
  t.match(clauses('activate github if it rains'), [{ odd: [{ text: 'if' }] }]);
  t.match(clauses('activate github in 20 minutes'), [{ spans: [], odd: [{ text: 'in' }, { is: 'span' }] }]);
  t.match(clauses('activate github tomorrow'), [{ odd: [{ text: 'tomorrow' }] }]);
});

t.test('"only" of a time, and "both"', async (t) => {
  t.match(clauses('activate github only for 10 minutes'), [{ only: false, spans: [600_000] }]);
  t.match(clauses('activate github for 10 minutes only'), [{ only: false }]);
  t.match(clauses('activate only github'), [{ only: true }]);
  t.match(clauses('activate both databases'), [{ items: [{ both: true, it: false }] }]);
  t.match(clauses("I need what's tagged ci"), [{ odd: [], items: [{ all: true }] }]);
});

t.test('what takes the place of something', async (t) => {
  const replaced = { instead: true, either: false, excluded: [{ targets: [{ text: 'aws' }] }] };
  t.match(clauses('activate github instead of aws'), [replaced]);
  t.match(clauses('turn off github instead of aws'), [{ instead: false, either: true }]);
});

t.test('a subject begins no member of a list', async (t) => {
  t.match(clauses('enable everything tagged release, we deploy', 'purposes'), [
    { odd: [{ text: 'we' }, { text: 'deploy' }] },
  ]);
  t.match(clauses('keep, activate github'), [{ odd: [{ text: 'activate' }] }]);
});
