/** Reads a tar stream as it comes and hands out what lies in it; believes no header and keeps no file. Writes nothing. */

const BLOCK = 512;
/** Largest extended header; real ones have a few hundred bytes. */
const LARGEST_META = 1024 * 1024;
/** Characters of a record's length with its space, and of the keys that are read here. */
const LONGEST_LENGTH = 8;
const LONGEST_KEY = 8;
const LF = 10;

export interface TarEntry {
  path: string;
  kind: 'file' | 'directory' | 'other';
  /** Bytes that follow, as the header says. */
  size: number;
}

/** Hears of each entry: begin, its bytes in pieces, end. */
export interface TarListener {
  begin(entry: TarEntry): void;
  data(chunk: Uint8Array): void;
  end(): void;
}

/** Thrown by `push`: this is no tar stream, or not any more. */
export class TarBroken extends Error {
  override readonly name = 'TarBroken';
}

type Meta = 'x' | 'g' | 'L' | 'K' | null;

export class TarReader {
  readonly #listener: TarListener;
  /** Part of a header or of an extended header. */
  #parts: Uint8Array[] = [];
  #gathered = 0;
  /** Bytes of the entry, and of padding, that are still to come. */
  #left = 0;
  #padding = 0;
  #inEntry = false;
  #meta: Meta = null;
  #metaSize = 0;
  /** Said by an extended header of the next entry. */
  #path: string | null = null;
  #size: number | null = null;
  #zeros = 0;
  #position = 0;

  constructor(listener: TarListener) {
    this.#listener = listener;
  }

  /** @throws TarBroken */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.#zeros < 2) {
      const room = chunk.length - at;
      if (this.#inEntry) {
        const take = Math.min(this.#left, room);
        if (take > 0) this.#listener.data(chunk.subarray(at, at + take));
        this.#left -= take;
        at += take;
        if (this.#left === 0) this.#close();
      } else if (this.#padding > 0) {
        const take = Math.min(this.#padding, room);
        this.#padding -= take;
        at += take;
      } else {
        const wanted = (this.#meta === null ? BLOCK : this.#metaSize) - this.#gathered;
        const take = Math.min(wanted, room);
        this.#parts.push(chunk.slice(at, at + take));
        this.#gathered += take;
        at += take;
        if (take === wanted) this.#gatheredAll();
      }
    }
    this.#position += at;
  }

  /** The stream has ended; false: within an entry, or without the two empty blocks of its end. */
  end(): boolean {
    const whole = !this.#inEntry && this.#gathered === 0 && this.#zeros > 0;
    if (this.#inEntry) this.#close();
    return whole;
  }

  #close(): void {
    this.#inEntry = false;
    this.#listener.end();
  }

  #gatheredAll(): void {
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#gathered = 0;
    if (this.#meta === null) {
      this.#header(bytes);
      return;
    }
    const meta = this.#meta;
    this.#padding = (BLOCK - (this.#metaSize % BLOCK)) % BLOCK;
    this.#meta = null;
    if (meta === 'L') this.#path = bytes.toString('utf8').replace(/\0.*$/s, '');
    if (meta === 'x') this.#extended(bytes);
  }

  #header(block: Buffer): void {
    if (block.every((byte) => byte === 0)) {
      this.#zeros += 1;
      return;
    }
    this.#zeros = 0;
    if (!checks(block)) throw new TarBroken(`this is no tar stream (near byte ${this.#position})`);
    const type = String.fromCharCode(block[156] ?? 0);
    const size = numberAt(block, 124, 12);
    if (!Number.isSafeInteger(size) || size < 0)
      throw new TarBroken(`a size is no number (near byte ${this.#position})`);
    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      if (size > LARGEST_META) throw new TarBroken(`a header is too large (near byte ${this.#position})`);
      if (size > 0) [this.#meta, this.#metaSize] = [type, size];
      return;
    }
    const kind = type === '0' || type === '\0' || type === '7' ? 'file' : type === '5' ? 'directory' : 'other';
    // Links, devices and directories have no content, whatever their size says.
    const length = /[123456]/.test(type) ? 0 : (this.#size ?? size);
    const entry: TarEntry = { path: this.#path ?? nameOf(block), kind, size: length };
    [this.#path, this.#size] = [null, null];
    this.#left = length;
    this.#padding = (BLOCK - (length % BLOCK)) % BLOCK;
    this.#listener.begin(entry);
    if (length === 0) this.#listener.end();
    else this.#inEntry = true;
  }

  /** Records `<length> <key>=<value>\n` of pax; from one that is none on, the rest is left. */
  #extended(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      // No further than a length can be written: what comes without a space is not gone through again for each byte.
      const said = /^(\d{1,7}) /.exec(bytes.toString('latin1', at, at + LONGEST_LENGTH));
      const length = Number(said?.[1] ?? 0);
      const from = at + (said?.[0].length ?? 0);
      const to = at + length - 1;
      if (to < from || bytes[to] !== LF) return;
      const equals = bytes.subarray(from, Math.min(to, from + LONGEST_KEY)).indexOf(0x3d);
      const key = equals < 0 ? '' : bytes.toString('latin1', from, from + equals);
      if (key === 'path') this.#path = bytes.toString('utf8', from + equals + 1, to);
      if (key === 'size') {
        const value = bytes.toString('latin1', from + equals + 1, Math.min(to, from + equals + 17));
        if (/^\d{1,15}$/.test(value)) this.#size = Number(value);
      }
      at += length;
    }
  }
}

function nameOf(block: Buffer): string {
  const text = (from: number, to: number) => block.toString('utf8', from, to).replace(/\0.*$/s, '');
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? text(345, 500) : '';
  return prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
}

/** The header's own sum, in which its field counts as spaces. */
function checks(block: Buffer): boolean {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at += 1) if (at < 148 || at >= 156) sum += block[at] ?? 0;
  return sum === numberAt(block, 148, 8);
}

/** An octal field, or the binary form of large numbers. */
function numberAt(block: Buffer, at: number, length: number): number {
  if (((block[at] ?? 0) & 0x80) !== 0) {
    let value = (block[at] ?? 0) & 0x7f;
    for (let index = at + 1; index < at + length; index += 1) value = value * 256 + (block[index] ?? 0);
    return value;
  }
  const text = block
    .toString('latin1', at, at + length)
    .replace(/[\0 ]+$/, '')
    .trim();
  return text === '' ? 0 : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}
