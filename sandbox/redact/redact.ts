/** Replaces values in streams of bytes as they pass, also where they are split, overlap or are encoded; keeps no output. */

import { formsOf, SHORTEST } from './patterns.js';
import {
  indexPatterns,
  matchAt,
  nextCandidate,
  type Pattern,
  type PatternIndex,
  someBeginsWith,
} from './redact-index.js';

/** Longer forms are looked for piece by piece, so that little is held back and the work stays linear. */
const LONGEST = 128;
const PIECE = 64;

/** Replaces values in one stream. What may be the beginning of a value is held back until the next chunk or the end. */
export interface StreamRedactor {
  /**
   * Gives what can be said by now; may be the chunk itself, or empty.
   * @param cut what came right before it is lost: what may be a part of a value there is left out, before and after it.
   */
  push(chunk: Uint8Array, cut?: boolean): Uint8Array;
  /** Gives what was held back. */
  end(): Uint8Array;
}

const NOTHING = indexPatterns([]);

/** A value and the name that stands for it. */
export interface NamedValue {
  name: string;
  value: Uint8Array;
}

/** Knows the values and makes one redactor for each stream. */
export interface RedactorFactory {
  stream(): StreamRedactor;
  /** Replaces these too from now on, in the streams that run as well; what they hold back counts. The caller wipes its own. */
  learn(values: readonly NamedValue[]): void;
  /** Values of fewer than eight bytes: left alone. */
  skipped: number;
  /** Clears all it knows; streams that still run refuse to go on, they never pass a value. */
  wipe(): void;
}

/** A factory for these values; they are copied, so the caller wipes its own. Each is replaced by `[redacted:<name>]`. */
export function makeRedactor(values: readonly NamedValue[]): RedactorFactory {
  const known: Known = { index: NOTHING, wiped: false };
  const factory: RedactorFactory = {
    stream: () => new Stream(known),
    skipped: 0,
    learn(more) {
      const patterns: Pattern[] = [];
      for (const { name, value } of more) {
        const forms = formsOf(value);
        if (forms.length === 0) factory.skipped += 1;
        for (const form of forms) for (const bytes of pieces(form)) patterns.push({ name, bytes });
      }
      if (patterns.length > 0) known.index = indexPatterns([...known.index.patterns, ...patterns]);
    },
    wipe() {
      known.wiped = true;
      for (const { bytes } of known.index.patterns) bytes.fill(0);
    },
  };
  factory.learn(values);
  return factory;
}

/** What all streams of a factory know. */
interface Known {
  index: PatternIndex;
  wiped: boolean;
}

/** The form itself, or pieces that together cover it. Only the last one, which overlaps, has memory of its own. */
function pieces(form: Uint8Array): Uint8Array[] {
  if (form.length <= LONGEST) return [form];
  const last = form.slice(form.length - PIECE);
  const cut: Uint8Array[] = [];
  for (let at = 0; at + PIECE < form.length; at += PIECE) cut.push(form.subarray(at, at + PIECE));
  const end = cut.length * PIECE;
  form.fill(0, end);
  cut.push(last);
  return cut;
}

class Stream implements StreamRedactor {
  readonly #known: Known;
  /** Bytes that may still become part of a value. */
  #held: Uint8Array = new Uint8Array(0);
  /** So many of the held bytes are replaced already. */
  #covered = 0;
  /** Whose value was replaced last, while more of it may follow. */
  #name: string | null = null;
  /** So many bytes, from the held ones on, may be the rest of a value that began before. */
  #mute = 0;

  constructor(known: Known) {
    this.#known = known;
  }

  push(chunk: Uint8Array, cut = false): Uint8Array {
    if (cut) {
      this.#held.fill(0);
      this.#held = new Uint8Array(0);
      this.#covered = 0;
      this.#name = null;
      // As much of a value as no pattern may find is at most so long.
      this.#mute = LONGEST - 1;
    }
    return this.#pass(chunk, false);
  }

  end(): Uint8Array {
    return this.#pass(new Uint8Array(0), true);
  }

  #pass(chunk: Uint8Array, last: boolean): Uint8Array {
    const { index, wiped } = this.#known;
    if (wiped) throw new Error('the values to redact were wiped; make a new redactor');
    const owned = this.#held.length > 0;
    const text = joined(this.#held, chunk);
    if (owned) this.#held.fill(0);
    const out: Uint8Array[] = [];
    let plain = this.#covered;
    let hold = text.length;
    let at = nextCandidate(index, text, 0);
    for (; at <= text.length - SHORTEST; at = nextCandidate(index, text, at + 1)) {
      const match = matchAt(index, text, at, last);
      if (match === 'more') {
        hold = at;
        break;
      }
      if (!match || at + match.bytes.length <= plain) continue;
      if (at > plain) out.push(text.slice(Math.max(plain, Math.min(at, this.#mute)), at));
      if (at > plain || this.#name !== match.name) out.push(Buffer.from(`[redacted:${match.name}]`));
      this.#name = match.name;
      plain = at + match.bytes.length;
    }
    if (!last && hold === text.length) hold = this.#beginning(text);
    if (hold > plain) {
      const from = Math.max(plain, Math.min(hold, this.#mute));
      out.push(from === 0 && !owned && hold === text.length ? text : text.slice(from, hold));
      this.#name = null;
    }
    this.#mute = Math.max(0, this.#mute - hold);
    this.#held = text.slice(hold);
    this.#covered = Math.max(0, plain - hold);
    if (owned) text.fill(0);
    return out.length === 1 && out[0] ? out[0] : Buffer.concat(out);
  }

  /** Where in the last few bytes a pattern may begin; the text's length when nowhere. */
  #beginning(text: Uint8Array): number {
    let place = Math.max(0, text.length - SHORTEST + 1);
    while (place < text.length && !someBeginsWith(this.#known.index, text, place)) place += 1;
    return place;
  }
}

/** One plain array: a Buffer's `slice` would share its memory. */
function joined(held: Uint8Array, chunk: Uint8Array): Uint8Array {
  if (held.length === 0) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
  const text = new Uint8Array(held.length + chunk.length);
  text.set(held);
  text.set(chunk, held.length);
  return text;
}
