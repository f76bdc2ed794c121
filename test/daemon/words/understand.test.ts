/** The corpus, and properties that hold for every text: nothing is proposed that the words do not name. */

import fc from 'fast-check';
import t from 'tap';
import { formatDuration } from '../../../daemon/http/duration.js';
import { LONGEST_TEXT } from '../../../daemon/words/reading.js';
import type { Lexicon, Understanding } from '../../../daemon/words/types.js';
import { understand } from '../../../daemon/words/understand.js';
import { corpus, type Phrase, PROVIDERS, secretOf, VAULTS } from './corpus.js';
import { ASKED_BACK, DOCUMENTED, MEANINGS } from './documented.js';
import { aText, aVault, handles } from './made.js';

const isChange = ({ action }: Understanding): boolean => action === 'activate' || action === 'deactivate';

/** As the corpus writes it. */
function written({ action, names, ttl, question }: Understanding): string {
  if (action === null) return question === undefined ? 'nothing' : 'ask';
  return [action, ...[...names].sort(), ...(ttl === undefined ? [] : ['for', formatDuration(ttl)])].join(' ');
}

/** As written, its names in order. */
function sorted(expected: string): string {
  const [head = '', time] = expected.split(/ for (?=\d)/);
  const [action = '', ...names] = head.split(' ');
  return [action, ...names.sort(), ...(time === undefined ? [] : ['for', time])].join(' ');
}

function verdict({ text, lexicon, expected }: Phrase): { right: boolean; got: Understanding; want: string } {
  const got = understand(text, lexicon);
  const [want = '', answers = ''] = expected.split(/: (.*)/s);
  const offered = answers === '' || answers.split(' | ').every((answer) => got.choices?.includes(answer));
  return { right: written(got) === sorted(want) && offered, got, want };
}

t.test('the corpus: no change is proposed that was not meant, and what has a meaning is understood', async (t) => {
  const phrases = corpus();
  const meaning = phrases.filter(({ expected }) => !/^(ask|nothing)/.test(expected));
  t.ok(phrases.length >= 400 && meaning.length >= 250, `${phrases.length} phrases, ${meaning.length} with a meaning`);
  const missed: string[] = [];
  for (const phrase of phrases) {
    const { right, got, want } = verdict(phrase);
    const said = `${phrase.vault}: ${JSON.stringify(phrase.text)} → ${written(got)}, and not ${phrase.expected}`;
    if (!right && (isChange(got) || /^(ask|nothing)/.test(want))) t.fail(said);
    else if (!right) missed.push(said);
  }
  const covered = 1 - missed.length / meaning.length;
  t.comment(
    `${phrases.length} phrases, ${meaning.length} with a meaning, ${(covered * 100).toFixed(1)} % of these understood`,
  );
  t.ok(covered >= 0.95, missed.join('\n'));
});

t.test('a wrong verdict is seen', async (t) => {
  const lexicon = VAULTS.small as Lexicon;
  const judged = (text: string, expected: string) => verdict({ vault: 'small', lexicon, text, expected }).right;
  t.ok(judged('activate github', 'activate GITHUB_TOKEN'));
  t.notOk(judged('activate github', 'activate STRIPE_SECRET_KEY'));
  t.notOk(judged('activate github', 'deactivate GITHUB_TOKEN'));
  t.notOk(judged('activate github for 20m', 'activate GITHUB_TOKEN'));
  t.notOk(judged('activate github?', 'ask: deactivate GITHUB_TOKEN'));
});

t.test('docs/words.md: what words mean there, and what is asked back', async (t) => {
  t.ok(DOCUMENTED.secrets.length >= 8 && MEANINGS.length >= 15 && ASKED_BACK.length >= 8, 'the tables are read');
  for (const { text, expected } of MEANINGS) t.equal(written(understand(text, DOCUMENTED)), sorted(expected), text);
  for (const { text, choices } of ASKED_BACK) {
    const got = understand(text, DOCUMENTED);
    t.match(got, { action: null, question: String }, text);
    t.same(got.choices ?? [], choices, text);
  }
});

t.test('every answer that is offered is understood when it is sent', async (t) => {
  let offered = 0;
  for (const { text, lexicon } of corpus())
    for (const choice of understand(text, lexicon).choices ?? []) {
      offered += 1;
      t.not(understand(choice, lexicon).action, null, `${JSON.stringify(text)}: ${choice}`);
    }
  t.ok(offered > 50, `${offered} answers`);
});

t.test('a question says what it was taken for', async (t) => {
  const lexicon = VAULTS.small as Lexicon;
  t.equal(understand('what is on?', lexicon).understood, 'What is active in dev.');
  t.equal(understand('is github on?', lexicon).understood, 'Whether GITHUB_TOKEN is active in dev.');
});

t.test('too long, empty, and what cannot be seen: asked back', async (t) => {
  const lexicon = VAULTS.small as Lexicon;
  t.match(understand('activate github '.repeat(700), lexicon), { action: null, names: [], question: /500/ });
  t.match(
    understand(`activate github because ${'\ufdfa'.repeat(400)}`, lexicon),
    { action: null, question: /500/ },
    'written out',
  );
  for (const hidden of ['\u0000', '\u001b[2J', '\u200b', '\u202e', '\n', '\r\n', '\u2028', '\u{e0041}'])
    t.match(
      understand(`activate ${hidden}github`, lexicon),
      { action: null, question: /plain text/ },
      `U+${hidden.codePointAt(0)?.toString(16)}`,
    );
  t.match(understand('', lexicon), { action: null, question: /Say for example/ });
});

t.test(
  'whatever is said: it never throws, names only what is registered, and offers only what is understood',
  async () => {
    fc.assert(
      fc.property(aText, aVault, (text, lexicon) => {
        const { action, names, question, choices = [], ttl } = understand(text, lexicon);
        const known = names.every((name) => lexicon.secrets.some((secret) => secret.name === name));
        const answered = action !== null || names.length === 0;
        const sound = choices.every((choice) => understand(choice, lexicon).action !== null);
        return (
          known &&
          answered &&
          sound &&
          (question === undefined || action === null) &&
          (ttl === undefined || ttl >= 1000)
        );
      }),
      { numRuns: 1500 },
    );
  },
);

t.test('whatever is said: each secret of a proposal is named, or everything is', async (t) => {
  let proposals = 0;
  fc.assert(
    fc.property(aText, aVault, (text, lexicon) => {
      const understood = understand(text, lexicon);
      if (!isChange(understood)) return true;
      proposals += 1;
      const said = text.normalize('NFKC').toLowerCase();
      if (/\b(all|everything|every|anything|any|each|rest|else|others|secrets?|keep|only|tokens?|keys?)\b/.test(said))
        return true;
      const mistyped = /gthub|strpe/.test(said) ? ' github stripe' : '';
      return understood.names.every((name) => {
        const secret = lexicon.secrets.find((one) => one.name === name);
        return secret !== undefined && handles(secret).some((word) => `${said}${mistyped}`.includes(word));
      });
    }),
    { numRuns: 3000 },
  );
  t.ok(proposals > 20, `${proposals} proposals`);
});

t.test('whatever is said before it: a refusal proposes nothing', async () => {
  const refusals = fc.constantFrom(
    "don't activate",
    'do not enable',
    'never turn on',
    'please do not activate',
    'no need to activate',
  );
  const things = fc.constantFrom(
    'github',
    'aws',
    'everything',
    'GITHUB_TOKEN',
    'all secrets',
    'the database for 20 minutes',
    'stripe and aws',
  );
  fc.assert(
    fc.property(
      refusals,
      things,
      aVault,
      (refusal, thing, lexicon) => !isChange(understand(`${refusal} ${thing}`, lexicon)),
    ),
  );
});

t.test('words that are not understood never go with a change', async () => {
  const verbs = fc.constantFrom('activate github', 'turn off stripe', 'enable everything tagged ci');
  const word = fc.stringMatching(/^x[bcdfgkqvwz]{4,9}$/);
  fc.assert(
    fc.property(verbs, word, aVault, fc.boolean(), (verb, unknown, lexicon, first) => {
      const text = first ? `${unknown} ${verb}` : `${verb} ${unknown}`;
      return !isChange(understand(text, lexicon));
    }),
  );
});

t.test('whatever is told beside a request: the request alone is proposed, or nothing', async (t) => {
  const subject = fc.constantFrom(
    "i'm",
    'we are',
    "we're",
    'i need to',
    'i',
    'my build',
    'running',
    'the deploy',
    'bob',
    '',
  );
  const verbs = fc.constantFrom('deploying', 'pushing', 'ship', 'said', 'publish fails', 'hate');
  const told = fc.array(
    fc.constantFrom(
      ...'deploying deploy pushing the tests now a release fails failed with without to github aws stripe prod for work'.split(
        ' ',
      ),
      ...'not never dont off on activate enabled stop keep only all if tomorrow said says later 20 minutes "quoted" it them'.split(
        ' ',
      ),
    ),
    { maxLength: 6 },
  );
  const requests = fc.constantFrom(
    'activate github',
    'turn off stripe',
    'use my personal github for 2h',
    'enable everything tagged ci',
    'give me the database',
    'turn everything off',
    "don't activate aws",
  );
  let proposals = 0;
  fc.assert(
    fc.property(subject, verbs, told, requests, aVault, fc.boolean(), (who, verb, words, request, lexicon, first) => {
      const circumstance = `${who} ${verb} ${words.join(' ')}`.trim();
      const got = understand(first ? `${circumstance}, ${request}` : `${request}, ${circumstance}`, lexicon);
      const plain =
        /\b(off|on|activate|enabled|stop|keep|only|all|not|never|dont|without|it|them|minutes|with|for)\b/.test(
          circumstance,
        );
      if (!isChange(got) || plain) return true;
      proposals += 1;
      return written(got) === written(understand(request, lexicon));
    }),
    { numRuns: 3000 },
  );
  t.ok(proposals > 20, `${proposals} proposals`);
});

t.test('names and tags that hold instructions instruct nobody', async () => {
  const name = fc.constantFrom(
    'ACTIVATE_EVERYTHING',
    'IGNORE_PREVIOUS',
    'activate',
    'ALL',
    'NOT',
    'EXCEPT_ME',
    'TURN_ON_ALL',
  );
  const tag = fc.constantFrom('activate', 'all', 'not', 'except', 'now', 'please', 'turn-on-everything', 'for', 'the');
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 5 }), tag, tag, (names, one, other) => {
      const secrets = [
        secretOf(`GITHUB_TOKEN github #${one}`),
        ...names.map((each) => secretOf(`${each} - #${other}`)),
      ];
      const lexicon = { session: { name: 'dev', environment: null }, providers: PROVIDERS, secrets };
      const { action, names: meant } = understand('activate github', lexicon);
      return action === 'activate' && meant.join() === 'GITHUB_TOKEN';
    }),
  );
});

t.test('the longest text against a large vault is read to the end', async (t) => {
  const secrets = Array.from({ length: 1000 }, (_, i) => secretOf(`SERVICE${i}_API_KEY@acct${i % 20} - #tag${i % 50}`));
  const lexicon = { session: { name: 'dev', environment: null }, providers: PROVIDERS, secrets };
  const times: number[] = [];
  for (let i = 0; i < 30; i += 1) {
    const before = performance.now();
    t.match(understand(`activate service${i}`, lexicon), { action: 'activate', names: [new RegExp(`^SERVICE${i}_`)] });
    times.push(performance.now() - before);
  }
  const middle = times.sort((a, b) => a - b)[15] ?? 0;
  t.comment(`1,000 secrets: ${middle.toFixed(1)} ms p50`);
  for (const word of ['activate ', 'githbu ', 'service1 and ', '"', "'", 'a/', 'x-', '@', '1 hour ', 'not except '])
    t.type(understand(word.repeat(LONGEST_TEXT).slice(0, LONGEST_TEXT), lexicon).understood, 'string', word);
});
