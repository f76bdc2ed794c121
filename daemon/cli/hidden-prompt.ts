/** Asks for a value at a terminal without showing it, as bytes that the caller wipes. Never used where stdin is no terminal. */

import { interrupted, usage } from './errors.js';
import type { Surroundings } from './surroundings.js';

/** Largest value the prompt takes; the API's limit is lower. */
const LARGEST = 1024 * 1024;
const PASTE_BEGINS = Buffer.from('\u001b[200~');
const PASTE_ENDS = Buffer.from('\u001b[201~');

/**
 * One line, or one paste of several lines (the terminal brackets it, so that its line breaks do not end the prompt
 * and the rest of it does not reach the shell). Backspace and Ctrl-U edit, Ctrl-C is exit code 130.
 */
export async function askHidden(question: string, around: Surroundings): Promise<Uint8Array> {
  const { stdin, stderr } = around;
  const typed = new TypedBytes();
  stdin.setRawMode?.(true);
  stderr.write(`\u001b[?2004h${question}`);
  try {
    return await new Promise((resolve, reject) => {
      const stop = (): void => {
        stdin.off('data', onData);
        stdin.off('end', onEnd);
        stdin.pause();
      };
      const onEnd = (): void => {
        stop();
        reject(interrupted());
      };
      const onData = (chunk: Buffer): void => {
        const outcome = typed.push(chunk);
        chunk.fill(0);
        if (outcome === 'more') return;
        stop();
        if (outcome === 'interrupted') reject(interrupted());
        else if (outcome === 'too large') reject(usage('The value is larger than 1 MiB. Give a smaller one.'));
        else resolve(typed.take());
      };
      stdin.on('data', onData);
      stdin.on('end', onEnd);
      stdin.resume();
    });
  } finally {
    typed.wipe();
    stdin.setRawMode?.(false);
    stderr.write('\u001b[?2004l\n');
  }
}

type Outcome = 'more' | 'done' | 'interrupted' | 'too large';

/** What was typed so far: a growing buffer that is wiped, with the few editing keys of a prompt. */
export class TypedBytes {
  #bytes = Buffer.alloc(4096);
  #length = 0;
  #pasting = false;
  /** Beginning of an escape sequence that came at the end of a chunk. */
  #escape: number[] = [];

  push(chunk: Uint8Array): Outcome {
    for (const byte of chunk) {
      const outcome = this.#key(byte);
      if (outcome !== 'more') return outcome;
    }
    return 'more';
  }

  take(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.#length);
  }

  wipe(): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }

  #key(byte: number): Outcome {
    if (this.#escape.length > 0 || byte === 0x1b) return this.#sequence(byte);
    // A terminal sends a paste's line breaks as carriage returns.
    if (this.#pasting) return this.#append(byte === 0x0d ? 0x0a : byte);
    if (byte === 0x03) return 'interrupted';
    if (byte === 0x0d || byte === 0x0a || byte === 0x04) return 'done';
    if (byte === 0x7f || byte === 0x08) return this.#erase();
    if (byte === 0x15) {
      this.wipe();
      return 'more';
    }
    return this.#append(byte);
  }

  /** Arrow keys and the like are swallowed; only the brackets of a paste mean something. */
  #sequence(byte: number): Outcome {
    this.#escape.push(byte);
    const so = Buffer.from(this.#escape);
    const finished = so.length > 2 && byte >= 0x40 && byte <= 0x7e;
    if (this.#pasting && !finished && !PASTE_ENDS.subarray(0, so.length).equals(so)) {
      this.#escape = [];
      for (const one of so) if (this.#append(one) !== 'more') return 'too large';
      return 'more';
    }
    if (so.length === 2 && byte !== 0x5b && byte !== 0x4f) this.#escape = [];
    if (!finished) return 'more';
    this.#escape = [];
    if (so.equals(PASTE_BEGINS)) this.#pasting = true;
    else if (so.equals(PASTE_ENDS)) this.#pasting = false;
    else if (this.#pasting) for (const one of so) if (this.#append(one) !== 'more') return 'too large';
    return 'more';
  }

  #append(byte: number): Outcome {
    if (this.#length === LARGEST) return 'too large';
    if (this.#length === this.#bytes.length) {
      const larger = Buffer.alloc(this.#bytes.length * 2);
      this.#bytes.copy(larger);
      this.#bytes.fill(0);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
    return 'more';
  }

  /** Takes a whole UTF-8 character away. */
  #erase(): Outcome {
    do {
      if (this.#length === 0) return 'more';
      this.#length -= 1;
    } while (((this.#bytes[this.#length] ?? 0) & 0xc0) === 0x80);
    return 'more';
  }
}
