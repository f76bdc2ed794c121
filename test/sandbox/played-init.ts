/** An init for tests: speaks the protocol over a real socket, does what a test tells it, and runs nothing. */

import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { FieldReader, type FieldWriter, frame } from '../../sandbox/link/fields.js';
import { TYPE, type Versioned } from '../../sandbox/link/frames.js';
import { proof } from '../../sandbox/link/proof.js';
import { FrameSplitter, type RawFrame } from '../../sandbox/link/split.js';

/** A SET as it was heard. */
export interface HeardSet {
  seq: number;
  epoch: number;
  generation: number;
  grace: number;
  entries: (Versioned & { floor: number; kind: number; path: string; value: Buffer | null })[];
}

export class PlayedInit {
  readonly socket: Socket;
  readonly #splitter = new FrameSplitter();
  readonly #heard: RawFrame[] = [];
  #wake: () => void = () => {};
  closed = false;
  key: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.socket = connect(path);
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk) => {
      for (const one of this.#splitter.push(Buffer.from(chunk)))
        this.#heard.push({ ...one, payload: Buffer.from(one.payload) });
      this.#wake();
    });
    this.socket.on('close', () => {
      this.closed = true;
      this.#wake();
    });
  }

  send(type: number, fill: (w: FieldWriter) => void = () => {}): void {
    this.socket.write(frame(type, fill));
  }

  /** The next frame; null when the connection was closed instead. */
  async next(): Promise<RawFrame | null> {
    for (;;) {
      const first = this.#heard.shift();
      if (first) return first;
      if (this.closed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  hello(oldest = 1, newest = 1): void {
    this.send(TYPE.HELLO, (w) => w.u16(oldest).u16(newest).text('played'));
  }

  /** HELLO to WELCOME, and a STATE of nothing. false: it was not let in. */
  async begin(): Promise<boolean> {
    this.hello();
    const welcome = await this.next();
    if (welcome?.type !== TYPE.WELCOME) return false;
    this.key = welcome.payload.subarray(2, 34);
    this.state({});
    return true;
  }

  /** RESUME with a key to WELCOME, and a STATE. false: it was not let in, or the daemon proved nothing. */
  async resume(key: Buffer, state: Parameters<PlayedInit['state']>[0] = {}): Promise<boolean> {
    const own = randomBytes(16);
    this.send(TYPE.RESUME, (w) => w.u16(1).u16(1).text('played').raw(own));
    const challenge = await this.next();
    if (challenge?.type !== TYPE.CHALLENGE) return false;
    const theirs = challenge.payload.subarray(0, 16);
    const challenges = { init: own, daemon: theirs };
    if (!proof(key, 'daemon', challenges).equals(challenge.payload.subarray(16))) return false;
    this.send(TYPE.PROOF, (w) => w.raw(proof(key, 'init', challenges)));
    if ((await this.next())?.type !== TYPE.WELCOME) return false;
    this.key = key;
    this.state(state);
    return true;
  }

  state(of: { epoch?: number; generation?: number; flags?: number; entries?: Versioned[]; commands?: string[] }): void {
    this.send(TYPE.STATE, (w) => {
      w.u32(of.epoch ?? 0)
        .u64(of.generation ?? 0)
        .u32(of.flags ?? 0);
      w.list(of.entries ?? [], (one) => w.text(one.env).text(one.secret).u32(one.version));
      w.list(of.commands ?? [], (id) => w.text(id).u32(7).u32(4).u32(1000));
    });
  }

  /** The next frame, which has to be a SET. */
  async set(): Promise<HeardSet> {
    const next = await this.next();
    if (next?.type !== TYPE.SET) throw new Error(`heard ${next?.type ?? 'nothing'} instead of a SET`);
    const r = new FieldReader(next.payload);
    const head = { seq: r.u32(), epoch: r.u32(), generation: r.u64(), grace: r.u32() };
    const entries = r.list(1024, () => {
      const one = { env: r.text(128), secret: r.text(64), version: r.u32(), floor: r.u32(), kind: r.u8() };
      const path = r.text(4096);
      return { ...one, path, value: r.u8() === 1 ? Buffer.from(r.bytes(131_072)) : null };
    });
    r.end();
    return { ...head, entries };
  }

  received(seq: number): void {
    this.send(TYPE.RECEIVED, (w) => w.u32(seq));
  }

  done(seq: number, left = 0): void {
    this.send(TYPE.DONE, (w) => w.u32(seq).u32(0).u32(left));
  }

  refuse(seq: number, id: string, code: number): void {
    this.send(TYPE.REFUSED, (w) => w.u32(seq).text(id).u16(code).text('because'));
  }

  started(id: string, kind: number, held: Versioned[]): void {
    this.send(TYPE.STARTED, (w) => {
      w.text(id).u8(kind).u32(7).text('sh');
      w.list(held, (one) => w.text(one.env).text(one.secret).u32(one.version));
    });
  }

  ended(id: string, code: number, signal: number, reason: string): void {
    this.send(TYPE.ENDED, (w) => w.text(id).i32(code).u32(signal).text(reason));
  }

  gone(id: string): void {
    this.send(TYPE.GONE, (w) => w.text(id));
  }
}
