/** Writes results to standard output and everything said beside them to standard error. Decides nothing. */

import { once } from 'node:events';
import { wantsColour } from './environment.js';
import type { Output as Sink, Surroundings } from './surroundings.js';
import { printable } from './table.js';

const COLOURS = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;
export type Colour = keyof typeof COLOURS;

export class Output {
  readonly #around: Surroundings;
  readonly json: boolean;

  constructor(around: Surroundings, json: boolean) {
    this.#around = around;
    this.json = json;
  }

  /** A result: whole lines on standard output. */
  async print(text: string): Promise<void> {
    await this.write(this.#around.stdout, text.endsWith('\n') ? text : `${text}\n`);
  }

  /** An answer: the API's body as it came with `--json`, otherwise `text`. */
  async answer(body: { text: string }, text: string): Promise<void> {
    if (!this.json) return this.print(text);
    if (body.text !== '') await this.print(body.text);
  }

  /** Bytes on standard output exactly. */
  async bytes(bytes: Uint8Array): Promise<void> {
    await this.write(this.#around.stdout, bytes);
  }

  /** Something said beside the result: a line on standard error. */
  async say(text: string): Promise<void> {
    await this.write(this.#around.stderr, `ampoule: ${printable(text)}\n`);
  }

  /** Writes and waits while the reader is slower than we are. */
  async write(sink: Sink, data: string | Uint8Array): Promise<void> {
    if (!sink.write(data)) await once(sink, 'drain');
  }

  colour(colour: Colour, text: string): string {
    return wantsColour(this.#around, this.#around.stdout) ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  }

  /** Says on standard error, after one second and at a terminal only, that `what` takes its time; gone when it is over. */
  async progress<T>(what: string, work: Promise<T>): Promise<T> {
    const { stderr } = this.#around;
    if (stderr.isTTY !== true) return work;
    const began = Date.now();
    let shown = false;
    const timer = setInterval(() => {
      shown = true;
      stderr.write(`\r${what} … ${Math.round((Date.now() - began) / 1000)} s`);
    }, 1000);
    try {
      return await work;
    } finally {
      clearInterval(timer);
      if (shown) stderr.write('\r\u001b[K');
    }
  }
}
