/** Writes and reads single tar entries for Docker's archive calls; never touches a file system and never asks Docker. */

import type { PathSeen } from './engine.js';

const BLOCK = 512;
/** Largest file that is read out of a container. */
const LARGEST = 1024 * 1024;

/** A tar archive of one directory entry: an owner and a mode, no content. `name` has no slash, `at` is in milliseconds. */
export function directoryEntry(name: string, owner: { uid: number; gid: number; mode: number }, at: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const entry = `${name}/`;
  if (Buffer.byteLength(entry) > 100) throw new RangeError('a directory name for an archive has at most 99 bytes');
  header.write(entry, 0);
  header.write(octal(owner.mode, 7), 100);
  header.write(octal(owner.uid, 7), 108);
  header.write(octal(owner.gid, 7), 116);
  header.write(octal(0, 11), 124);
  header.write(octal(Math.floor(at / 1000), 11), 136);
  header.write('        ', 148);
  header.write('5', 156);
  header.write('ustar\u000000', 257);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${octal(sum, 6)}\0 `, 148);
  return Buffer.concat([header, Buffer.alloc(2 * BLOCK)]);
}

/** The first entry of a tar stream; with its content where `content` is asked for and it is a small regular file. */
export async function firstEntry(
  stream: AsyncIterable<Uint8Array>,
  content: boolean,
): Promise<{ seen: PathSeen; content: Buffer | null } | null> {
  let held: Buffer = Buffer.alloc(0);
  let header: { size: number; extension: boolean; seen: PathSeen } | null = null;
  for await (const chunk of stream) {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      if (header === null) {
        if (held.length < BLOCK) break;
        header = parseHeader(held.subarray(0, BLOCK));
        if (header === null) return null;
        held = held.subarray(BLOCK);
      }
      if (!header.extension) {
        if (!content || header.seen.kind !== 'file' || header.size > LARGEST)
          return { seen: header.seen, content: null };
        if (held.length < header.size) break;
        return { seen: header.seen, content: Buffer.from(held.subarray(0, header.size)) };
      }
      const padded = Math.ceil(header.size / BLOCK) * BLOCK;
      if (held.length < padded) break;
      held = held.subarray(padded);
      header = null;
    }
  }
  return null;
}

function parseHeader(block: Buffer): { size: number; extension: boolean; seen: PathSeen } | null {
  if (block.every((byte) => byte === 0)) return null;
  const type = String.fromCharCode(block[156] ?? 0);
  return {
    size: number(block, 124, 12),
    extension: type === 'x' || type === 'g' || type === 'L' || type === 'K',
    seen: {
      kind: type === '0' || type === '\0' ? 'file' : type === '5' ? 'directory' : type === '2' ? 'link' : 'other',
      uid: number(block, 108, 8),
      gid: number(block, 116, 8),
      mode: number(block, 100, 8) & 0o7777,
    },
  };
}

/** An octal field, or the binary form that large numbers have. */
function number(block: Buffer, at: number, length: number): number {
  if (((block[at] ?? 0) & 0x80) !== 0) {
    let value = (block[at] ?? 0) & 0x7f;
    for (let index = at + 1; index < at + length; index += 1) value = value * 256 + (block[index] ?? 0);
    return value;
  }
  const text = block
    .toString('latin1', at, at + length)
    .replace(/[\0 ]+$/g, '')
    .trim();
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function octal(value: number, digits: number): string {
  const text = value.toString(8);
  if (text.length > digits) throw new RangeError('a number does not fit into an archive header');
  return text.padStart(digits, '0');
}
