/** Git packs written by hand, for what git itself would never write. Uses nothing of the scanner. */

import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

const TYPES = { commit: 1, tree: 2, blob: 3, tag: 4, ofs: 6, ref: 7 };

export interface PackEntry {
  type: keyof typeof TYPES;
  content: Uint8Array;
  /** Of `ofs`: which entry before it; of `ref`: an id. */
  base?: number | string;
  /** Claimed in place of the real length. */
  size?: number;
  /** Written in place of the deflated content. */
  raw?: Uint8Array;
}

/** A pack of these entries. */
export function packOf(entries: PackEntry[]): Buffer {
  const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0');
  head.writeUInt32BE(entries.length, 8);
  const parts: Buffer[] = [head];
  const offsets: number[] = [];
  let at = head.length;
  for (const { type, content, base, size = content.length, raw } of entries) {
    offsets.push(at);
    const bytes: number[] = [(TYPES[type] << 4) | (size & 15)];
    for (let left = Math.floor(size / 16); left > 0; left = Math.floor(left / 128)) {
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
      bytes.push(left % 128);
    }
    if (type === 'ofs') bytes.push(...backOf(at - (offsets[Number(base)] ?? 0)));
    const id = type === 'ref' ? Buffer.from(String(base), 'hex') : Buffer.alloc(0);
    const part = Buffer.concat([Buffer.from(bytes), id, raw ?? deflateSync(content)]);
    parts.push(part);
    at += part.length;
  }
  const body = Buffer.concat(parts);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

function backOf(distance: number): number[] {
  const bytes = [distance % 128];
  for (let left = Math.floor(distance / 128); left > 0; left = Math.floor(left / 128)) {
    left -= 1;
    bytes.unshift(0x80 | (left % 128));
  }
  return bytes;
}

/** A delta: copies `[offset, size]` of its base, and new bytes. */
export function deltaOf(base: number, ...parts: ([number, number] | string)[]): Buffer {
  const bytes: number[] = [];
  let result = 0;
  for (const part of parts) {
    if (typeof part === 'string') {
      bytes.push(part.length, ...Buffer.from(part, 'latin1'));
      result += part.length;
    } else {
      const [offset, size] = part;
      bytes.push(0xff, ...[0, 8, 16, 24].map((bits) => Math.floor(offset / 2 ** bits) % 256));
      bytes.push(...[0, 8, 16].map((bits) => (size >> bits) % 256));
      result += size;
    }
  }
  return Buffer.from([...lengthOf(base), ...lengthOf(result), ...bytes]);
}

function lengthOf(value: number): number[] {
  const bytes = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(left % 128);
  }
  return bytes;
}
