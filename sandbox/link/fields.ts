/** Reads and writes the fields that frames to and from an init are made of; strict, and knows no frame. */

/** A frame or field that the protocol does not allow. Whoever gets one closes the connection. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** Bytes after the length of a frame, at most. */
export const LONGEST_FRAME = 2 * 1024 * 1024;
/** Bytes of `length` and `type`. */
export const HEAD = 5;

/**
 * Writes one frame into memory of its own, which may hold values: whoever sends it wipes it. Its size is found by a first
 * run over the same calls, so that no larger copy is left anywhere.
 */
export function frame(type: number, fill: (to: FieldWriter) => void): Buffer {
  const measure = new FieldWriter(null);
  fill(measure);
  const length = measure.length + 1;
  if (length > LONGEST_FRAME) throw new Malformed(`a frame of ${length} bytes is too long`);
  const bytes = Buffer.allocUnsafeSlow(4 + length);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt8(type, 4);
  fill(new FieldWriter(bytes.subarray(HEAD)));
  return bytes;
}

export class FieldWriter {
  readonly #into: Buffer | null;
  length = 0;

  /** null: only counts. */
  constructor(into: Buffer | null) {
    this.#into = into;
  }

  u8(value: number): this {
    this.#into?.writeUInt8(value, this.length);
    return this.#on(1);
  }

  u16(value: number): this {
    this.#into?.writeUInt16LE(value, this.length);
    return this.#on(2);
  }

  u32(value: number): this {
    this.#into?.writeUInt32LE(value, this.length);
    return this.#on(4);
  }

  i32(value: number): this {
    this.#into?.writeInt32LE(value, this.length);
    return this.#on(4);
  }

  u64(value: number): this {
    this.#into?.writeBigUInt64LE(BigInt(value), this.length);
    return this.#on(8);
  }

  /** Without a length: a fixed field, or the rest of a frame. */
  raw(value: Uint8Array): this {
    this.#into?.set(value, this.length);
    return this.#on(value.length);
  }

  bytes(value: Uint8Array): this {
    return this.u32(value.length).raw(value);
  }

  /** Throws Malformed where it holds a NUL. */
  text(value: string): this {
    if (value.includes('\0')) throw new Malformed('a text holds a NUL');
    const length = Buffer.byteLength(value);
    this.u32(length);
    this.#into?.write(value, this.length);
    return this.#on(length);
  }

  list<T>(items: readonly T[], each: (item: T) => void): this {
    if (items.length > 0xffff) throw new Malformed('a list is too long');
    this.u16(items.length);
    for (const item of items) each(item);
    return this;
  }

  #on(bytes: number): this {
    this.length += bytes;
    return this;
  }
}

/** Reads the fields of one frame; what it gives are views into it. */
export class FieldReader {
  readonly #from: Buffer;
  #at = 0;

  constructor(payload: Buffer) {
    this.#from = payload;
  }

  more(): boolean {
    return this.#at < this.#from.length;
  }

  u8(): number {
    return this.#take(1).readUInt8();
  }

  u16(): number {
    return this.#take(2).readUInt16LE();
  }

  u32(): number {
    return this.#take(4).readUInt32LE();
  }

  i32(): number {
    return this.#take(4).readInt32LE();
  }

  u64(): number {
    const value = this.#take(8).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Malformed('a number is too large');
    return Number(value);
  }

  raw(length: number): Buffer {
    return this.#take(length);
  }

  bytes(longest: number): Buffer {
    const length = this.u32();
    if (length > longest) throw new Malformed('a field is too long');
    return this.#take(length);
  }

  text(longest: number): string {
    const bytes = this.bytes(longest);
    if (bytes.includes(0)) throw new Malformed('a text holds a NUL');
    return bytes.toString('utf8');
  }

  list<T>(most: number, each: () => T): T[] {
    const count = this.u16();
    if (count > most) throw new Malformed('a list is too long');
    return Array.from({ length: count }, each);
  }

  rest(): Buffer {
    return this.#take(this.#from.length - this.#at);
  }

  /** Throws Malformed where bytes are left over. */
  end(): void {
    if (this.#at !== this.#from.length) throw new Malformed('a frame has bytes left over');
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#from.length) throw new Malformed('a frame is too short');
    const part = this.#from.subarray(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }
}
