/** Puts the clauses of a text together to one change, or says why they are none. */

import { choose, type Doubt, EVERYTHING, isDoubt } from './choose.js';
import type { Entities } from './entities.js';
import { type Clause, type Item, isEmpty } from './items.js';
import type { Label } from './label.js';
import { completed } from './lists.js';
import { changeText } from './texts.js';
import type { Lexicon } from './types.js';

export type Outcome =
  | { is: 'change'; act: 'on' | 'off'; names: string[]; ttl: number | undefined; across: boolean }
  | { is: 'nothing'; why: string }
  | ({ is: 'doubt' } & Doubt);

/** Longest time that is taken for meant. */
const LONGEST = 365 * 86_400_000;

export function changeOf(clauses: readonly Clause[], entities: Entities, lexicon: Lexicon): Outcome {
  const parts = clauses.map(settled).filter(says);
  const odd = parts.flatMap((clause) => clause.odd);
  const outcome = combined(parts, entities, lexicon);
  if (odd.length === 0) return outcome;
  const choices = outcome.is === 'change' ? texts(outcome) : outcome.is === 'doubt' ? outcome.choices : [];
  // With words that are not understood, nobody said everything.
  const fair = choices.filter((text) => !text.includes(EVERYTHING));
  return { is: 'doubt', question: oddQuestion(odd), choices: fair };
}

function texts({ act, names, ttl, across }: Extract<Outcome, { is: 'change' }>): string[] {
  return [changeText({ act, names, ttl, across })].filter((text) => text !== null);
}

/** What is said by several words at once: "do not need it any more". */
function settled(clause: Clause): Clause {
  const weak = clause.act === 'on' && !clause.strong && clause.negated && clause.longer;
  return weak ? { ...clause, act: 'off', negated: false } : clause;
}

function says({ act, items, excluded, odd, keep, spans, negated, turn, only }: Clause): boolean {
  return (
    act !== null || items.length + excluded.length + odd.length + spans.length > 0 || keep || negated || turn || only
  );
}

function combined(parts: readonly Clause[], entities: Entities, lexicon: Lexicon): Outcome {
  const doubt = (question: string, choices: string[] = []): Outcome => ({ is: 'doubt', question, choices });
  const clauses = withAntecedents(parts);
  if (clauses === null) return doubt('It is not certain what "it" is. Name the secret, or the service that it is for.');
  const doing = clauses.filter(({ act, negated, keep }) => act !== null && !negated && !keep);
  const kept = clauses.filter(({ keep }) => keep);
  const refused = clauses.filter(({ act, negated, keep }) => negated && !keep && act !== null);
  if (clauses.some(({ turn, act }) => turn && act === null))
    return doubt('It is not said whether to turn it on or off.');
  if (clauses.some(({ either, negated }) => either && !negated))
    return doubt('It is one or the other: say which.', eachOf(clauses, entities, lexicon));
  const onlyKept = kept.filter(({ only }) => only);
  if (doing.length === 0 && kept.length === 1 && onlyKept.length === 1)
    return act(
      { act: 'off', items: [all()], excluded: kept.flatMap(({ items }) => items) },
      clauses,
      entities,
      lexicon,
    );
  const acts = new Set(doing.map((clause) => clause.act));
  if (acts.size > 1) return doubt('Only one change is made at a time.', eachOf(doing, entities, lexicon));
  const [now] = acts;
  if (now === undefined || now === null) return withoutDoing(clauses, refused, kept, entities, lexicon);
  const loose = clauses.filter((clause) => clause.act === null && !clause.keep);
  if (loose.length > 0) return doubt('It is not certain what is to be done.', eachOf(doing, entities, lexicon));
  if (doing.some(({ only }) => only) && now === 'on')
    return doubt('Only these, and everything else off? Say one after the other.', eachOf(doing, entities, lexicon));
  const against = refused.filter((clause) => clause.act === now || (now === 'on' && clause.act === 'on'));
  const items = doing.flatMap((clause) => clause.items);
  const excluded = [
    ...doing.flatMap((clause) => clause.excluded),
    ...[...against, ...kept].flatMap((clause) => clause.items),
  ];
  if ([...against, ...kept].some((clause) => clause.items.length === 0))
    return doubt('It is not certain what is left as it is.');
  return act({ act: now, items, excluded }, doing, entities, lexicon);
}

function act(
  { act: now, items, excluded }: { act: 'on' | 'off'; items: Item[]; excluded: Item[] },
  clauses: readonly Clause[],
  entities: Entities,
  lexicon: Lexicon,
): Outcome {
  const spans = [...new Set(clauses.flatMap((clause) => clause.spans))];
  const [ttl] = spans;
  const wanted = {
    ...{ act: now, items, excluded, ttl, reasons: clauses.flatMap((clause) => clause.reasons) },
    ...{ sure: clauses.some(({ sure }) => sure), across: clauses.some(({ across }) => across) },
  };
  const fits = ttl === undefined || (ttl >= 1000 && ttl <= LONGEST);
  if (spans.length > 1 || !fits || (ttl !== undefined && now === 'off')) {
    const chosen = choose({ ...wanted, ttl: undefined }, entities, lexicon);
    const why =
      now === 'off'
        ? 'What is deactivated stays so; a time cannot be given for it.'
        : 'It is not certain for how long.';
    const plain = isDoubt(chosen) ? null : changeText({ act: now, names: chosen.names, across: chosen.across });
    return { is: 'doubt', question: why, choices: plain === null ? [] : [plain] };
  }
  const chosen = choose(wanted, entities, lexicon);
  return isDoubt(chosen) ? { is: 'doubt', ...chosen } : { is: 'change', act: now, ttl, ...chosen };
}

/** Nothing is to be done by what was said; what may have been meant is offered. */
function withoutDoing(
  clauses: readonly Clause[],
  refused: readonly Clause[],
  kept: readonly Clause[],
  entities: Entities,
  lexicon: Lexicon,
): Outcome {
  if (refused.length + kept.length > 0 && clauses.every(({ negated, keep }) => negated || keep))
    return { is: 'nothing', why: 'Nothing is changed: that was not asked for.' };
  const bare = clauses.filter(({ items }) => items.length > 0);
  const choices = (['on', 'off'] as const).flatMap((one) =>
    eachOf(
      bare.map((clause) => ({ ...clause, act: one, sure: true })),
      entities,
      lexicon,
    ),
  );
  return { is: 'doubt', question: 'It is not said what to do.', choices };
}

/** One text for each clause that is certain by itself. */
function eachOf(clauses: readonly Clause[], entities: Entities, lexicon: Lexicon): string[] {
  return clauses.flatMap(({ items, ...clause }) => {
    if (clause.act === null) return [];
    const lists = clause.either ? (completed(items) ?? items).map((item) => [item]) : [items];
    return lists.flatMap((list) => {
      const outcome = act(
        { act: clause.act ?? 'on', items: list, excluded: clause.excluded },
        [{ ...clause, items: list }],
        entities,
        lexicon,
      );
      return outcome.is === 'change' ? texts(outcome) : outcome.is === 'doubt' ? outcome.choices.slice(0, 4) : [];
    });
  });
}

/** "github: turn it on" — what "it" is, where one clause before says so. null: none does. */
function withAntecedents(parts: readonly Clause[]): Clause[] | null {
  const clauses: Clause[] = [];
  for (const clause of parts) {
    const pronoun = clause.items.some(({ it }) => it);
    if (!pronoun) {
      clauses.push(clause);
      continue;
    }
    const own = clause.items
      .filter((item) => !item.it || !isEmpty({ ...item, it: false }))
      .map((item) => ({ ...item, it: false }));
    const before = clauses.at(-1);
    if (own.length > 0) clauses.push({ ...clause, items: own });
    else if (before === undefined || before.items.length === 0) return null;
    else if (before.act === null && !before.keep)
      clauses.splice(-1, 1, { ...clause, items: before.items, odd: [...before.odd, ...clause.odd] });
    else clauses.push({ ...clause, items: before.items });
  }
  return clauses;
}

function all(): Item {
  return { targets: [], all: true, rest: false, it: false, nouns: [], keys: [] };
}

const COMMANDS: Readonly<Record<string, string>> = {
  ...{
    delete: 'secret rm',
    erase: 'secret rm',
    destroy: 'secret destroy',
    rotate: 'secret set',
    renew: 'secret set',
    refresh: 'secret set',
  },
  ...{
    register: 'add',
    store: 'add',
    save: 'add',
    new: 'add',
    'a new': 'add',
    approve: 'approve',
    deny: 'deny',
    end: 'session end',
    close: 'session end',
  },
  ...{
    seal: 'vault seal',
    unseal: 'vault unseal',
    backup: 'vault backup',
    reset: 'sandbox reset',
    rename: 'secret edit',
    edit: 'secret edit',
  },
  ...{
    change: 'secret edit',
    update: 'secret set',
    scan: 'scan',
    leak: 'leak',
    leaked: 'leak',
    rollback: 'secret rollback',
    'roll back': 'secret rollback',
  },
};

function oddQuestion(odd: readonly Label[]): string {
  const [first] = odd;
  const text = (first?.text ?? '').slice(0, 60);
  const other = odd.find(({ is }) => is === 'other');
  const command = COMMANDS[other?.text.toLowerCase() ?? ''];
  if (other !== undefined) {
    const how = command === undefined ? 'ampoule --help' : `ampoule ${command} --help`;
    return `Words activate and deactivate, and nothing else. For "${other.text}": \`${how}\`.`;
  }
  if (first?.is === 'when') return `A change is made at once or not at all. "${text}" leaves that open.`;
  if ((first?.near.length ?? 0) > 1) return `"${text}" could be ${first?.near.slice(0, 6).join(' or ')}.`;
  return `"${text}" is not understood here.`;
}
