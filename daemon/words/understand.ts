/** What a person means who types a sentence about the secrets of a session. Pure: no vault, no network, and nothing is changed by it. */

import { askedFor } from './asking.js';
import { changeOf, type Outcome } from './changes.js';
import { type Apart, setApart } from './circumstances.js';
import { clausesOf } from './clauses.js';
import { contradicted } from './denials.js';
import { type Entities, entitiesOf } from './entities.js';
import { type Label, labelled } from './label.js';
import { LONGEST_TEXT, plainText, tokensOf } from './reading.js';
import { type Sentence, sentencesOf } from './sentences.js';
import { changeSentence, changeText, listed } from './texts.js';
import type { Lexicon, Understanding } from './types.js';

/** So many answers to a question are offered. */
const MOST_CHOICES = 9;
const EXAMPLES = 'Say for example "activate aws for 2h", "turn off everything for production", or "what is active?".';

/** Never throws, and takes time in proportion to the length of the text, which is limited, and to the number of secrets. */
export function understand(text: string, lexicon: Lexicon): Understanding {
  const plain = text.length > LONGEST_TEXT ? '' : plainText(text);
  // Some characters are written out as several.
  if (Math.max(text.length, plain?.length ?? 0) > LONGEST_TEXT)
    return unclear('It is too long to be understood.', `Say it in at most ${LONGEST_TEXT} characters.`);
  if (plain === null)
    return unclear(
      'It holds characters that cannot be seen.',
      'Say it in one line of plain text, without control characters.',
    );
  const entities = entitiesOf(lexicon);
  const first = meaningOf(plain, lexicon, entities);
  return first.choices === undefined ? first : withSoundChoices(first, lexicon, entities);
}

function meaningOf(plain: string, lexicon: Lexicon, entities: Entities): Understanding {
  const tokens = tokensOf(plain);
  const whole = labelled(tokens, entities);
  // What is quoted may be somebody else's.
  const apart = tokens.some(({ quoted }) => quoted) ? null : requestIn(whole);
  const { labels, reasons } = apart ?? { labels: whole, reasons: [] };
  const sentences = sentencesOf(labels).filter(({ is }) => is !== 'idle');
  if (sentences.length === 0) return unclear('Nothing was asked for.', EXAMPLES);
  const of = (is: Sentence['is']): Sentence[] => sentences.filter((sentence) => sentence.is === is);
  const changes = [...of('change'), ...(of('change').length > 0 ? of('bare') : [])];
  const questions = of('question');
  if (questions.length > 0 && changes.length === 0 && of('unclear').length + of('bare').length === 0)
    return answered(questions, lexicon, entities);
  const inOrder = sentences.filter(
    ({ is }) => is === 'change' || is === 'bare' || (is === 'unclear' && changes.length === 0),
  );
  const clauses = inOrder
    .flatMap((sentence) => clausesOf(sentence.labels, lexicon.session))
    .map((clause) => ({ ...clause, reasons: [...clause.reasons, ...reasons] }));
  const outcome = changeOf(clauses, entities, lexicon);
  if (
    outcome.is === 'nothing' &&
    questions.length === 0 &&
    (of('unclear').length === 0 || outcome.commands !== undefined)
  )
    return {
      understood: outcome.why,
      action: null,
      names: [],
      ...(outcome.commands ? { commands: outcome.commands } : {}),
    };
  const vague = labels.find((label) => label.near.length > 1);
  const near = vague === undefined ? [] : corrected(plain, vague);
  if (questions.length > 0 || of('unclear').length > 0) {
    const choices = outcome.is === 'change' ? textsOf(outcome) : outcome.is === 'doubt' ? outcome.choices : [];
    const question =
      outcome.is === 'doubt' ? outcome.question : 'It is not certain what is meant. Say one thing at a time.';
    return unclear('More than one thing was said, or not all of it is understood.', question, [...near, ...choices]);
  }
  if (outcome.is === 'doubt')
    return unclear('It is not certain what is meant.', outcome.question, [...near, ...outcome.choices]);
  if (outcome.is === 'nothing') return { understood: outcome.why, action: null, names: [] };
  const secrets = new Set(lexicon.secrets.flatMap(({ name }, at) => (outcome.names.includes(name) ? [at] : [])));
  if (contradicted(labels, { act: outcome.act, secrets }))
    return unclear(
      'It is not certain what is meant.',
      'Something in it speaks against it, or is said to somebody. Say it plainly.',
      [...near, ...textsOf(outcome)],
    );
  return proposed(outcome, lexicon);
}

/** The request alone, where one is told with circumstances; null: it is all said as it is. */
function requestIn(whole: readonly Label[]): Apart | null {
  const apart = setApart(whole);
  const asked = (labels: readonly Label[]) => sentencesOf(labels).filter(({ is }) => is !== 'idle');
  const [only, ...more] = apart === null ? [] : asked(apart.labels);
  if (only === undefined || more.length > 0) return null;
  if (only.is === 'question') return asked(whole).every(({ is }) => is === 'question') ? null : apart;
  return only.is === 'change' ? apart : null;
}

function proposed(
  { act, names, ttl, across }: Extract<Outcome, { is: 'change' }>,
  { secrets, session }: Lexicon,
): Understanding {
  const chosen = secrets.filter(({ name }) => names.includes(name));
  const so = chosen.every(({ active }) => active === (act === 'on')) && ttl === undefined;
  const already = `Nothing to do: ${listed(names)} ${names.length === 1 ? 'is' : 'are'} ${act === 'on' ? 'active already' : 'not active'} in ${session.name}.`;
  return {
    understood: so ? already : changeSentence({ act, names, ttl, across }, session),
    action: act === 'on' ? 'activate' : 'deactivate',
    names,
    ...(ttl === undefined ? {} : { ttl }),
    ...(across ? { acrossEnvironments: true as const } : {}),
  };
}

function answered(questions: readonly Sentence[], lexicon: Lexicon, entities: Entities): Understanding {
  const asked = questions.map((question) => askedFor(question, entities, lexicon));
  const main = asked.find(({ action }) => action === 'doctor') ?? asked.find(({ action }) => action !== null);
  if (main === undefined || main.action === null) {
    const clauses = questions.flatMap(({ labels }) => clausesOf(labels.filter(spoken), lexicon.session));
    const outcome = changeOf(
      clauses.map((clause) => ({ ...clause, odd: [] })),
      entities,
      lexicon,
    );
    const choices = outcome.is === 'change' ? textsOf(outcome) : outcome.is === 'doubt' ? outcome.choices : [];
    return unclear('A question that is not answered here; nothing is changed.', EXAMPLES, choices);
  }
  const names = [
    ...new Set(asked.flatMap((one) => (one.action === main.action || one.action === null ? one.names : []))),
  ];
  const about =
    names.length > 0 ? listed(names) : main.named ? 'something that is not registered' : lexicon.session.name;
  const words = {
    list: main.named
      ? `Whether ${about} is active in ${lexicon.session.name}.`
      : `What is ${main.inactive ? 'not ' : ''}active in ${lexicon.session.name}.`,
    explain: `Where ${about} comes from in ${lexicon.session.name}, and since when.`,
    reveal: `The value of ${about}.`,
    doctor: `Why ${about} does not work in ${lexicon.session.name}.`,
  };
  return { understood: words[main.action], action: main.action, names };
}

/** Of a question that speaks of a change: the change. */
function spoken({ is }: Label): boolean {
  return is !== 'ask' && is !== 'tell' && is !== 'isnt';
}

function textsOf(outcome: Extract<Outcome, { is: 'change' }>): string[] {
  const { act, names, ttl, across } = outcome;
  const text = changeText({ act, names, ttl, across });
  return text === null ? [] : [text];
}

/** The text with what may have been meant in place of what was mistyped. */
function corrected(plain: string, { text, near }: Label): string[] {
  return near.slice(0, MOST_CHOICES).map((meant) => plain.replace(text, () => meant));
}

function unclear(understood: string, question: string, choices: readonly string[] = []): Understanding {
  return { understood, action: null, names: [], question, ...(choices.length > 0 ? { choices: [...choices] } : {}) };
}

/** Only what is understood when it is sent is offered. */
function withSoundChoices(
  { choices = [], ...rest }: Understanding,
  lexicon: Lexicon,
  entities: Entities,
): Understanding {
  const sound = [...new Set(choices)]
    .slice(0, 2 * MOST_CHOICES)
    .filter((choice) => choice.length <= LONGEST_TEXT && meaningOf(choice, lexicon, entities).action !== null);
  return sound.length === 0 ? rest : { ...rest, choices: sound.slice(0, MOST_CHOICES) };
}
