/** The played daemon's end of one command's stream: what it wrote, how it ended, and what is sent to it. */

import type { Socket } from 'node:net';
import { streamFrame, to } from '../../sandbox/link/frames.js';
import type { RawFrame } from '../../sandbox/link/split.js';
import { until } from './wait.js';

export interface Exit {
  /** -1: by a signal. */
  code: number;
  signal: number;
  reason: string;
}

export class PlayedStream {
  readonly id: string;
  exit: Exit | null = null;
  /** The connection is over. */
  closed = false;
  socket: Socket | null = null;
  /** Called by whatever waits for the connection. */
  #waiting: ((socket: Socket) => void)[] = [];
  readonly #output: { stream: 'stdout' | 'stderr'; data: Buffer; cut: boolean }[] = [];

  constructor(id: string) {
    this.id = id;
  }

  /** Its connection is there. Gives what takes its frames. */
  begin(socket: Socket): (raw: RawFrame) => void {
    this.socket = socket;
    socket.once('close', () => {
      this.closed = true;
    });
    for (const go of this.#waiting.splice(0)) go(socket);
    return (raw) => {
      const frame = streamFrame(raw);
      if (this.exit !== null) throw new Error('a frame after EXIT');
      if (frame.type === 'output') {
        const { stream, data, cut = false } = frame;
        this.#output.push({ stream, data: Buffer.from(data), cut });
      } else this.exit = frame;
    };
  }

  connected(): Promise<Socket> {
    if (this.socket !== null) return Promise.resolve(this.socket);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async write(data: Uint8Array | string): Promise<void> {
    (await this.connected()).write(to.input(Buffer.from(data)));
  }

  async resize(columns: number, rows: number): Promise<void> {
    (await this.connected()).write(to.resize(columns, rows));
  }

  /** In order, each piece that what was left out may have begun: its stream and text. */
  cuts(): string[] {
    return this.#output.filter(({ cut }) => cut).map(({ stream, data }) => `${stream} ${data}`);
  }

  bytes(stream: 'stdout' | 'stderr'): Buffer {
    return Buffer.concat(this.#output.filter((part) => part.stream === stream).map((part) => part.data));
  }

  text(stream: 'stdout' | 'stderr' = 'stdout'): string {
    return this.bytes(stream).toString('latin1');
  }

  /** Its EXIT. */
  ended(): Promise<Exit> {
    return until(`the end of ${this.id}`, () => this.exit, {
      everyMs: 2,
      explain: () => this.text() + this.text('stderr'),
    });
  }

  /** Until it has written this to stdout. */
  async shows(what: string | RegExp): Promise<string> {
    await until(`${this.id} writing ${String(what)}`, () => this.text().match(what), {
      everyMs: 2,
      explain: () => this.text(),
    });
    return this.text();
  }
}
