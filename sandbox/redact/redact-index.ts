/** Finds quickly which of many byte patterns may begin at a place; knows nothing of streams or replacements. */

import { SHORTEST } from './patterns.js';

/** A pattern and whose value it shows. */
export interface Pattern {
  bytes: Uint8Array;
  name: string;
}

/** Patterns by their first eight bytes: a table of safe skips (Wu and Manber's), and a hash table of chains behind it. */
export interface PatternIndex {
  /** Sorted by their bytes. */
  patterns: Pattern[];
  /** By hash of the last four of eight bytes: so many places further on a pattern may begin; 0: here. */
  skips: Uint8Array;
  /** A hash of four bytes is shifted right by this much. */
  skipShift: number;
  /** First pattern of the chain for a hash of eight bytes, longest pattern first; -1: none. */
  chains: Int32Array;
  chainShift: number;
  /** Next pattern in the chain; -1: none. */
  next: Int32Array;
  /** 1 for each byte that a pattern begins with. */
  firsts: Uint8Array;
  /** One bit for each two bytes that a pattern begins with. */
  pairs: Uint8Array;
}

const BLOCK = 4;

/** Takes over the patterns (each at least eight bytes); the same bytes twice are kept once, and the copy is wiped. */
export function indexPatterns(given: Pattern[]): PatternIndex {
  const sorted = [...given].sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  const patterns: Pattern[] = [];
  for (const pattern of sorted) {
    const last = patterns[patterns.length - 1];
    if (last && Buffer.compare(last.bytes, pattern.bytes) === 0) pattern.bytes.fill(0);
    else patterns.push(pattern);
  }
  const size = Math.ceil(Math.log2(patterns.length + 1));
  const skipBits = Math.min(22, Math.max(14, size + 6));
  const chainBits = Math.min(20, Math.max(8, size + 1));
  const index: PatternIndex = {
    patterns,
    skips: new Uint8Array(2 ** skipBits).fill(SHORTEST - BLOCK + 1),
    skipShift: 32 - skipBits,
    chains: new Int32Array(2 ** chainBits).fill(-1),
    chainShift: 32 - chainBits,
    next: new Int32Array(patterns.length).fill(-1),
    firsts: new Uint8Array(256),
    pairs: new Uint8Array(65536 / 8),
  };
  const shortestFirst = patterns.map((_, at) => at);
  shortestFirst.sort((a, b) => (patterns[a]?.bytes.length ?? 0) - (patterns[b]?.bytes.length ?? 0));
  for (const at of shortestFirst) enter(index, at);
  return index;
}

function enter(index: PatternIndex, at: number): void {
  const bytes = index.patterns[at]?.bytes ?? new Uint8Array(SHORTEST);
  for (let from = 0; from + BLOCK <= SHORTEST; from += 1) {
    const slot = Math.imul(wordAt(bytes, from), MIX) >>> index.skipShift;
    index.skips[slot] = Math.min(index.skips[slot] ?? 0, SHORTEST - BLOCK - from);
  }
  const pair = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  index.firsts[pair >> 8] = 1;
  index.pairs[pair >> 3] = (index.pairs[pair >> 3] ?? 0) | (1 << (pair & 7));
  const chain = chainOf(index, bytes, 0);
  index.next[at] = index.chains[chain] ?? -1;
  index.chains[chain] = at;
}

const MIX = 0x9e3779b1;

function chainOf(index: PatternIndex, bytes: Uint8Array, at: number): number {
  return (Math.imul(wordAt(bytes, at), MIX) + Math.imul(wordAt(bytes, at + BLOCK), 0x85ebca6b)) >>> index.chainShift;
}

// Only called inside the bounds; a check here would halve the speed of the whole search.
function wordAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

/** First place from `at` on where a pattern may begin; beyond `text.length - 8` when there is none. */
export function nextCandidate(index: PatternIndex, text: Uint8Array, at: number): number {
  const { skips, skipShift } = index;
  const end = text.length - SHORTEST;
  let place = at;
  while (place <= end) {
    const skip = skips[Math.imul(wordAt(text, place + BLOCK), MIX) >>> skipShift] as number;
    if (skip === 0) break;
    place += skip;
  }
  return place;
}

/**
 * The longest pattern at a candidate place. 'more': one fits as far as the text goes, and what follows decides; with
 * `last` nothing follows. null: none.
 */
export function matchAt(index: PatternIndex, text: Uint8Array, at: number, last: boolean): Pattern | 'more' | null {
  for (let chain = index.chains[chainOf(index, text, at)] ?? -1; chain >= 0; chain = index.next[chain] ?? -1) {
    const pattern = index.patterns[chain];
    if (!pattern) break;
    const length = Math.min(pattern.bytes.length, text.length - at);
    const whole = length === pattern.bytes.length;
    if ((last && !whole) || !equal(text, at, pattern.bytes, length)) continue;
    return whole ? pattern : 'more';
  }
  return null;
}

function equal(text: Uint8Array, at: number, pattern: Uint8Array, length: number): boolean {
  for (let byte = 0; byte < length; byte += 1) if (text[at + byte] !== pattern[byte]) return false;
  return true;
}

/** Whether some pattern begins with what the text has from here to its end (fewer than eight bytes). */
export function someBeginsWith(index: PatternIndex, text: Uint8Array, from: number): boolean {
  const first = text[from] ?? 0;
  const second = text[from + 1];
  if (second === undefined) return index.firsts[first] === 1;
  const pair = (first << 8) | second;
  if (((index.pairs[pair >> 3] ?? 0) & (1 << (pair & 7))) === 0) return false;
  let low = 0;
  let high = index.patterns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(index, middle, text, from) < 0) low = middle + 1;
    else high = middle;
  }
  return low < index.patterns.length && order(index, low, text, from) === 0;
}

/** Below zero when the pattern sorts before the text's end, zero when it begins with it. */
function order(index: PatternIndex, at: number, text: Uint8Array, from: number): number {
  const bytes = index.patterns[at]?.bytes;
  for (let byte = from; byte < text.length; byte += 1) {
    const difference = (bytes?.[byte - from] ?? 0) - (text[byte] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
