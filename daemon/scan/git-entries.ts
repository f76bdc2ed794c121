/** Reads the heads of a pack's entries and the offsets that a pack's index gives. Inflates nothing. */

import type { ObjectType } from './git-objects.js';

/** The head of one entry of a pack. */
export interface Entry {
  offset: number;
  /** Where its zlib stream begins. */
  at: number;
  /** Bytes that come out of it. */
  size: number;
  /** What it is, or what it builds on: the offset of an entry before it, or an id. */
  is: { type: ObjectType } | { base: number | string };
}

const TYPES: readonly (ObjectType | null)[] = [null, 'commit', 'tree', 'blob', 'tag'];

/** null: nothing that a pack may hold. */
export function entryAt(pack: Buffer, offset: number): Entry | null {
  let byte = pack[offset];
  if (byte === undefined) return null;
  const kind = (byte >> 4) & 7;
  let size = byte & 15;
  let at = offset + 1;
  for (let factor = 16; (byte & 0x80) !== 0; factor *= 128, at += 1) {
    byte = pack[at];
    if (byte === undefined || factor > 2 ** 46) return null;
    size += (byte & 0x7f) * factor;
  }
  const type = TYPES[kind];
  if (type) return { offset, at, size, is: { type } };
  if (kind === 7 && at + 20 <= pack.length)
    return { offset, at: at + 20, size, is: { base: pack.toString('hex', at, at + 20) } };
  if (kind !== 6) return null;
  byte = pack[at] ?? 0;
  let back = byte & 0x7f;
  at += 1;
  for (; (byte & 0x80) !== 0; at += 1) {
    byte = pack[at];
    if (byte === undefined || back > 2 ** 40) return null;
    back = (back + 1) * 128 + (byte & 0x7f);
  }
  return back > 0 && back <= offset - 12 ? { offset, at, size, is: { base: offset - back } } : null;
}

/** Entries that a pack says it has; null: it is no pack that we know. */
export function packCount(pack: Buffer): number | null {
  const known = pack.length >= 12 && pack.toString('latin1', 0, 4) === 'PACK' && [2, 3].includes(pack.readUInt32BE(4));
  return known ? pack.readUInt32BE(8) : null;
}

/** Offsets out of a pack's index (version 2), in order: where to go on after an entry that is broken. */
export function indexOffsets(index: Buffer): number[] {
  if (index.length < 8 + 1024 || index.readUInt32BE(0) !== 0xff744f63 || index.readUInt32BE(4) !== 2) return [];
  const count = index.readUInt32BE(8 + 1020);
  const small = 8 + 1024 + count * 24;
  const large = small + count * 4;
  if (large > index.length) return [];
  const offsets: number[] = [];
  for (let at = small; at < large; at += 4) {
    const offset = index.readUInt32BE(at);
    const wide = large + (offset & 0x7fffffff) * 8;
    if (offset < 0x80000000) offsets.push(offset);
    else if (wide + 8 <= index.length) offsets.push(Number(index.readBigUInt64BE(wide)));
  }
  return offsets.sort((a, b) => a - b);
}
