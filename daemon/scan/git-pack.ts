/** Hands out every object of one git pack that is held in memory, deltas put together; asks no index for what is where. */

import { applyDelta, deltaSizes } from './git-delta.js';
import { type Entry, entryAt, indexOffsets, packCount } from './git-entries.js';
import { idOf, type ObjectType } from './git-objects.js';
import type { Inflater } from './inflate.js';
import type { Limits } from './limits.js';

export interface PackObject {
  type: ObjectType;
  id: string;
  content: Buffer;
  offset: number;
}

export interface PackOptions {
  limits: Pick<Limits, 'object' | 'held' | 'chain'>;
  inflater: Inflater;
  /** Hears of what cannot be read. */
  skipped(reason: string): void;
}

/** An object whose deltas are being put together. */
interface Node {
  content: Buffer;
  id: string;
  depth: number;
  /** Entries that build on it, and how many of them are done. */
  deltas: Entry[];
  next: number;
}

/**
 * Each object once, in no order that matters. What is broken or too large is left out with all that builds on it.
 * @param index the pack's index, if there is one
 * @throws Exhausted
 */
export function eachObject(
  pack: Buffer,
  index: Buffer | null,
  options: PackOptions,
  found: (object: PackObject) => void,
): void {
  new PackReader(pack, options, found).read(index);
}

class PackReader {
  readonly #pack: Buffer;
  readonly #options: PackOptions;
  readonly #found: (object: PackObject) => void;
  /** By offset or id of what they build on: offsets of deltas. */
  readonly #deltas = new Map<number | string, number[]>();
  #heldBytes = 0;
  #told = new Map<string, number>();

  constructor(pack: Buffer, options: PackOptions, found: (object: PackObject) => void) {
    this.#pack = pack;
    this.#options = options;
    this.#found = found;
  }

  read(index: Buffer | null): void {
    const count = packCount(this.#pack);
    if (count === null) {
      this.#options.skipped('it is no pack of version 2 or 3');
      return;
    }
    this.#walk(count, index, (entry, content) => this.#take(entry, content));
    for (const base of this.#deltas.keys()) {
      const entry = typeof base === 'number' ? entryAt(this.#pack, base) : null;
      if (entry === null || !('type' in entry.is)) continue;
      const { type } = entry.is;
      const content = this.#inflate(entry);
      if (content !== null) this.#putTogether(type, { content, id: idOf(type, content), offset: entry.offset });
    }
    // Bases that are named by their ids may stand anywhere, so all are gone through again; git rarely writes such packs.
    if ([...this.#deltas.keys()].some((base) => typeof base === 'string'))
      this.#walk(count, index, ({ is, offset }, content) => {
        if (!('type' in is)) return;
        const id = idOf(is.type, content);
        if (this.#deltas.has(id)) this.#putTogether(is.type, { content, id, offset });
      });
    const lost = [...this.#deltas.values()].reduce((sum, offsets) => sum + offsets.length, 0);
    if (lost > 0) this.#options.skipped(`${lost} objects build on others that are not there`);
    for (const [reason, times] of this.#told)
      this.#options.skipped(times === 1 ? reason : `${reason} (${times} times)`);
  }

  /** Goes through every entry: where one ends is known once it is inflated. */
  #walk(count: number, index: Buffer | null, visit: (entry: Entry, content: Buffer) => void): void {
    const { limits, inflater } = this.#options;
    let offsets: number[] | null = null;
    let offset = 12;
    let seen = 0;
    for (; seen < count && offset < this.#pack.length - 20; seen += 1) {
      inflater.object();
      const entry = entryAt(this.#pack, offset);
      const fits = entry !== null && entry.size <= limits.object;
      const read = fits ? inflater.inflate(this.#pack, entry.at, entry.size) : null;
      if (entry !== null && read !== null && read.content.length === entry.size) {
        visit(entry, read.content);
        offset = read.end;
        continue;
      }
      this.#tell('an object is broken or too large');
      offsets ??= index === null ? [] : indexOffsets(index);
      const after = firstAbove(offsets, offset);
      if (after === undefined) {
        this.#tell('what follows a broken object could not be found');
        return;
      }
      offset = after;
    }
    // Over a broken object it went by the index, which says how many there are no better than the pack.
    if (offsets !== null) return;
    if (seen < count) this.#tell('it has fewer objects than it says');
    else if (offset < this.#pack.length - 20) this.#tell('it has more after its last object, which was not read');
  }

  #take({ is, offset }: Entry, content: Buffer): void {
    if ('type' in is) {
      this.#found({ type: is.type, id: idOf(is.type, content), content, offset });
      return;
    }
    const siblings = this.#deltas.get(is.base) ?? [];
    siblings.push(offset);
    this.#deltas.set(is.base, siblings);
  }

  /** Everything that builds on an object, depth first; an object goes when its last delta is begun. */
  #putTogether(type: ObjectType, base: { content: Buffer; id: string; offset: number }): void {
    const { limits, inflater } = this.#options;
    const stack: Node[] = [];
    const push = (content: Buffer, id: string, depth: number, offset: number): void => {
      const deltas = this.#deltasOn(offset, id);
      if (deltas.length === 0) return;
      this.#heldBytes += content.length;
      stack.push({ content, id, depth, deltas, next: 0 });
    };
    push(base.content, base.id, 0, base.offset);
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const entry = node.deltas[node.next];
      node.next += 1;
      if (node.next >= node.deltas.length) {
        stack.pop();
        this.#heldBytes -= node.content.length;
      }
      if (entry === undefined) continue;
      const delta = this.#inflate(entry);
      const size = delta === null ? 0 : (deltaSizes(delta)?.result ?? 0);
      if (node.depth >= limits.chain || this.#heldBytes + size > limits.held) {
        this.#tell('too many deltas lie on top of each other');
        continue;
      }
      const content = delta && applyDelta(node.content, delta, limits.object);
      if (content === null) {
        this.#tell('an object is broken or too large');
        continue;
      }
      inflater.spend(content.length);
      const id = idOf(type, content);
      this.#found({ type, id, content, offset: entry.offset });
      push(content, id, node.depth + 1, entry.offset);
    }
  }

  /** Those on which nothing builds come first, so that little is held. */
  #deltasOn(offset: number, id: string): Entry[] {
    const offsets = [...(this.#deltas.get(offset) ?? []), ...(this.#deltas.get(id) ?? [])];
    this.#deltas.delete(offset);
    this.#deltas.delete(id);
    const entries = offsets.map((one) => entryAt(this.#pack, one)).filter((entry) => entry !== null);
    const leads = (entry: Entry) => (this.#deltas.has(entry.offset) ? 1 : 0);
    return entries.sort((a, b) => leads(a) - leads(b));
  }

  #inflate(entry: Entry): Buffer | null {
    return this.#options.inflater.inflate(this.#pack, entry.at, entry.size)?.content ?? null;
  }

  #tell(reason: string): void {
    this.#told.set(reason, (this.#told.get(reason) ?? 0) + 1);
  }
}

function firstAbove(sorted: readonly number[], value: number): number | undefined {
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return sorted[low];
}
