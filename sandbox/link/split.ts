/** Cuts a stream of bytes into frames, whatever pieces it comes in; knows no frame's meaning. */

import { LONGEST_FRAME, Malformed } from './fields.js';

export interface RawFrame {
  type: number;
  /** A view into what was pushed, or memory of its own. */
  payload: Buffer;
}

export class FrameSplitter {
  readonly #longest: number;
  #parts: Buffer[] = [];
  #held = 0;

  /** `longest`: bytes after the length field that this connection may send in one frame. */
  constructor(longest = LONGEST_FRAME) {
    this.#longest = longest;
  }

  /** The frames that are complete now. Throws Malformed. */
  *push(chunk: Buffer): Generator<RawFrame, void, void> {
    this.#parts.push(chunk);
    this.#held += chunk.length;
    for (;;) {
      if (this.#held < 4) return;
      const length = this.#peek();
      if (length < 1 || length > this.#longest) throw new Malformed(`a frame of ${length} bytes is not allowed here`);
      if (this.#held < 4 + length) return;
      const whole = this.#joined();
      const rest = whole.subarray(4 + length);
      this.#parts = rest.length > 0 ? [rest] : [];
      this.#held = rest.length;
      yield { type: whole.readUInt8(4), payload: whole.subarray(5, 4 + length) };
    }
  }

  /** What was pushed and belongs to no frame yet. Takes it out. */
  rest(): Buffer {
    const rest = this.#joined();
    this.#parts = [];
    this.#held = 0;
    return rest;
  }

  #peek(): number {
    const first = this.#parts[0];
    return first && first.length >= 4 ? first.readUInt32LE() : this.#joined().readUInt32LE();
  }

  #joined(): Buffer {
    const [first] = this.#parts;
    if (this.#parts.length === 1 && first) return first;
    const whole = Buffer.concat(this.#parts);
    this.#parts = [whole];
    return whole;
  }
}
