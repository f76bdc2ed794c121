import t from 'tap';
import {
  alternatives,
  crowded,
  isOneOfSeveral,
  resolutions,
  services,
  singles,
  usable,
} from '../../../daemon/words/answers.js';
import { clauses, namesOf, vault } from './played.js';

const { secrets } = vault('accounts');
const places = (pattern: RegExp, name = 'accounts') =>
  [...vault(name).secrets.keys()].filter((index) => pattern.test(vault(name).secrets[index]?.name ?? ''));

t.test('one of those that want the same variable, with the rest of its account', async (t) => {
  const set = new Set(places(/^AWS/));
  const several = crowded(set, secrets);
  t.match(several, ['AWS_ACCESS_KEY_ID', { length: 2 }]);
  t.same(
    resolutions(set, several?.[1] ?? [], secrets).map((one) => namesOf(one, 'accounts').join(' ')),
    [
      'AWS_ACCESS_KEY_ID@work AWS_SECRET_ACCESS_KEY@work AWS_SESSION_TOKEN@work',
      'AWS_SESSION_TOKEN@work AWS_ACCESS_KEY_ID@personal AWS_SECRET_ACCESS_KEY@personal',
    ],
  );
  t.equal(crowded(new Set(places(/^AWS.*personal/)), secrets), null);
});

t.test('by environment, by service, one by one', async (t) => {
  const databases = places(/DATABASE|REDIS/, 'environments');
  const of = vault('environments');
  t.equal(alternatives(new Set(databases), of.secrets).length, 2);
  t.equal(services(new Set(databases), of.secrets).length, 2);
  t.same(singles(new Set(places(/^GITHUB/)), vault('accounts')), [places(/^GITHUB.*work/)], 'of those that are active');
  t.same(
    usable(new Set(databases), 'on', of).map((index) => of.secrets[index]?.environment),
    ['staging', 'staging'],
  );
  t.same(
    usable(new Set(databases), 'off', of).map((index) => of.secrets[index]?.name),
    ['REDIS_URL.staging'],
  );
});

t.test('"the database" is one, "database credentials" are all', async (t) => {
  const of = vault('environments');
  const set = new Set(places(/(DATABASE|REDIS)_URL.staging/, 'environments'));
  const item = (text: string) => clauses(`activate ${text}`, 'environments')[0]?.items[0];
  for (const [text, one] of [
    ['the database', true],
    ['database credentials', false],
    ['the databases', false],
  ] as const) {
    const said = item(text);
    t.equal(said !== undefined && isOneOfSeveral(said, set, of.secrets), one, text);
  }
});
