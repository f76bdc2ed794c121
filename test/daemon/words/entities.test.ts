import t from 'tap';
import { entitiesOf } from '../../../daemon/words/entities.js';
import type { Lexicon } from '../../../daemon/words/types.js';
import { PROVIDERS, secretOf } from './corpus.js';
import { namesOf, vault } from './played.js';

t.test('words: providers, kinds, accounts, environments, tags, parts of names', async (t) => {
  const said = (phrase: string, name = 'small') =>
    entitiesOf(vault(name))
      .lookUp(phrase)
      .map(({ dimension, secrets }) => `${dimension}: ${namesOf(secrets, name).join(' ')}`);
  t.same(said('amazon web services'), ['provider: AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION']);
  t.same(said('claude'), ['provider: ANTHROPIC_API_KEY']);
  t.same(said('databases'), ['kind: DATABASE_URL']);
  t.same(said('slack'), ['part: SLACK_WEBHOOK_URL']);
  t.same(said('ci'), ['tag: GITHUB_TOKEN SLACK_WEBHOOK_URL']);
  t.same(said('github token'), ['name: GITHUB_TOKEN']);
  t.same(said('acme corp', 'accounts'), ['account: STRIPE_SECRET_KEY@acme-corp STRIPE_WEBHOOK_SECRET@acme-corp']);
  t.same(said('prod', 'environments'), [
    'environment: DATABASE_URL.production STRIPE_SECRET_KEY.production SENTRY_DSN.production',
  ]);
  t.same(said('gitlab'), ['provider: '], 'a provider of which nothing is registered');
  for (const nothing of ['token', 'key', 'heroku', '']) t.same(said(nothing), [], nothing);
});

t.test('what is written like a name or selector means exactly that', async (t) => {
  const named = (text: string, name = 'accounts') => {
    const found = entitiesOf(vault(name)).named(text);
    return found === null ? null : found.flatMap(({ secrets }) => namesOf(secrets, name)).join(' ');
  };
  t.equal(named('GITHUB_TOKEN@work'), 'GITHUB_TOKEN@work');
  t.equal(named('github_token@WORK'), 'GITHUB_TOKEN@work');
  t.equal(named('GITHUB_TOKEN'), 'GITHUB_TOKEN@work GITHUB_TOKEN@personal');
  t.equal(named('aws@personal'), 'AWS_ACCESS_KEY_ID@personal AWS_SECRET_ACCESS_KEY@personal');
  t.equal(named('*@acme-corp'), 'STRIPE_SECRET_KEY@acme-corp STRIPE_WEBHOOK_SECRET@acme-corp');
  t.equal(named('tag:billing'), 'STRIPE_SECRET_KEY@acme-corp');
  t.equal(named('env:production', 'environments')?.split(' ').length, 3);
  for (const none of ['GITHUB_TOKEN@bob', 'tag:none', 'github', '*@none', 'gitlab@work'])
    t.equal(named(none), null, none);
});

t.test('a secret without a provider is of the one that its name begins with', async (t) => {
  const lexicon: Lexicon = {
    session: { name: 'dev', environment: null },
    providers: PROVIDERS,
    secrets: [secretOf('GITHUB_DEPLOY_KEY -'), secretOf('MY_GITHUB_KEY -'), secretOf('Token -'), secretOf('TOKEN -')],
  };
  const entities = entitiesOf(lexicon);
  t.same(
    entities.lookUp('github').map(({ secrets }) => [...secrets]),
    [[0]],
  );
  t.same([...entities.part('github')], [0, 1]);
  t.same(
    entities.named('TOKEN')?.map(({ secrets }) => [...secrets]),
    [[3]],
    'as it is written, where two differ by that alone',
  );
  t.ok([...entities.words()].includes('github'));
  t.ok([...entities.names()].includes('my_github_key'));
  t.ok(entities.longest > 1);
});
