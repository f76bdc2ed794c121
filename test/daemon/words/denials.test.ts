import t from 'tap';
import type { Lexicon } from '../../../daemon/words/types.js';
import { understand } from '../../../daemon/words/understand.js';
import { PROVIDERS, secretOf } from './corpus.js';

const lines = [
  'AWS_ACCESS_KEY_ID aws',
  'GITHUB_TOKEN github',
  'ANTHROPIC_API_KEY anthropic',
  'STRIPE_SECRET_KEY stripe active',
  'NPM_TOKEN - active',
];
const LEXICON: Lexicon = {
  session: { name: 'dev', environment: null },
  secrets: lines.map(secretOf),
  providers: PROVIDERS,
};
const said = (text: string): string => {
  const { action, names } = understand(text, LEXICON);
  return [action ?? 'nothing', ...names].join(' ');
};

t.test('what a "no" is about is not proposed, and a "no" about nothing is asked back', async (t) => {
  const told = [
    ...['make sure not to activate github', 'ensure not to activate github', 'I want you not to activate github'],
    ...[
      'activate aws without activating github',
      'activate aws but not activate github',
      'activate aws besides activating github',
    ],
    ...['turn off npm without turning off stripe', 'deactivate npm without deactivating stripe'],
    ...[
      'activate aws, no thanks',
      'activate aws, never',
      'activate aws, not now',
      'activate aws (no)',
      'i need aws not',
    ],
    ...['activate github, aws not', 'set NPM_TOKEN to nothing', 'no, activate aws'],
  ];
  for (const text of told) t.equal(said(text), 'nothing', text);
});

t.test('who is spoken to is not proposed', async (t) => {
  for (const text of [
    'Claude, activate github',
    'let claude activate github',
    'use claude to activate aws',
    'activate github, thanks claude',
  ])
    t.equal(said(text), 'nothing', text);
  t.equal(said('hey claude, turn off stripe'), 'deactivate STRIPE_SECRET_KEY');
  t.equal(said('activate github and claude'), 'activate GITHUB_TOKEN ANTHROPIC_API_KEY');
});

t.test('signs and times that mean something else', async (t) => {
  const told = [
    ...['activate aws for -20 minutes', 'activate aws an hour from now', 'activate aws, not for 2 hours'],
    ...['activate aws for one and a half hours', 'turn off npm and on github', 'activate github -aws'],
  ];
  for (const text of told) t.equal(said(text), 'nothing', text);
});

t.test('a "no" in its place says what it did', async (t) => {
  t.equal(said("don't activate github, activate aws"), 'activate AWS_ACCESS_KEY_ID');
  t.equal(said('activate everything from aws except github'), 'activate AWS_ACCESS_KEY_ID');
  t.equal(said("i don't need stripe anymore"), 'deactivate STRIPE_SECRET_KEY');
  t.equal(said('all but stripe off'), 'deactivate NPM_TOKEN');
});
