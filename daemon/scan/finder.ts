/** Finds which of many values stand in bytes that pass, in every encoding, and where. Says names and places, never bytes. */

import {
  type Encoding,
  indexPatterns,
  makeRedactor,
  matchAt,
  namedForms,
  nextCandidate,
  type PatternIndex,
  REDACTED_FROM,
  type RedactorFactory,
} from '../../sandbox/index.js';
import { neutral } from './neutral.js';
import type { Target } from './words.js';

/** Of a longer form, this much from its middle is looked for: what many values begin with alike is no sign of one. */
const LONGEST = 128;
const ANCHOR = 64;

/** A value in an encoding, at the first place where it stands. */
export interface Hit {
  secret: string;
  version: number;
  current: boolean;
  encoding: Encoding;
  /** From 1. */
  line: number;
  offset: number;
  count: number;
}

/** Searches one stream of bytes. */
export interface Search {
  push(chunk: Uint8Array): void;
  /** What was found; newest version of each secret first among equals. */
  end(): Hit[];
}

export interface Finder {
  search(): Search;
  /** All of a text that is at hand. */
  within(bytes: Uint8Array): Hit[];
  /** The text with values replaced, without control characters, at most `most` characters long. */
  shown(text: Uint8Array | string, most: number): string;
  /** Targets too short to be told from ordinary text. */
  short: Pick<Target, 'secret' | 'version'>[];
  /** Clears all that it knows of values. */
  wipe(): void;
}

/** What a pattern stands for; several targets where their values, or the middles of these, are the same. */
interface Meaning {
  of: Omit<Hit, 'line' | 'offset' | 'count'>[];
  /** Bytes and newlines of the form that come before the pattern. */
  before: number;
  newlines: number;
}

const NONE: Hit[] = [];
const LF = 10;

/** Copies what it needs: the caller wipes the targets. */
export function makeFinder(targets: readonly Target[]): Finder {
  const { index, meanings, short } = patternsOf(targets);
  const redactor: RedactorFactory = makeRedactor(targets.map(({ secret, value }) => ({ name: secret, value })));
  return {
    search: () => new StreamSearch(index, meanings),
    within(bytes) {
      if (bytes.length < REDACTED_FROM || index.patterns.length === 0) return NONE;
      const search = new StreamSearch(index, meanings);
      search.push(bytes);
      return search.end();
    },
    shown(text, most) {
      const stream = redactor.stream();
      return neutral(Buffer.concat([stream.push(Buffer.from(text)), stream.end()]), most);
    },
    short,
    wipe() {
      redactor.wipe();
      for (const { bytes } of index.patterns) bytes.fill(0);
    },
  };
}

function patternsOf(targets: readonly Target[]): {
  index: PatternIndex;
  meanings: Meaning[];
  short: Finder['short'];
} {
  const short: Finder['short'] = [];
  const known: { bytes: Uint8Array; before: number; newlines: number; of: Meaning['of'][number] }[] = [];
  for (const { secret, version, current, value } of targets) {
    const forms = namedForms(value);
    if (forms.length === 0) short.push({ secret, version });
    for (const { bytes, encoding } of forms)
      known.push({ ...anchorOf(bytes), of: { secret, version, current, encoding } });
  }
  known.sort((a, b) => Buffer.compare(a.bytes, b.bytes) || b.of.version - a.of.version);
  const meanings: Meaning[] = [];
  const patterns: { name: string; bytes: Uint8Array }[] = [];
  for (const { bytes, before, newlines, of } of known) {
    const last = patterns.at(-1);
    if (last !== undefined && Buffer.compare(last.bytes, bytes) === 0) {
      const said = meanings.at(-1)?.of ?? [];
      if (!said.some(({ secret }) => secret === of.secret)) said.push(of);
      bytes.fill(0);
      continue;
    }
    patterns.push({ name: String(meanings.length), bytes });
    meanings.push({ of: [of], before, newlines });
  }
  return { index: indexPatterns(patterns), meanings, short };
}

/** The form itself, or its middle; the rest is wiped. */
function anchorOf(form: Uint8Array): { bytes: Uint8Array; before: number; newlines: number } {
  if (form.length <= LONGEST) return { bytes: form, before: 0, newlines: 0 };
  const before = (form.length - ANCHOR) >> 1;
  const bytes = form.slice(before, before + ANCHOR);
  const newlines = newlinesIn(form, 0, before);
  form.fill(0);
  return { bytes, before, newlines };
}

class StreamSearch implements Search {
  readonly #index: PatternIndex;
  readonly #meanings: Meaning[];
  readonly #hits = new Map<string, Hit>();
  /** Bytes at the end of what came that may begin a value. */
  #held: Uint8Array = new Uint8Array(0);
  /** Bytes and newlines before `held`. */
  #offset = 0;
  #lines = 0;

  constructor(index: PatternIndex, meanings: Meaning[]) {
    this.#index = index;
    this.#meanings = meanings;
  }

  push(chunk: Uint8Array): void {
    this.#pass(chunk, false);
  }

  end(): Hit[] {
    if (this.#held.length > 0) this.#pass(new Uint8Array(0), true);
    if (this.#hits.size === 0) return NONE;
    const hits = [...this.#hits.values()];
    // A value that stands there whole also shows each of its lines.
    const key = ({ secret, version }: Hit) => `${version} ${secret}`;
    const whole = new Set(hits.filter(({ encoding }) => encoding !== 'line').map(key));
    return hits.filter((hit) => hit.encoding !== 'line' || !whole.has(key(hit)));
  }

  #pass(chunk: Uint8Array, last: boolean): void {
    const text = joined(this.#held, chunk);
    const { patterns } = this.#index;
    let hold = Math.max(0, text.length - REDACTED_FROM + 1);
    let counted = 0;
    if (patterns.length > 0) {
      let at = nextCandidate(this.#index, text, 0);
      for (; at <= text.length - REDACTED_FROM; at = nextCandidate(this.#index, text, at + 1)) {
        const match = matchAt(this.#index, text, at, last);
        if (match === 'more') {
          hold = at;
          break;
        }
        if (match === null) continue;
        this.#lines += newlinesIn(text, counted, at);
        counted = at;
        this.#found(Number(match.name), at);
      }
    }
    if (last) hold = text.length;
    this.#lines += newlinesIn(text, counted, hold);
    this.#offset += hold;
    this.#held = text.slice(hold);
  }

  #found(name: number, at: number): void {
    const meaning = this.#meanings[name];
    if (meaning === undefined) return;
    for (const of of meaning.of) {
      const key = `${of.version} ${of.encoding} ${of.secret}`;
      const known = this.#hits.get(key);
      if (known !== undefined) {
        known.count += 1;
        continue;
      }
      const offset = Math.max(0, this.#offset + at - meaning.before);
      this.#hits.set(key, { ...of, line: Math.max(1, this.#lines + 1 - meaning.newlines), offset, count: 1 });
    }
  }
}

function joined(held: Uint8Array, chunk: Uint8Array): Uint8Array {
  if (held.length === 0) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
  const text = new Uint8Array(held.length + chunk.length);
  text.set(held);
  text.set(chunk, held.length);
  return text;
}

function newlinesIn(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += 1) if (bytes[at] === LF) count += 1;
  return count;
}
