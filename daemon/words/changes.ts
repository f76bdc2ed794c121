/** Puts the clauses of a text together to one change, or says why they are none. */

import { choose, type Doubt, EVERYTHING, isDoubt } from './choose.js';
import { oddQuestion, renewing } from './elsewhere.js';
import type { Entities } from './entities.js';
import { type Clause, type Item, isEmpty } from './items.js';
import { completed } from './lists.js';
import { meantBy } from './meant.js';
import { changeText } from './texts.js';
import type { Lexicon } from './types.js';

export type Outcome =
  | { is: 'change'; act: 'on' | 'off'; names: string[]; ttl: number | undefined; across: boolean }
  /** `commands` do what was said, where words do not. */
  | { is: 'nothing'; why: string; commands?: string[] }
  | ({ is: 'doubt' } & Doubt);

/** Longest time that is taken for meant. */
const LONGEST = 365 * 86_400_000;

export function changeOf(clauses: readonly Clause[], entities: Entities, lexicon: Lexicon): Outcome {
  const parts = clauses.map(settled).filter(says);
  const odd = parts.flatMap((clause) => clause.odd);
  const outcome = combined(parts, entities, lexicon);
  if (odd.length === 0) return outcome;
  const commands = renewing(parts, entities, lexicon);
  if (commands !== null)
    return { is: 'nothing', why: 'Nothing is changed: a new value is set by a command.', commands };
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
  // "keep the rest": what is named is all.
  const named = doing.length > 0 && doing.every(({ items }) => items.every(({ targets }) => targets.length > 0));
  const kept = clauses.filter(({ keep, items }) => keep && !(named && items.length > 0 && items.every(isRest)));
  const refused = clauses.filter(({ act, negated, keep }) => negated && !keep && act !== null);
  if (clauses.some(({ turn, act }) => turn && act === null))
    return doubt('It is not said whether to turn it on or off.');
  if (clauses.some(({ either, negated }) => either && !negated))
    return doubt('It is one or the other: say which.', eachOf(clauses, entities, lexicon));
  const onlyKept = kept.filter(({ only }) => only);
  if (clauses.length === 1 && onlyKept.length === 1)
    return act(
      { act: 'off', items: [all()], excluded: kept.flatMap(({ items }) => items) },
      clauses,
      entities,
      lexicon,
    );
  if (doing.length === 0 && onlyKept.length > 0 && kept.length > 1)
    return doubt('Only these, and everything else off? Say "keep only", and which.');
  if (doing.some((clause) => clause.instead && leavesActive(clause, entities, lexicon)))
    return doubt('What is active is not replaced at once: say one after the other.', [
      ...eachOf(doing, entities, lexicon),
      ...eachOf(
        doing.map((clause) => ({ ...clause, act: 'off' as const, items: clause.excluded, excluded: [] })),
        entities,
        lexicon,
      ),
    ]);
  const acts = new Set(doing.map((clause) => clause.act));
  if (acts.size > 1) return doubt('Only one change is made at a time.', eachOf(doing, entities, lexicon));
  const [now] = acts;
  const timed = clauses.every(isBare) && clauses.some(({ spans }) => spans.length > 0);
  // "github for 1h": only what is activated has a time.
  if (timed)
    return act({ act: 'on', items: clauses.flatMap(({ items }) => items), excluded: [] }, clauses, entities, lexicon);
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

function isRest({ rest, all: whole }: Item): boolean {
  return rest && !whole;
}

/** Nothing but a list of names, and a time. */
function isBare(clause: Clause): boolean {
  const { act: doing, negated, keep, only, turn, longer, either, excluded, items } = clause;
  const more = negated || keep || only || turn || longer || either || excluded.length > 0;
  return doing === null && !more && items.every(({ targets, it, rest }) => targets.length > 0 && !it && !rest);
}

/** Of what is replaced, something is active. */
function leavesActive({ excluded }: Clause, entities: Entities, lexicon: Lexicon): boolean {
  const meant = excluded.flatMap((item) => meantBy(item, entities, lexicon).sets);
  return meant.some((set) => [...set].some((index) => lexicon.secrets[index]?.active === true));
}

function all(): Item {
  return { targets: [], all: true, rest: false, it: false, both: false, nouns: [], keys: [] };
}
