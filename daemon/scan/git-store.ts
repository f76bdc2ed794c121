/** Reads single objects again out of packs and loose files that are held in memory. Searches nothing and knows no commit. */

import { applyDelta } from './git-delta.js';
import { type Entry, entryAt } from './git-entries.js';
import { looseObject, type ObjectType } from './git-objects.js';
import type { Inflater } from './inflate.js';
import type { Limits } from './limits.js';

/** Where an object lies: at an offset of a pack, or deflated as a file of its own. */
export type Place = { pack: Buffer; offset: number } | { loose: Buffer };

/** Bytes of objects that are kept because others build on them. */
const CACHE = 64 * 1024 * 1024;

export class ObjectStore {
  readonly #places = new Map<string, Place>();
  readonly #cache = new Map<Buffer, Map<number, Buffer>>();
  readonly #limits: Pick<Limits, 'object' | 'chain'>;
  readonly #inflater: Inflater;
  #cached = 0;

  constructor(limits: Pick<Limits, 'object' | 'chain'>, inflater: Inflater) {
    this.#limits = limits;
    this.#inflater = inflater;
  }

  put(id: string, place: Place): void {
    this.#places.set(id, place);
  }

  /** null: it is not here, not of this type, or broken. @throws Exhausted */
  read(id: string, type: ObjectType): Buffer | null {
    const place = this.#places.get(id);
    if (place === undefined) return null;
    if ('pack' in place) return this.#packed(place.pack, place.offset, type);
    const read = this.#inflater.inflate(place.loose, 0, this.#limits.object);
    const object = read && looseObject(read.content);
    return object?.type === type ? object.content : null;
  }

  #packed(pack: Buffer, offset: number, type: ObjectType): Buffer | null {
    const deltas: Entry[] = [];
    let content: Buffer | null = null;
    for (let at: number | null = offset; content === null; ) {
      const known: Buffer | undefined = this.#cache.get(pack)?.get(at);
      if (known !== undefined) {
        content = known;
        break;
      }
      const entry = entryAt(pack, at);
      if (entry === null || deltas.length > this.#limits.chain || entry.size > this.#limits.object) return null;
      if ('type' in entry.is) {
        if (entry.is.type !== type) return null;
        content = this.#inflate(pack, entry);
        if (content === null) return null;
        this.#keep(pack, at, content);
        break;
      }
      deltas.push(entry);
      at = this.#offsetOf(pack, entry.is.base);
      if (at === null) return null;
    }
    for (let entry = deltas.pop(); entry !== undefined && content !== null; entry = deltas.pop()) {
      const delta = this.#inflate(pack, entry);
      content = delta && applyDelta(content, delta, this.#limits.object);
      if (content === null) return null;
      this.#inflater.spend(content.length);
      this.#keep(pack, entry.offset, content);
    }
    return content;
  }

  #offsetOf(pack: Buffer, base: number | string): number | null {
    if (typeof base === 'number') return base;
    const place = this.#places.get(base);
    return place !== undefined && 'pack' in place && place.pack === pack ? place.offset : null;
  }

  #inflate(pack: Buffer, entry: Entry): Buffer | null {
    return this.#inflater.inflate(pack, entry.at, entry.size)?.content ?? null;
  }

  /** All is dropped when there is too much: simpler than the oldest first, and nearly as good. */
  #keep(pack: Buffer, offset: number, content: Buffer): void {
    if (this.#cached + content.length > CACHE) {
      this.#cache.clear();
      this.#cached = 0;
    }
    const own = this.#cache.get(pack) ?? new Map<number, Buffer>();
    if (!own.has(offset)) this.#cached += content.length;
    own.set(offset, content);
    this.#cache.set(pack, own);
  }
}
