/** Texts made of words, of sentences and of anything at all, and by what a secret may be meant in them. */

import fc from 'fast-check';
import type { Lexicon } from '../../../daemon/words/types.js';
import { PROVIDERS, VAULTS } from './corpus.js';

const WORDS = [
  ...'activate deactivate enable disable turn on off use stop keep leave only all everything rest except but not without and or'.split(
    ' ',
  ),
  ...'dont never please could you the my for in from with to tagged tag account environment secrets token key it them both'.split(
    ' ',
  ),
  ...'github gitlab aws stripe openai database db prod staging work personal ci npm acme-corp 20 minutes hour half a'.split(
    ' ',
  ),
  ...'GITHUB_TOKEN GITHUB_TOKEN@work DATABASE_URL.staging tag:ci env:production *@work aws@work ALL activate'.split(
    ' ',
  ),
  ...'which is are why when if because so show value version fails bob gthub strpe , . ? ! : ; ( ) " \' & / - ...'.split(
    ' ',
  ),
];
export const aVault = fc.constantFrom(...Object.values(VAULTS));
const THINGS =
  'github|gitlab|aws|stripe|openai|the database|npm|the work account|my personal github|staging|prod|the session token|tag:ci|slack|gthub|redis|mongo|mailgun|the db for staging|ci'.split(
    '|',
  );
const aSentence = fc
  .tuple(
    fc.constantFrom(
      'activate',
      'turn off',
      'please enable',
      'stop using',
      'I need',
      'deactivate',
      'could you turn on',
      'drop',
    ),
    fc.array(
      fc.tuple(
        fc.constantFrom(' and ', ', ', ' except ', ' for ', ' but not ', ' of ', ' '),
        fc.constantFrom(...THINGS),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
    fc.constantFrom('', ' for 20 minutes', ' please', ' now', ' in this session', ' on staging'),
  )
  .map(([verb, things, end]) => `${verb} ${things.flat().slice(1).join('')}${end}`);
export const aText = fc.oneof(
  aSentence,
  fc.array(fc.constantFrom(...WORDS), { maxLength: 14 }).map((words) => words.join(' ')),
  fc.string({ maxLength: 80, unit: 'grapheme' }),
  fc
    .tuple(fc.constantFrom('activate ', 'turn off ', 'please enable '), fc.string({ maxLength: 40 }))
    .map((parts) => parts.join('')),
);

/** Everything by which a secret can be meant, in lower case and without what joins words. */
export function handles({ name, env, provider, account, environment, tags }: Lexicon['secrets'][number]): string[] {
  const of = PROVIDERS.find(({ id }) => id === provider);
  const kinds: Record<string, string> = {
    ...{
      database: 'database db sql',
      source: 'git',
      email: 'mail',
      ai: 'ai llm',
      payments: 'pay bill',
      cloud: 'cloud host',
    },
  };
  const short = environment === 'production' ? ['prod', 'live'] : environment === 'staging' ? ['stag', 'stg'] : ['dev'];
  const parts = env.toLowerCase().split('_');
  return [
    ...[
      name,
      account ?? '',
      environment ?? '',
      ...tags,
      ...parts,
      provider ?? '',
      of?.name ?? '',
      ...(of?.words ?? []),
    ],
    ...(environment === null ? [] : short),
    ...(kinds[of?.kind ?? ''] ?? '').split(' '),
    // Kinds of secrets without a provider.
    ...(parts.some((part) => /^(redis|db1|db2|database)$/.test(part)) ? ['database', 'db', 'sql'] : []),
  ]
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}
