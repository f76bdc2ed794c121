/** Writes headers of tar entries: names and sizes of any length. Reads no file. */

const BLOCK = 512;

/** Blocks that announce a file of `size` bytes, or a directory (its path ends in a slash). Milliseconds are cut to seconds. */
export function tarHeader(
  path: string,
  entry: { size: number; mode: number; mtime: number; directory: boolean },
): Buffer {
  const name = Buffer.from(path);
  const plain = header(name.length > 100 ? Buffer.from('long') : name, entry, entry.directory ? '5' : '0');
  if (name.length <= 100) return plain;
  const record = paxRecord('path', path);
  const pax = header(Buffer.from('long'), { ...entry, size: record.length }, 'x');
  return Buffer.concat([pax, record, Buffer.alloc(paddingOf(record.length)), plain]);
}

/** Bytes that fill the last block of a file up. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** What ends an archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

function header(name: Buffer, entry: { size: number; mode: number; mtime: number }, type: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  name.copy(block, 0, 0, 100);
  number(block, 100, 8, entry.mode & 0o7777);
  number(block, 108, 8, 0);
  number(block, 116, 8, 0);
  number(block, 124, 12, entry.size);
  number(block, 136, 12, Math.max(0, Math.floor(entry.mtime / 1000)));
  block.write('        ', 148);
  block.write(type, 156);
  block.write('ustar\u000000', 257);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** Octal, or base 256 where that is too short. */
function number(block: Buffer, at: number, length: number, value: number): void {
  const text = value.toString(8);
  if (text.length < length) {
    block.write(text.padStart(length - 1, '0'), at);
    return;
  }
  block[at] = 0x80;
  for (let place = at + length - 1, left = value; place > at; place -= 1, left = Math.floor(left / 256))
    block[place] = left % 256;
}

/** `<length> <key>=<value>\n`, whose length counts itself. */
function paxRecord(key: string, value: string): Buffer {
  const body = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(body);
  let length = bytes + String(bytes).length;
  if (bytes + String(length).length !== length) length += 1;
  return Buffer.from(`${length}${body}`);
}
